"""A pull request: its verdict and every opinion, what its score rests on and how it went over pushes, who said what."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.policy.chat.commands import COMMANDS
from bot.policy.escalation import Escalation
from bot.policy.opinion import Opinion, Verdict
from bot.policy.text import words as said
from bot.policy.views import Card
from bot.store import Feedback, Landing, Record, Sight
from bot.web import passages, svg
from bot.web.now import Request, answerable, in_zone, waits_for
from bot.web.page import Asked, NotThere, Stored
from bot.web.words import ACTIONS, KINDS, RECORDS, SHORT, sentence
from scoring.assessment import Assessment, Evidence, Part

DONE = "done"  # what the line says of an action that it carried out
MOST_EVIDENCE = 20  # commits beside one sentence
MOST_RECORDS = 200  # of the audit log that are shown, the newest


@dataclass(frozen=True, slots=True)
class Readings:
    sight: Sight
    assessments: tuple[tuple[str, Assessment], ...]  # by head, oldest first
    requests: tuple[Escalation, ...]  # oldest first
    records: tuple[Record, ...]  # oldest first
    feedback: tuple[Feedback, ...]  # oldest first
    landing: Landing | None
    passed: passages.Passed


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    """Raises NotThere for a pull request that was never looked at."""
    here, number = asked.here.id, asked.number or 0
    sight = store.shown.get(here, number)
    if sight is None:
        raise NotThere
    return Readings(
        sight=sight,
        assessments=store.assessments.of(here, number),
        requests=store.exceptions.of(here, number),
        records=tuple(store.audit.records(here, number)),
        feedback=store.feedback.of(here, number),
        landing=store.landings.of(here, number),
        passed=passages.read(store, here, number),
    )


# --- what is shown


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that a reader can open; `by` is the one by which it was taken back or repaired."""

    short: str
    address: str
    by: "Commit | None" = None


@dataclass(frozen=True, slots=True)
class Why:
    """One claim with the commits that show it."""

    words: Markup
    share: float  # of all that raises the score, 0 to 1
    commits: tuple[Commit, ...]
    more: int  # commits that are not listed


@dataclass(frozen=True, slots=True)
class Thought:
    """What a rule thinks: it holds, it lets through and says why, or it has nothing to say."""

    rule: str
    holds: bool
    words: str
    until: datetime | None
    lifted: bool  # it would hold, and a proof or an exception lifts it


@dataclass(frozen=True, slots=True)
class Push:
    """One head that was scored."""

    sha: str
    short: str
    address: str
    at: datetime
    percentile: float
    probability: float
    model: str


@dataclass(frozen=True, slots=True)
class Excepted:
    """A request and what became of it, with the moments in order."""

    state: str
    reason: str
    text: str  # "": in a public repository nothing is said again of what somebody wrote
    window: str
    expires: datetime | None
    steps: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the audit log: its number, its hash, and what it is about."""

    seq: int
    hash: str
    at: datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class View:
    repository: str
    number: int
    title: str
    author: str
    address: str  # on the forge
    base: str
    head: Commit
    state: str  # held, would be held, free, landed, closed, waiting
    since: datetime
    card: Card
    until: datetime | None
    waits: str
    may_answer: tuple[str, ...]
    opinions: tuple[Thought, ...]
    why: tuple[Why, ...]
    suggestions: tuple[Markup, ...]
    parts: tuple[str, ...]
    paths: tuple[str, ...] | None
    pushes: tuple[Push, ...]  # oldest first
    chart: Markup | None
    features: tuple[tuple[str, float], ...]  # what the model saw of the head
    request: Request | None  # that waits for an answer
    exceptions: tuple[Excepted, ...]  # newest first
    useful: int
    misleading: int
    commands: tuple[tuple[str, str, str], ...]
    records: tuple[Line, ...]  # newest first
    recorded: int
    landing: Landing | None
    window: str
    level: str
    share: float
    automatic: passages.Automatic | None


def view(readings: Readings, asked: Asked, now: datetime) -> View:
    sight, pull, card = readings.sight, readings.sight.pull, readings.sight.pull.card
    forge = f"{asked.forge}/{asked.here.full_name}"
    request = answerable(readings.requests[-1] if readings.requests else None, pull)
    seen = dict(readings.assessments).get(pull.head_sha)
    pushes = tuple(_push(sha, one, forge) for sha, one in readings.assessments)
    return View(
        repository=asked.here.full_name,
        number=sight.number,
        title=pull.title,
        author=pull.author.login,
        address=f"{forge}/pull/{sight.number}",
        base=pull.base_ref,
        head=_commit(pull.head_sha, forge),
        state=_state(readings),
        since=sight.at,
        card=card,
        until=in_zone(pull.until, pull.zone),
        waits=waits_for(pull, request) if pull.held and sight.open else "",
        may_answer=tuple(who.removeprefix("@") for who in pull.may_answer),
        opinions=tuple(_opinion(one, pull.held, pull.zone) for one in pull.opinions),
        why=tuple(_why(reason.words, reason.subject, reason.share, reason.evidence, forge) for reason in card.reasons),
        suggestions=tuple(sentence(one.words, one.subject) for one in card.suggestions),
        parts=tuple(_part(one) for one in card.parts),
        paths=pull.paths,
        pushes=pushes,
        chart=_chart(pushes, pull.share) if len(pushes) > 1 else None,
        features=tuple(sorted(seen.features.items())) if seen else (),
        request=None if request is None else Request.of(request, pull, asked),
        exceptions=tuple(_exception(one, pull.private) for one in reversed(readings.requests)),
        useful=sum(one.useful for one in readings.feedback),
        misleading=sum(not one.useful for one in readings.feedback),
        commands=tuple((one.usage, one.says, one.who) for one in COMMANDS.values()),
        records=tuple(_line(one) for one in reversed(readings.records[-MOST_RECORDS:])),
        recorded=len(readings.records),
        landing=readings.landing,
        window=pull.window,
        level=pull.level,
        share=pull.share,
        automatic=passages.shown(readings.passed),
    )


def _state(readings: Readings) -> str:
    pull = readings.sight.pull
    if readings.landing is not None:
        return "landed"
    if not readings.sight.open:
        return "closed"
    if pull.held:
        return "held" if pull.mode == "enforce" else "would be held"
    return "waiting" if pull.card.tone == "waiting" else "free"


# --- what the score rests on


def _why(text: str, subject: str | None, share: float, evidence: tuple[Evidence, ...], forge: str) -> Why:
    commits = tuple(_commit(one.sha, forge, one.by) for one in evidence[:MOST_EVIDENCE])
    return Why(sentence(text, subject), share, commits, len(evidence) - len(commits))


def _commit(sha: str, forge: str, by: str = "") -> Commit:
    return Commit(sha[:SHORT], f"{forge}/commit/{sha}", _commit(by, forge) if by else None)


def _part(one: Part) -> str:
    files = "1 file" if one.files == 1 else f"{one.files:,} files"
    how = {"P": ", proved harmless", "S": ", strong evidence of harmlessness", "H": ", a hint"}.get(one.level or "", "")
    return f"{files} of {KINDS.get(one.kind, 'other changes')}{how}"


def _opinion(one: Opinion, held: bool, zone: str) -> Thought:
    holds = one.verdict is Verdict.BLOCK
    return Thought(one.rule, holds, one.words, in_zone(one.until, zone), holds and not held)


def _push(sha: str, one: Assessment, forge: str) -> Push:
    return Push(sha, sha[:SHORT], f"{forge}/commit/{sha}", one.at, one.percentile, one.probability, one.model)


def _chart(pushes: tuple[Push, ...], share: float) -> Markup:
    """Evenly spaced: what counts is the order of pushes, not the hours between them."""
    gates = [(1 - share, f"held from here: {said.percent(share)}")] if 0 < share < 1 else []
    points = [
        svg.Point(
            one.short,
            at,
            one.percentile,
            said.riskier(one.percentile),
            tone="fault" if gates and one.percentile >= gates[0][0] else "",
            address=one.address,
        )
        for at, one in enumerate(pushes)
    ]
    rows = [(one.short, f"{said.rank(one.percentile)} of 100", said.when(one.at), one.model) for one in pushes]
    title = "Its score over its pushes"
    drawing = svg.line(title, points, gates=gates, words="Each point is a head that was scored; 100 % is the riskiest.")
    return svg.figure(title, drawing, ("Head", "Riskier than", "Scored", "Model"), rows)


# --- who said what


def _exception(one: Escalation, private: bool) -> Excepted:
    return Excepted(
        state=one.state,
        reason=one.reason,
        text=one.text if private else "",
        window=one.window,
        expires=one.expires,
        steps=tuple(sorted(_steps(one, private))),
    )


def _steps(one: Escalation, private: bool) -> Iterator[tuple[datetime, str]]:
    yield one.at, f"{one.by.login} asked"
    if one.answered_by is not None and one.answered_at is not None:
        verb = "denied" if one.state == "denied" else "approved"
        why = f": {one.answer}" if one.answer and private else ""
        yield one.answered_at, f"{one.answered_by.login} {verb}{why}"
    if one.ended_at is not None and one.state in ("void", "expired"):
        yield one.ended_at, f"{one.state}: {one.ended_because}" if one.ended_because else one.state


def _line(record: Record) -> Line:
    body = json.loads(record.body)
    words = _TOLD[record.kind](body) if record.kind in _TOLD else ""
    return Line(record.seq, record.hash[:12], record.at, RECORDS.get(record.kind, record.kind), words)


def _decided(body: dict[str, Any]) -> str:
    did = ", ".join(dict.fromkeys(_did(one) for one in body.get("outcomes") or ()))
    verdict = {"block": "holds it", "pass": "lets it through"}.get(body.get("verdict", ""), "")
    return f"{_event(body.get('event'))}: {verdict}{f' ({did})' if did else ''}"


def _did(outcome: dict[str, Any]) -> str:
    name = (outcome.get("action") or {}).get("is", "")
    action = ACTIONS.get(name, name)
    return action if outcome.get("words") == DONE else f"{action}: not done"


def _event(event: dict[str, Any] | None) -> str:
    """Why it was looked at, in words; who did it by the name that they had then."""
    if event is None:
        return "looked at again"
    match event["is"]:
        case "Changed":
            by = f" by {event['by']['login']}" if event.get("by") else ""
            return f"{event['what']}{by}"
        case "Commented":
            return f"a comment of {event['comment']['author']['login']}"
        case "Pressed":
            where = "the page" if event.get("source") == "page" else "the check"
            return f"{event['button']} pressed by {event['by']['login']} on {where}"
        case "Labelled":
            return f"labelled by {event['by']['login']}"
        case "Tick":
            return f"the clock ({event['why']})"
        case other:
            return str(other).lower()


def _escalated(body: dict[str, Any]) -> str:
    to = body["escalation"]
    who = (to.get("answered_by") or to["by"])["login"]
    return f"{body.get('was') or 'new'} → {to['state']}, {who}"


def _attested(body: dict[str, Any]) -> str:
    return f"{body['by']['login']}, head {str(body['head_sha'])[:SHORT]}"


def _landing(body: dict[str, Any]) -> str:
    by = ((body.get("stop") or body).get("by") or {}).get("login")
    why = body.get("words") or body.get("rule") or ""
    return f"{body['what']}{f' by {by}' if by else ''}{f': {why}' if why else ''}"


_TOLD: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "decision": _decided,
    "escalation": _escalated,
    "attestation": _attested,
    "landing": _landing,
    "automatic_landing": _landing,
    "deferred_review": _landing,
}
