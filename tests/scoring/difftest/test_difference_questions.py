"""What one answer is of: groups that stand and fall together, and what an earlier build was answered."""

from dataclasses import replace

import pytest

from scoring.difftest.answers import Answer, State, taken_back
from scoring.difftest.desk import Desk
from scoring.difftest.evaluate import predictions, walked
from scoring.difftest.groups import Group, grouped
from scoring.difftest.labels import Label
from scoring.difftest.questions import questions
from scoring.difftest.record import Difference, Origin
from scoring.difftest.verdict import Conclusion
from scoring.difftest.workload import work
from tests.scoring.difftest.records import BEGAN, difference, labelled

NOISE, FEATURE, REGRESSION = Label


def fields(rows: list[Difference], *suggested: Label) -> list[list[str]]:
    """The questions of a build by the fields in them; all groups are suggested as the same, or as `suggested` says."""
    members = grouped(rows)
    labels = dict(zip((each.id for each in members), suggested or [NOISE] * len(members), strict=True))
    return [[each.key.signature.field for each in one] for one in questions(members, labels)]


def test_the_same_change_at_many_endpoints_is_one_question() -> None:
    rows = [difference(each, endpoint=f"GET /{each}", field="header.vary", kind="added") for each in "abc"]
    assert [len(each) for each in fields(rows)] == [3]
    other = difference("d", endpoint="GET /d", field="header.vary", kind="added", pattern="nothing → other")
    assert sorted(len(each) for each in fields([*rows, other])) == [1, 3]
    assert sorted(len(each) for each in fields(rows, NOISE, FEATURE, NOISE)) == [1, 2]


def test_what_differs_with_another_status_differs_because_of_it() -> None:
    broken = [difference(each, field="status", kind="status 200→404") for each in ("r1", "r2")]
    rows = [*broken, difference("r1", field="body"), difference("r3", field="body.n")]
    assert fields(rows) == [["status", "body"], ["body.n"]]


def test_what_shows_in_the_same_requests_is_one_question_but_for_what_is_another_each_time() -> None:
    rows = [difference(request, field=field) for request in ("r1", "r2") for field in ("body.total", "body.next")]
    times = [difference(each, field="body.at", kind="masked") for each in ("r1", "r2")]
    assert fields([*rows, *times, difference("r3", field="body.size")]) == [
        ["body.total", "body.next"], ["body.at"], ["body.size"],
    ]  # fmt: skip
    itself = [difference(each, field="body.ms", noisy=True) for each in ("r1", "r2")]
    assert ["body.ms"] in fields([*rows, *itself])


def test_an_answer_to_a_question_is_of_each_of_its_groups_and_is_taken_back_as_one() -> None:
    rows = [difference(each, endpoint=f"GET /{each}", field="header.vary", kind="added") for each in "abc"]
    members = grouped(rows)
    (one,) = Desk.of(members, []).questions("v2")
    assert (one.count, len(one.alike)) == (3, 2)
    answers = one.answers(FEATURE, "anna", BEGAN)
    assert Desk.of(members, answers).questions("v2") == []
    back = taken_back(answers, answers[0], BEGAN)
    assert len(Desk.of(members, [*answers, *back]).questions("v2")[0].alike) == 2


def built(build: str, *fields_of: str, **more: object) -> list[Difference]:
    origin = Origin("default", build, str(more.pop("baseline", "v1")))
    return [difference(each, origin=origin, field=each, **more) for each in fields_of]


def stands(answered: Label, second: list[Difference], **more: object) -> list[Label | None]:
    """What the groups of a second build are called where the first one's were answered."""
    members = grouped([*built("rc1", "body.a", **more), *second])
    answers = [Answer(each.id, answered, "anna", BEGAN) for each in members if each.key.release == "rc1"]
    desk = Desk.of(members, answers)
    return [desk.standing[each.id].label if each.id in desk.standing else None for each in desk.of_release("rc2")]


@pytest.mark.parametrize("label", Label)
def test_an_answer_stands_for_the_next_build_that_shows_the_same_against_the_same_baseline(label: Label) -> None:
    same = {"left": "1", "right": "2"}
    assert stands(label, built("rc2", "body.a", **same), **same) == [label]
    assert stands(label, built("rc2", "body.a", baseline="v2", **same), **same) == [None]
    assert stands(label, built("rc2", "body.b", **same), **same) == [None]
    assert stands(label, built("rc2", "body.a", baseline="", **same), baseline="", **same) == [None]


@pytest.mark.parametrize("label", [FEATURE, REGRESSION])
def test_another_value_is_asked_for_again(label: Label) -> None:
    assert stands(label, built("rc2", "body.a", left="1", right="3"), left="1", right="2") == [None]


def test_a_masked_value_is_the_same_again_where_production_differs_there_by_itself_and_only_there() -> None:
    first, second = ({"kind": "masked", "pattern": "<hex> → <hex>", "right": each} for each in ("a1", "b2"))
    for noisy, label in ((True, FEATURE), (False, None), (None, None)):
        again = built("rc2", "body.a", noisy=noisy, **second)
        assert stands(FEATURE, again, noisy=noisy, **first) == [label]


@pytest.mark.parametrize(
    "cut",
    [
        {"kind": "subtree"},
        {"left": "x" * 4_000},
        {"kind": "added", "pattern": "nothing → list of 30"},
    ],
)
def test_what_was_cut_short_is_asked_for_again(cut: dict[str, str]) -> None:
    assert stands(FEATURE, built("rc2", "body.a", **cut), **cut) == [None]


def test_with_a_signal_another_request_is_asked_for_again() -> None:
    gone = built("rc2", "body.a", kind="removed", calls=("GET /users/9",))
    assert stands(FEATURE, gone, kind="removed", calls=("GET /users/8",)) == [None]
    assert stands(FEATURE, gone, kind="removed", calls=("GET /users/9",)) == [FEATURE]


def test_a_regression_that_was_confirmed_fails_the_next_build_too_until_it_is_gone() -> None:
    members = grouped([*built("rc1", "body.a", "body.b"), *built("rc2", "body.a"), *built("rc3", "body.b")])
    answers = [
        Answer(each.id, REGRESSION if "a" in each.key.signature.field else NOISE, "anna", BEGAN) for each in members[:2]
    ]
    desk = Desk.of(members, answers)
    assert desk.verdict("rc2").conclusion is Conclusion.FAILURE
    assert desk.verdict("rc3").conclusion is Conclusion.SUCCESS
    assert [each.state for each in (desk.standing[members[2].id], desk.standing[members[3].id])] == [State.AGAIN] * 2
    assert len(desk.labelled) == 2  # what stands again teaches nothing
    assert len(desk.known) == 4


def test_work_counts_each_question_once_and_what_its_answer_got_wrong() -> None:
    groups: list[Group] = grouped(
        difference(f"{each} {label}", endpoint=f"GET /{each}", field="header.x", kind="added", label=label,
                   labelled_at=BEGAN, at=BEGAN, origin=Origin("default", "v2", "v1"))
        for each, label in (("a", FEATURE), ("a", FEATURE), ("b", REGRESSION))
    )  # fmt: skip
    members = labelled()
    first = [replace(each, release=0) for each in members if each.release == 0]
    now = [replace(first[0], group=each, label=each.label or NOISE, release=1) for each in groups]
    together = predictions([*first, *now])[0][1]["rules"]
    one = work(walked(together))
    assert (one.items, one.asked, one.alike, one.alike_right, one.hidden) == (3, 1, 1, 0, 1)
