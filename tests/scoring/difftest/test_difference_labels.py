"""What is suggested, why, and from what."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scoring.difftest import rules
from scoring.difftest.answers import Answer
from scoring.difftest.desk import Desk
from scoring.difftest.export import chat, parts
from scoring.difftest.groups import grouped
from scoring.difftest.insight import insight
from scoring.difftest.labeller import Labeller, train
from scoring.difftest.labels import DEFINITIONS, Label, NoiseReason
from scoring.difftest.project import Project
from scoring.difftest.prompts import SYSTEM
from scoring.difftest.record import Comment, Origin
from scoring.difftest.settings import read_settings
from scoring.difftest.suggestion import Reason, verbatim
from scoring.difftest.templates import Templates
from scoring.difftest.views import ALL, attributes
from scoring.errors import ScoringError
from tests.scoring.difftest.records import BEGAN, difference, group, labelled, releases

NOISE, FEATURE, REGRESSION = Label
HOUR = timedelta(hours=1)


def test_the_insight_compares_what_category_and_description_speak_of() -> None:
    one = difference(
        category="ErrorCode",
        description="the retryPolicy of the call differs",
        test_logs=(
            "INFO errorCode=50126 for request 3f2a9c1d4e5f",
            "retry_policy: none",
            "latency=17 ms",
            "ERROR failed",
        ),
        prod_logs=("INFO errorCode=0 of 9d8c7b6a5f4e", "retry_policy: twice", "latency=19 ms"),
    )
    assert insight(one) == (
        "lines that report an error: test 1, prod 0",
        "errorcode: test 50126; prod 0",
        "retry_policy: test none; prod twice",
    )


def test_values_that_only_differ_by_their_mask_are_said_to_be_the_same() -> None:
    one = difference(
        category="Result",
        description="result id",
        test_logs=("result_id=3f2a9c1d4e5f",),
        prod_logs=("result_id=9d8c7b6a5f4e",),
    )
    assert insight(one) == ("result_id: the same but for <hex 12>",)
    assert insight(difference(category="Result", test_logs=("a=1",), prod_logs=("a=2",))) == ()


def test_templates_of_log_lines_grow_and_come_back_from_json() -> None:
    tree = Templates()
    names = [tree.add(f"user {name} signed in from 10.0.0.{n}").name for n, name in enumerate(("anna", "ben", "eve"))]
    other = tree.add("cache is cold").name
    assert len(set(names)) == 1
    assert other not in names
    again = Templates.read(json.loads(json.dumps(tree.plain())))
    assert again.add("user zoe signed in from 10.0.0.9").name == names[0]
    with pytest.raises(ScoringError, match="no log templates"):
        Templates.read({"x": 7})


def test_before_anybody_labelled_anything_rules_suggest() -> None:
    assert rules.suggest(group(kind="status 200→500", field="status")).label is REGRESSION
    assert rules.suggest(group(kind="added")).label is FEATURE
    assert rules.suggest(group(kind="masked")).label is NOISE
    assert rules.suggest(group(kind="value")).label is NOISE
    assert rules.suggest(group(kind="value", noisy=False)).label is REGRESSION
    assert rules.suggest(group(noisy=True)).reasons[0].words.endswith("differs there in 1 of 1 requests")
    assert train(labelled()[:5]) is None


def test_the_local_labeller_is_the_same_at_each_run_and_after_it_was_written() -> None:
    members = labelled()
    local, again = train(members), train(members)
    assert local is not None
    assert again is not None
    back = Labeller.from_json(local.to_json())
    for each in members[:20]:
        first, second, third = (one.suggest(each.group) for one in (local, again, back))
        assert first == second
        assert first.label is third.label
        assert first.confidence == pytest.approx(third.confidence, abs=1e-4)
    with pytest.raises(ScoringError, match="fit it again"):
        Labeller.from_json("{}")


def test_a_suggestion_shows_the_labelled_groups_that_are_most_like_it() -> None:
    members = labelled()
    local = train([each for each in members if each.release < 4])
    assert local is not None
    suggestion = local.suggest(members[-1].group)
    names = {each.group.id for each in members if each.release < 4}
    assert {each.group for each in suggestion.neighbours} <= names
    assert members[-1].group.id not in {each.group for each in suggestion.neighbours}
    assert suggestion.neighbours[0].likeness >= suggestion.neighbours[-1].likeness


def test_what_is_like_nothing_that_was_labelled_is_novel() -> None:
    local = train(labelled())
    assert local is not None
    strange = group(
        category="SignInReport", description="quantum flux of the capacitor inverted", endpoint="x", field="z"
    )
    assert local.suggest(strange).novel
    assert not local.suggest(labelled()[0].group).novel


def test_every_quote_of_a_reason_stands_in_the_record_word_for_word() -> None:
    local = train(labelled())
    assert local is not None
    for each in labelled():
        first = each.group.examples[0]
        for reason in local.suggest(each.group).reasons:
            assert reason.quote in first.description or reason.quote in (*first.test_logs, *first.prod_logs)
    made_up = (Reason("it says", "status 503"), Reason("counted"), Reason("it says", "body.name"))
    assert verbatim(made_up, difference(description="body.name value")) == made_up[1:]


def test_comments_written_with_the_label_or_later_are_not_read() -> None:
    comments = (
        Comment("seen before", BEGAN - HOUR), Comment("it is noise", BEGAN), Comment("fixed now", BEGAN + HOUR),
        Comment("who knows when"),
    )  # fmt: skip
    one = group(comments=comments, label=NOISE, labelled_at=BEGAN)
    assert attributes(one)["comments"] == "seen before"
    (row,) = labelled([difference(comments=comments, label=NOISE, labelled_at=BEGAN)])
    assert "it is noise" not in json.dumps(chat(row))


@pytest.mark.parametrize("name", ALL)
def test_an_attribute_that_is_left_out_leaves_no_word(name: str) -> None:
    words = {"category": "zcategory", "description": "zdescription", "calls": ("zcalls",), "tags": ("ztags",)}
    logs = {"test_logs": ("zcategory=ztest_logs",), "prod_logs": ("zcategory=zprod_logs",)}
    one = group(**words, **logs, comments=(Comment("zcomments", BEGAN),))  # type: ignore[arg-type]
    whole = json.dumps(attributes(one))
    left = json.dumps(attributes(one, (name,)))
    if name == "insight":
        assert "zcategory: test" in whole
        assert "zcategory: test" not in left
    else:
        assert f"z{name}" in whole
        assert f"z{name}" not in left.replace("zcategory=z", "" if name == "category" else "zcategory=z")


def test_the_definitions_of_the_labels_are_in_the_prompt() -> None:
    assert all(f"{label}: {words}" in SYSTEM for label, words in DEFINITIONS.items())


def test_a_team_learns_from_its_own_labels_and_sees_no_other() -> None:
    both = [*releases(2, team="a"), *releases(2, seed=2, team="b")]
    members = [each for each in grouped(both) if each.key.signature.team == "a"]
    assert {each.examples[0].origin.team for each in members} == {"a"}
    desk = Desk.of(members, [])
    suggestions = desk.suggestions("v1")
    assert {near.group for each in suggestions.values() for near in each.neighbours} <= {each.id for each in members}
    assert {each.key.id for each in grouped(releases(1, team="a"))}.isdisjoint(
        each.key.id for each in grouped(releases(1, team="b"))
    )


def test_a_team_learns_from_another_only_where_that_one_allows_it(tmp_path: Path) -> None:
    project = Project.open(tmp_path, make=True)
    rows = [*releases(2, team="a"), *releases(1, team="b")]
    for team in "ab":
        project.add([each for each in rows if each.origin.team == team], Origin(team))
    assert project.lent("b") == []
    for lends, lent in ((["c"], 0), (["b"], len(labelled(releases(2, team="a"))))):
        (tmp_path / "settings.json").write_text(json.dumps({"a": {"lends": lends}}))
        assert len(Project.open(tmp_path).lent("b")) == lent
    assert {each.group.key.signature.team for each in Project.open(tmp_path).lent("b")} == {"a"}
    assert Project.open(tmp_path).lent("a") == []


def test_each_team_has_its_own_words_bars_and_tolerances() -> None:
    teams = read_settings(
        '{"a": {"categories": ["Billing"], "carried": 0.95, "unordered": ["body.x"]}, "b": {"carried": null}}'
    )
    assert teams["a"].categories == ("Billing",)
    assert (teams["a"].bars.carried, teams["b"].bars.carried) == (0.95, None)
    assert teams["a"].tolerance.unordered == {"body.x"}
    for wrong, words in (
        ('{"a": {"bar": 1}}', "'bar' is unknown"), ('{"a": {"carried": 7}}', "from 0.5 to 1"), ("[]", "no object"),
    ):  # fmt: skip
        with pytest.raises(ScoringError, match=words):
            read_settings(wrong)


def test_corrections_are_learnt_from_and_what_was_carried_is_not() -> None:
    rows = releases(3)
    newest = [replace(each, label=None, labelled_at=None) if each.origin.build == "v2" else each for each in rows]
    desk = Desk.of(grouped(newest), [])
    suggestions = desk.suggestions("v2")
    carried_ids = set(desk.automatic("v2", suggestions))
    assert carried_ids
    assert carried_ids.isdisjoint(each.group.id for each in desk.labelled)
    one = desk.of_release("v2")[0]
    after = Desk.of(grouped(newest), [Answer(one.id, REGRESSION, "anna", BEGAN + timedelta(days=20))])
    assert [each.label for each in after.labelled if each.group.id == one.id] == [REGRESSION]


def test_noise_is_told_apart_by_its_reason() -> None:
    assert [*NoiseReason] == ["expected", "anticipated", "non_deterministic", "harmless"]
    one = difference(noise_reason=NoiseReason.HARMLESS)
    assert one.noise_reason is NoiseReason.HARMLESS


@pytest.mark.parametrize("shares", [(0.6, 0.2, 0.2), (0.8, 0.05, 0.15)])
def test_parts_for_fine_tuning_keep_the_shares_of_labels_and_no_signature_on_two_sides(
    shares: tuple[float, float, float],
) -> None:
    members = labelled(releases(40))
    split = parts(members, shares, seed=3)
    assert sorted(map(len, split)) == sorted(map(len, parts(members, shares, seed=3)))
    signatures = [{each.group.key.signature for each in part} for part in split]
    assert len(signatures[0] | signatures[1] | signatures[2]) == sum(map(len, signatures))
    for part, share in zip(split, shares, strict=True):
        for label in (FEATURE, REGRESSION):
            all_of = sum(each.label is label for each in members)
            assert sum(each.label is label for each in part) == pytest.approx(share * all_of, abs=0.1 * all_of)
    with pytest.raises(ScoringError, match="add up to 1"):
        parts(members, (0.5, 0.2, 0.2))


def test_a_chat_for_fine_tuning_asks_as_the_labeller_is_asked_and_answers_the_label() -> None:
    row = chat(labelled()[0])
    roles = [each["role"] for each in row["messages"]]
    assert roles == ["system", "user", "assistant"]
    assert json.loads(row["messages"][2]["content"]) == {"label": labelled()[0].label, "quotes": []}
    assert set(json.loads(row["messages"][1]["content"])) == set(ALL)


def test_a_group_is_of_one_team_release_endpoint_field_and_kind() -> None:
    rows = [difference("x", endpoint=f"GET /users/{n}") for n in range(3)]
    rows += [difference("y", origin=Origin("other", "v2")), difference("z", kind="type"), difference("w", build="v3")]
    assert sorted(each.count for each in grouped(rows)) == [1, 1, 1, 3]
