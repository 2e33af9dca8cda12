"""A language model may suggest: what it is shown, what it may answer, and what becomes of anything else."""

import json
from collections.abc import Sequence

import numpy as np
import pytest

from scoring.difftest.chat import REPAIR, ChatLabeller, Unanswered, read
from scoring.difftest.embedding import Cached, Floats, Hashed
from scoring.difftest.evaluate import Beside, evaluate
from scoring.difftest.examples import Dynamic, static
from scoring.difftest.labels import Label
from scoring.difftest.prompts import ANSWER_SCHEMA, Message
from tests.scoring.difftest.records import difference, group, labelled, releases

NOISE, FEATURE, REGRESSION = Label


class Scripted:
    """Answers in turn, the last one again and again, and keeps what it was asked."""

    def __init__(self, *texts: str, name: str = "scripted") -> None:
        self.name, self._texts, self.asked = name, list(texts), list[list[Message]]()

    def complete(self, chat: list[Message]) -> str:
        self.asked.append(chat)
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        if text == "away":
            raise Unanswered("the endpoint answered 503")
        return text


def said(label: str, *quotes: str) -> str:
    return json.dumps({"label": label, "quotes": list(quotes)})


def test_a_model_suggests_one_of_three_labels_and_quotes_what_is_there() -> None:
    model = Scripted(said("noise", "number → number", "made up"))
    suggestion = ChatLabeller(model, lambda _: {}).suggest(group(description="body.name value: number → number"))
    assert (suggestion.label, suggestion.by, suggestion.confidence) == (NOISE, "scripted", None)
    assert [each.quote for each in suggestion.reasons] == ["number → number"]


@pytest.mark.parametrize(
    "text",
    [
        said("improvement"), "noise", "", "null", "[]", '{"label": 7}', '{"quotes": []}', "[" * 100_000,
        '{"label": ["noise"]}', '{"label": "noise", "quotes": "all"}', '{"label": "noise", "quotes": [7]}',
        '{"label": "noise", "quotes": [], "x": 1}',
        "```json\n" + said("noise") + "\n```",
    ],
)  # fmt: skip
def test_any_other_answer_is_asked_for_once_more_and_then_a_person_decides(text: str) -> None:
    mended = Scripted(text, said("regression"))
    assert ChatLabeller(mended, lambda _: {}).suggest(group()).label is REGRESSION
    assert mended.asked[1][-1]["content"] == REPAIR
    assert text == "" or all(text not in each["content"] for each in mended.asked[1][-1:])
    broken = Scripted(text)
    suggestion = ChatLabeller(broken, lambda _: {}).suggest(group())
    assert (suggestion.label, len(broken.asked)) == (None, 2)
    assert suggestion.why_not == "it answered with none of the three labels"


def test_an_endpoint_that_is_away_leaves_it_to_a_person() -> None:
    suggestion = ChatLabeller(Scripted("away"), lambda _: {}).suggest(group())
    assert (suggestion.label, suggestion.why_not) == (None, "the endpoint answered 503")


def test_the_form_that_is_asked_for_knows_three_labels() -> None:
    assert ANSWER_SCHEMA["properties"]["label"]["enum"] == list(Label)
    assert read(said("noise")) == (NOISE, ())


def test_static_examples_are_one_of_each_label_and_the_same_for_all() -> None:
    members = labelled()
    first = static(members, seed=4)
    assert list(first) == [*Label]
    assert {label: each.id for label, each in first.items()} == {
        label: each.id for label, each in static(members[::-1], seed=4).items()
    }
    by_id = {each.group.id: each.label for each in members}
    assert {by_id[each.id] for each in first.values()} == set(Label)


class Toy:
    """Directions by the first letter of the tag, and how often it was asked."""

    name = "toy"

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, texts: Sequence[str]) -> Floats:
        self.asked += len(texts)
        places = {"east": (1, 0), "north": (0, 1), "between": (0.8, 0.6)}
        rows = [next(place for name, place in places.items() if name in each) for each in texts]
        return np.array(rows, dtype=np.float32)


def test_dynamic_examples_are_the_nearest_of_each_label_and_never_the_group_itself() -> None:
    rows = [
        difference(f"{tag} {label}", field=f"{tag} {label}", tags=(tag,), label=label, build="v1")
        for tag in ("east", "north")
        for label in (NOISE, REGRESSION)
    ]
    members = labelled(rows)
    near = Dynamic(members, Toy())
    shown = near.of(group(tags=("between",)))
    assert {label: each.examples[0].tags for label, each in shown.items()} == {NOISE: ("east",), REGRESSION: ("east",)}
    itself = next(each.group for each in members if each.group.examples[0].tags == ("east",) and each.label is NOISE)
    assert near.of(itself)[NOISE].examples[0].tags == ("north",)


def test_examples_come_from_earlier_releases_only() -> None:
    model = Scripted(said("noise"))
    members = labelled(releases(3))
    evaluate(members, beside=Beside({"small": model}))
    later = [each.group.examples[0].description for each in members if each.release == 2 and each.label is not NOISE]
    shots = [each["content"] for chat in model.asked for each in chat[1:-1] if each["role"] == "user"]
    assert shots
    assert [each for each in later for shot in shots if each in shot] == []


def test_a_text_is_embedded_once_by_whatever_embeds_it() -> None:
    toy = Toy()
    cached = Cached(toy)
    assert np.array_equal(cached.embed(["east", "north", "east"]), cached.embed(["east", "north", "east"]))
    assert toy.asked == 2
    rows = Cached(Hashed()).embed(["timeout of the cache", "timeout of the caches", "another thing"])
    assert rows.shape == (3, 1_024)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_several_models_are_compared_on_the_same_prompts() -> None:
    models = {"small": Scripted(said("noise")), "large": Scripted(said("new_feature"))}
    evaluation = evaluate(labelled(releases(2)), beside=Beside(models))
    assert {"small static", "small dynamic", "large static", "large dynamic"} <= set(evaluation.all)
    assert models["small"].asked == models["large"].asked
    assert evaluation.all["small static"].items.of[NOISE].recall == 1.0
    assert evaluation.all["large static"].items.of[NOISE].recall == 0.0
