"""What a pull request says as it lands: whom it takes back, and which incident it mends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from policy_world import ANA, SATURDAY, pull

from bot.policy.incidents.claim import Landed, again, claimed
from bot.policy.incidents.landing import judged, said_by
from bot.policy.incidents.report import Cause, Level, Report

ONE, TWO = "1a" * 20, "2b" * 20


def said(title: str, body: str = "", branch: str = "topic", *, may_write: bool = True) -> list[Report]:
    return list(said_by(pull(title=title, body=body, head_ref=branch), SATURDAY, may_write=may_write))


@pytest.mark.parametrize(
    ("title", "body", "branch", "causes"),
    [
        ('Revert "Add it"', "", "topic", [(Cause(title="Add it"), 5)]),
        ('Revert "Add it"', "Reverts acme/shop#12", "revert-12-add", [(Cause(number=12), 4)]),
        ('Revert "Add it"', f"This reverts commit {ONE}.", "revert-12-add", [(Cause(sha=ONE), 3)]),
        ("Undo it", "", "revert-12-add", [(Cause(number=12), 4)]),
        ("Undo it", "", "x-revert-12-add", []),
        ('Revert "Add it"', "Reverts acme/blog#12", "topic", [(Cause("acme/blog", 12), 4)]),
        ("Add it", "", "topic", []),
        ('Reapply "Add it"', f"This reverts commit {ONE}.", "topic", []),
    ],
)
def test_whom_it_takes_back(title: str, body: str, branch: str, causes: list[tuple[Cause, int]]) -> None:
    assert [(each.cause, each.level) for each in said(title, body, branch)][: len(causes) or None] == causes


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (f"Incident: INC-7\nCaused-by: {ONE}", [("INC-7", Cause(sha=ONE))]),
        ("Caused-by: #12", [("incident of #12", Cause(number=12))]),
        (f'Incident: INC-7\nFixes: {ONE} ("x")\nFixes: {TWO}', [("INC-7", Cause(sha=ONE)), ("INC-7", Cause(sha=TWO))]),
        (f"Fixes: {ONE}", []),
        ("Incident: INC-7\nFixes: #12", []),
        ("Incident: INC-7", []),
        ("Caused-by: the cache", []),
    ],
)
def test_trailers_of_a_fix_name_its_incident_and_cause(body: str, named: list[tuple[str, Cause]]) -> None:
    assert [(each.incident, each.cause) for each in said("Fill the cache", body)] == named
    assert said("Fill the cache", body, may_write=False) == []


def test_what_was_taken_back_is_judged_once_it_is_known() -> None:
    (report,) = said('Revert "Add it"', "Reverts acme/shop#12")
    hour = timedelta(hours=1)
    landed = Landed((ONE,), title="Add it", at=SATURDAY - hour, author=77)
    assert judged(report, landed) == replace(report, incident=f"revert of {ONE[:12]}")
    assert judged(report, replace(landed, title='Revert "Add it"')) is None
    assert judged(report, Landed(words="not there")) == report
    quick = judged(report, replace(landed, author=ANA.id))
    assert quick is not None
    assert quick.level is Level.HEARSAY
    slow = judged(report, replace(landed, author=ANA.id, at=SATURDAY - hour - timedelta(seconds=1)))
    assert slow is not None
    assert slow.level is Level.REVERTED_NUMBER
    (trailer,) = said("Fill it", "Caused-by: #12")
    assert judged(trailer, replace(landed, author=ANA.id)) == trailer


def test_a_doubt_is_the_reason_for_which_a_claim_waits_and_strengthens_no_other() -> None:
    (report,) = said('Revert "Add it"', "Reverts acme/shop#12")
    doubted = report.doubted("somebody has to look")
    claim = claimed(doubted, 7, Landed((ONE,)), SATURDAY)
    assert (claim.state, claim.reason, claim.kind) == ("candidate", "somebody has to look", "guess")
    assert again(claim, doubted, Landed((ONE,)), SATURDAY).state == "candidate"
    assert again(claim, report, Landed((ONE,)), SATURDAY).state == "confirmed"


def test_a_title_stands_for_a_cause_until_its_commit_is_known() -> None:
    assert [str(Cause("a/b", title="Add it")), str(Cause(title="Add it"))] == ["a/b Add it", "Add it"]
