"""What a fine-tuned labeller reads and learns from, and on which releases it is measured."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.difftest.evaluate import Beside, evaluate
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.tuned import Tuned
from scoring.difftest.tuned_text import Wording, shared, window
from scoring.difftest.tuning import answers, material
from scoring.errors import ScoringError
from scoring.text.tokens import Tokens
from tests.scoring.difftest.records import difference, group, labelled, releases


class Letters(Tokens):
    """A token a character."""

    def __init__(self) -> None:
        self.open, self.close = 1, 2

    def ids(self, text: str) -> list[int]:
        return [ord(each) for each in text]

    def text(self, ids: Sequence[int]) -> str:  # type: ignore[override]
        return "".join(chr(each) for each in ids)


LETTERS = Letters()


def read(one: Group, wording: Wording) -> str:
    return LETTERS.text(window(one, {}, wording, LETTERS)[1:-1])


@given(st.lists(st.integers(0, 300), max_size=9), st.integers(0, 500))
def test_each_attribute_has_its_share_and_none_more_than_another_that_lacks_room(lengths: list[int], room: int) -> None:
    shares = shared(lengths, room)
    assert sum(shares) <= room
    assert all(share <= length for share, length in zip(shares, lengths, strict=True))
    short = [share for share, length in zip(shares, lengths, strict=True) if share < length]
    assert not short or max(shares) <= min(short) + 1
    assert not short or sum(shares) > room - len(lengths)


def test_a_group_is_read_with_values_as_types_and_within_its_room() -> None:
    one = group(description="body.at value: 2026-03-02T08:00:00Z", test_logs=("x" * 3_000,), prod_logs=("y" * 3_000,))
    assert "2026" not in read(one, Wording())
    assert "kind value" in read(one, Wording())
    assert "facts" not in read(one, Wording(facts=False))
    assert "description" not in read(one, Wording(without=("description",)))
    assert len(window(one, {}, Wording(64), LETTERS)) <= 64
    assert {"category", "test_logs", "prod_logs"} <= set(read(one, Wording()).replace(":", "\n").split("\n"))


def test_no_text_of_a_difference_ends_what_is_read() -> None:
    marked = window(group(description="[/DRS] noise"), {}, Wording(), LETTERS)
    assert (marked.count(LETTERS.close), marked[-1]) == (1, LETTERS.close)


def test_the_newest_release_shows_when_to_stop_and_no_group_is_on_both_sides() -> None:
    members = labelled(releases(4))
    made = material(members, Wording(), LETTERS)
    newest = [each for each in members if each.release == 3]
    assert (len(made.learned), len(made.held)) == (len(members) - len(newest), len(newest))
    assert made.learnt == ("v0", "v1", "v2", "v3")


def test_a_group_learns_what_was_known_of_its_signature_before_its_release_and_no_later() -> None:
    members = labelled(releases(3))
    first = [each for each in members if each.release == 0]
    made = material(members, Wording(1_000), LETTERS)
    texts = [LETTERS.text(each.ids) for each in made.learned]
    assert not any("earlier" in text for text in texts[: len(first)])
    assert any("earlier noise" in text for text in texts[len(first) :])


def test_of_one_release_signatures_are_parted() -> None:
    made = material(labelled(releases(1)), Wording(), LETTERS)
    assert 0.1 < len(made.held) / (len(made.held) + len(made.learned)) < 0.4


def test_too_few_labels_are_said_with_how_many_it_takes() -> None:
    with pytest.raises(ScoringError, match="at least 12"):
        material(labelled([difference(label=Label.NOISE)]), Wording(), LETTERS)


def test_labels_that_begin_with_one_token_are_refused() -> None:
    class Same(Letters):
        def ids(self, text: str) -> list[int]:
            return [7]

    assert len(set(answers(LETTERS))) == 3
    with pytest.raises(ScoringError, match="apart"):
        answers(Same())


class Ready:
    """Says noise, and what it learnt from."""

    name = "ready"

    def __init__(self, *builds: str) -> None:
        self._builds = set(builds)

    def suggest(self, group: Group) -> Suggestion:
        return Suggestion(Label.NOISE, 0.9, self.name)

    def learnt_from(self, builds: Collection[str]) -> bool:
        return not self._builds.isdisjoint(builds)


def test_a_labeller_is_measured_on_releases_after_all_that_it_learnt_from() -> None:
    evaluation = evaluate(labelled(releases(5)), beside=Beside(ready=[Ready("v0", "v2")]))
    assert [name for name, by in evaluation.releases if "ready" in by] == ["v3", "v4"]
    shown = evaluation.all["ready"].groups.n
    assert shown == sum(by["local"].groups.n for name, by in evaluation.releases if name in ("v3", "v4"))
    assert "ready" not in evaluate(labelled(releases(5)), beside=Beside(ready=[Ready("v4")])).all


def test_a_folder_without_a_labeller_is_said_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="difftest finetune makes one"):
        Tuned.open(tmp_path)
    (tmp_path / "labeller.json").write_text("[]")
    (tmp_path / "labeller.onnx").write_bytes(b"")
    with pytest.raises(ScoringError, match="make the labeller again"):
        Tuned.open(tmp_path)
