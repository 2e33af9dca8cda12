"""What an earlier version wrote is read: rows and jobs as they were on 28 November 2026, and older ones."""

# rows stand here as they were written
# ruff: noqa: E501

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.forge.envelope import Envelope, Pushed, Reachable, Ungrouped, Unreachable
from bot.jobs.kinds import EDGE_DONE, PULL, REPORT, EdgeReport, Events, Reports
from bot.plain import from_text, plain, read, to_text
from bot.policy.config.freezes import Freeze
from bot.policy.escalation import Escalation
from bot.policy.events import Changed, Commented, Labelled, Pressed, Queued, Tick
from bot.policy.incidents.report import Cause, Level, Report
from bot.policy.opinion import Opinion, Verdict
from bot.policy.pull import Comment, Person
from bot.store import ShownPull, Store
from bot.store.assessments import assessment_of
from bot.store.tables import escalations
from scoring.assessment import Assessment, Evidence, Proof, Reason, Suggestion

NOON = datetime(2026, 11, 27, 12, 0, 0, 5, tzinfo=UTC)
DAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANA, ADA = Person(7, "ana"), Person(1, "ada")
HEAD = "ab" * 20

ASSESSMENT = r"""{"at":"2026-11-21T12:00:00+00:00","base":"","base_rate":0.012,"features":{"churn":412.0,"odd":Infinity},
"is":"Assessment","labelled":12,"model":"caf\udce9","parts":[],"percentile":0.96,"probability":0.031,"proof":{"is":"Proof",
"kind":"comments","level":"P","words":"The parsed code is equal"},"reasons":[{"claim":"activity","evidence":[{"by":"dd",
"is":"Evidence","sha":"cc"}],"is":"Reason","share":0.7,"subject":"src/caf\udce9.py","words":"It changes {subject}"}],
"reference":500,"sha":"aa","suggestions":[{"is":"Suggestion","moved":0.6,"paths":["src/caf\udce9.py","src/b.py"],
"stays":0.4,"subject":"src/"}]}"""
KNOWN = Assessment(
    sha="aa", at=DAY, percentile=0.96, probability=0.031, base_rate=0.012,
    reasons=(Reason("activity", "It changes {subject}", 0.7, "src/caf\udce9.py", (Evidence("cc", "dd"),)),),
    suggestions=(Suggestion("src/", ("src/caf\udce9.py", "src/b.py"), 0.6, 0.4),),
    model="caf\udce9", reference=500, labelled=12, features={"churn": 412.0, "odd": float("inf")},
    proof=Proof("P", "comments", "The parsed code is equal"),
)  # fmt: skip
BEFORE_0_2 = r"""{"at":"2025-11-21T12:00:00+00:00","base":"","base_rate":0.01,"features":{},"is":"Assessment","labelled":0,
"model":"m","percentile":0.5,"probability":0.1,"proof":null,"reasons":[{"feature":"churn","is":"Reason","share":1.0,
"words":"large"}],"reference":1,"sha":"aa","suggestions":[{"is":"Suggestion","paths":["a"],"subject":"a","then":0.2}]}"""
ESCALATION = r"""{"answer":"","answered_at":null,"answered_by":null,"at":"2026-11-21T12:00:00+00:00","by":{"bot":false,"id":1,
"is":"Person","login":"ada"},"content":"cc","ended_at":null,"ended_because":"","expires":"2026-11-30T12:00:00+00:00",
"first":null,"head_sha":"aa","id":"c1","is":"Escalation","model":"m","percentile":0.96,"reason":"security","state":"asked",
"text":"it cannot wait\u202e","window":"Holidays"}"""
ASKED = Escalation(
    "c1", "security", "it cannot wait\u202e", ADA, DAY, "aa", "cc", "Holidays", datetime(2026, 11, 30, 12, tzinfo=UTC),
    0.96, "m",
)  # fmt: skip
FREEZE = r"""{"branches":["main"],"by":{"bot":false,"id":1,"is":"Person","login":"ada"},"end":null,"id":"f1","is":"Freeze",
"level":"frozen","name":"Launch","paths":null,"reason":"launch \u202e","start":"2026-11-21T12:00:00+00:00"}"""
OPINIONS = r"""[{"firm":"","is":"Opinion","proven":false,"rule":"gate","until":"2026-11-27T12:00:00.000005+00:00",
"verdict":"block","words":"because"},{"firm":"","is":"Opinion","proven":false,"rule":"freeze","until":null,"verdict":"pass",
"words":""}]"""
SHOWN = (
    r"""{"author":{"bot":false,"id":7,"is":"Person","login":"ana"},"base_ref":"main","card":{"headline":"Held","is":"Card",
"tone":"held","gone":1},"draft":false,"excepted":false,"head_ref":"topic","head_sha":"ab","held":true,"is":"ShownPull",
"level":"red","may_answer":["@acme/x"],"mode":"enforce","paths":["a\udcff.py"],"private":true,"share":0.5,
"title":"Rework \ud800 billing","until":null,"window":"Launch","zone":"Europe/Berlin","opinions":"""
    + OPINIONS
    + "}"
)
JOB = r"""{"delivery": "guid", "envelopes": [
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": 0, "is": "Changed", "event": {"what": "opened",
 "as_of": "2026-11-27T12:00:00.000005Z", "head_sha": "ab", "by": {"id": 7, "login": "ana", "bot": false}}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": 1, "is": "Commented", "event": {"comment":
 {"id": 5, "author": {"id": 7, "login": "ana", "bot": false}, "body": "hi \ud800", "created_at":
 "2026-11-27T12:00:00.000005Z", "edited": false, "digest": null}}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": 2, "is": "Pressed", "event": {"button":
 "useful", "by": {"id": 7, "login": "ana", "bot": false}, "head_sha": "ab", "shown": "", "source": "check", "text": ""}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": 3, "is": "Labelled", "event": {"label":
 "urgent", "by": {"id": 7, "login": "ana", "bot": false}, "at": "2026-11-27T12:00:00.000005Z"}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": 4, "is": "Tick", "event": {"why": "edge"}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": 5, "is": "Queued", "event": {"head_sha": "ab",
 "head_ref": "gh-readonly-queue/main/pr-1", "base_ref": "main"}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": null, "is": "Pushed", "event": {"ref":
 "refs/heads/main", "after": "ab", "paths": ["caf\udce9.py"], "complete": false, "by": {"id": 7, "login": "ana", "bot": false}}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": null, "is": "Reachable", "event": {"why":
 "installed"}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": null, "is": "Unreachable", "event": {"why":
 "deleted"}},
{"installation_id": 1, "repository_id": 2, "full_name": "acme/shop", "number": null, "is": "Ungrouped", "event": {"head_sha":
 "ab"}}]}"""
EVENTS = (
    Changed("opened", NOON, "ab", ANA), Commented(Comment(5, ANA, "hi \ud800", NOON)), Pressed("useful", ANA, "ab"),
    Labelled("urgent", ANA, NOON), Tick("edge"), Queued("ab", "gh-readonly-queue/main/pr-1", "main"),
    Pushed("refs/heads/main", "ab", ("caf\udce9.py",), False, ANA), Reachable("installed"), Unreachable("deleted"),
    Ungrouped("ab"),
)  # fmt: skip
EDGE = r"""{"repository_id": 7, "ref": "main", "at": "2026-11-27T12:00:00.000005Z", "before": {"3": 1, "4": null}, "turn": 2}"""
SAID = r"""{"delivery": "guid", "repository_id": 7, "reports": [{"source": "pagerduty", "incident": "P1", "at":
"2026-11-27T12:00:00.000005Z", "by": "maya", "level": 2, "cause": {"repository": "", "number": 12, "sha": ""}, "evidence": "",
"title": "", "severity": "", "links": ["https://x/1"], "text": "", "by_id": 0, "fault": true}]}"""


def holds(written: Any, before: Any) -> bool:
    """Whether all that was written before is written now; more may have been added since."""
    if isinstance(before, dict):
        return written.keys() >= before.keys() and all(holds(written[key], one) for key, one in before.items())
    if isinstance(before, list):
        return len(written) == len(before) and all(map(holds, written, before))
    return bool(written == before)


def test_assessments_are_read(store: Store) -> None:
    assert assessment_of(ASSESSMENT) == KNOWN
    assert holds(json.loads(to_text(KNOWN)), json.loads(ASSESSMENT))
    older = assessment_of(BEFORE_0_2)  # its features are no claims, its advice has one rank: neither is shown again
    assert (older.reasons, older.suggestions, older.parts, older.percentile) == ((), (), (), 0.5)


@pytest.mark.parametrize(
    "text", [ESCALATION, ESCALATION.replace('"id":"c1",', '"id":"c1","private":"",').replace(',"ended_because":""', "")]
)
def test_requests_for_an_exception_are_read(store: Store, text: str) -> None:
    row = {"repository_id": 7, "number": 1, "id": "c1", "at": DAY, "state": "asked", "body": text}
    with store.write() as connection:
        connection.execute(sa.insert(escalations).values(row))
    assert store.exceptions.of(7, 1) == (ASKED,)
    assert holds(json.loads(to_text(ASKED)), json.loads(ESCALATION))


def test_freezes_are_read() -> None:
    freeze = Freeze("f1", "Launch", "frozen", DAY, None, "launch \u202e", ADA, ("main",), None)
    assert from_text(Freeze, FREEZE) == freeze
    assert holds(json.loads(to_text(freeze)), json.loads(FREEZE))


def test_what_pages_show_is_read() -> None:
    shown = from_text(ShownPull, SHOWN)
    opinions = (Opinion("gate", Verdict.BLOCK, "because", NOON), Opinion("freeze"))
    assert (shown.opinions, shown.title, shown.paths) == (opinions, "Rework \ud800 billing", ("a\udcff.py",))
    assert (shown.card.headline, shown.card.gate, shown.author) == ("Held", None, ANA)
    assert holds(plain(opinions), json.loads(OPINIONS))


def test_jobs_that_wait_are_read_and_keep_their_form() -> None:
    numbers = (0, 1, 2, 3, 4, 5, None, None, None, None)
    envelopes = tuple(Envelope(1, 2, "acme/shop", number, event) for number, event in zip(numbers, EVENTS, strict=True))
    edge = EdgeReport(7, "main", NOON, {"3": 1, "4": None}, 2)
    report = Report("pagerduty", "P1", NOON, "maya", Level.TRAILER, Cause("", 12), links=("https://x/1",))
    for kind, text, payload in (
        (PULL, JOB, Events("guid", envelopes)),
        (EDGE_DONE, EDGE, edge),
        (REPORT, SAID, Reports("guid", 7, (report,))),
    ):
        assert kind.load(json.loads(text)) == payload
        same = json.loads(text.replace("000005Z", "000005+00:00"))
        assert holds(json.loads(json.dumps(kind.dump(payload))), same)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_survives_in_a_row_and_in_a_job(text: str) -> None:
    comment = Commented(Comment(5, Person(7, text), text, NOON))
    (one,) = PULL.load(json.loads(json.dumps(PULL.dump(Events("g", (Envelope(1, 2, "o/r", 3, comment),)))))).envelopes
    assert one.event == comment
    assert from_text(Opinion, to_text(Opinion(text, Verdict.BLOCK, text))) == Opinion(text, Verdict.BLOCK, text)


@pytest.mark.parametrize(
    "value", [{}, {"rule": 1}, {"rule": "r", "verdict": "maybe"}, [], None, {"rule": "r", "until": "soon"}]
)
def test_what_is_none_of_it_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="Opinion"):
        read(Opinion, value)
