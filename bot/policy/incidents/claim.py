"""A claim: that a change caused an incident, how strong the evidence is, and what became of the claim.

A claim becomes a label only as `confirmed`: by evidence that is strong enough, or by a person who may write. What a
person disputed or withdrew stays so, whatever reports come later; only a person confirms it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Literal

from bot.policy.incidents.report import Cause, Level, Report

ClaimState = Literal["candidate", "confirmed", "disputed", "withdrawn"]
Kind = Literal["incident", "revert", "guess"]


@dataclass(frozen=True, slots=True)
class Landed:
    """What a named cause is in the repository: commits that landed, oldest first; none: `words` say why. `title` is the
    first one's; when it landed and whose it was (an account, 0: not known) are for judging who took it back."""

    commits: tuple[str, ...] = ()
    words: str = ""
    title: str = ""
    at: datetime | None = None
    author: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """One incident and one cause in one repository. `reports` counts those that said so; `sources` names where from."""

    repository_id: int
    incident: str
    cause: Cause | None
    commits: tuple[str, ...]
    level: Level
    sources: tuple[str, ...]
    by: str
    said_at: datetime
    state: ClaimState
    reason: str = ""  # why it is in that state
    state_by: str = ""  # the person who put it there, "" where its evidence did
    state_at: datetime | None = None
    known_at: datetime | None = None  # when it was confirmed here: a label counts from then on
    evidence: str = ""
    title: str = ""
    severity: str = ""
    links: tuple[str, ...] = ()
    text: str = ""
    severe: bool = False
    fault: bool = True
    reports: int = 1
    id: int = 0  # 0: not kept yet

    @property
    def kind(self) -> Kind:
        if self.level <= Level.TRAILER:
            return "incident"
        return "revert" if self.level <= Level.REVERTED_TITLE else "guess"

    @property
    def is_label(self) -> bool:
        """Whether a model may learn from it."""
        return self.state == "confirmed" and bool(self.commits) and self.fault


def claimed(report: Report, repository_id: int, landed: Landed, at: datetime) -> Claim:
    """The first that is heard of it."""
    return _settled(
        Claim(
            repository_id=repository_id,
            incident=report.incident,
            cause=report.cause,
            commits=landed.commits,
            level=_strength(report),
            sources=(report.source,),
            by=report.by,
            said_at=report.at,
            state="candidate",
            reason=_waiting(report, landed),
            state_at=at,
            evidence=report.evidence,
            title=report.title,
            severity=report.severity,
            links=report.links,
            text=report.text,
            severe=report.severe,
            fault=report.fault,
        ),
        at,
    )


def again(claim: Claim, report: Report, landed: Landed, at: datetime) -> Claim:
    """Another report of the same: it adds what was not known, and evidence that is stronger."""
    before, now = _strength(claim), _strength(report)
    stronger = now < before or (not claim.commits and bool(landed.commits))
    joined = replace(
        claim,
        cause=report.cause if report.cause is not None and (stronger or claim.cause is None) else claim.cause,
        commits=claim.commits or landed.commits,
        level=min(before, now),
        sources=tuple(dict.fromkeys((*claim.sources, report.source))),
        evidence=report.evidence if stronger or not claim.evidence else claim.evidence,
        title=claim.title or report.title,
        severity=report.severity or claim.severity,
        severe=report.severe if report.severity else claim.severe,
        links=tuple(dict.fromkeys((*claim.links, *report.links)))[:10],
        text=report.text or claim.text,
        fault=report.fault if stronger else claim.fault,
        reports=claim.reports + 1,
    )
    if claim.kind == "revert" and joined.kind == "incident" and claim.state == "confirmed":
        joined = replace(joined, state="candidate")  # as an incident it is known from now on
    if joined.state == "candidate" and not joined.commits:
        joined = replace(joined, reason=_waiting(report, landed) if report.cause else claim.reason)
    return _settled(joined, at)


class Ruling(Enum):
    """What a person may say to a claim; the value is the state that it has then."""

    CONFIRM = "confirmed"
    DISPUTE = "disputed"
    WITHDRAW = "withdrawn"

    @property
    def verb(self) -> str:
        return self.name.lower()

    def on(self, claim: Claim, *, by: str, reason: str, at: datetime) -> Claim:
        """The claim as it is then. Raises ValueError, with a sentence, for what cannot be said of it."""
        if self is not Ruling.CONFIRM:
            if not reason.strip():
                raise ValueError(f"say why, so that the next person can judge it: {self.verb}, which one, and the why")
            state: ClaimState = "disputed" if self is Ruling.DISPUTE else "withdrawn"
            return replace(claim, state=state, reason=reason.strip(), state_by=by, state_at=at, known_at=None)
        if not claim.commits:
            raise ValueError(f"no landed change is known as the cause of claim {claim.id}: {claim.reason}")
        # a label that counts already counts from when it did
        known = claim.known_at if claim.state == "confirmed" and claim.kind == "incident" and claim.fault else at
        ruled = replace(claim, state="confirmed", level=Level.PERSON, fault=True, known_at=known)
        return replace(ruled, reason=reason.strip(), state_by=by, state_at=at)


def matches(claim: Claim, report: Report, landed: Landed) -> bool:
    """Whether a report is of the same incident and the same cause, or of one whose cause was not known yet."""
    same = _key(claim.incident) == _key(report.incident) or bool(set(claim.links) & set(report.links))
    if not same:
        return False
    if claim.commits and landed.commits:
        return bool(set(claim.commits) & set(landed.commits))
    return claim.cause is None or report.cause is None or claim.cause == report.cause


def nearest_match(claims: Iterable[Claim], report: Report, landed: Landed) -> Claim | None:
    """Of those that match the one with most in common: its cause is known and the same."""
    matching = [claim for claim in claims if matches(claim, report, landed)]
    return min(
        matching, key=lambda claim: (claim.commits != landed.commits, claim.cause is None, claim.id), default=None
    )


def _strength(said: Claim | Report) -> Level:
    """Of the evidence for a cause: whoever names none adds nothing to what another only guessed."""
    return said.level if said.cause is not None else Level.HEARSAY


def _settled(claim: Claim, at: datetime) -> Claim:
    """Confirmed by its evidence, where that is strong enough and no person said otherwise."""
    if claim.state != "candidate" or claim.kind == "guess" or not claim.commits:
        return claim
    return replace(claim, state="confirmed", reason="", state_by="", state_at=at, known_at=at)


def _waiting(report: Report, landed: Landed) -> str:
    if report.cause is None:
        return "nobody has named its cause yet"
    if not landed.commits:
        return landed.words
    return (report.doubt or "a guess: a person has to confirm it") if report.level > Level.REVERTED_TITLE else ""


def _key(incident: str) -> str:
    return incident.casefold()
