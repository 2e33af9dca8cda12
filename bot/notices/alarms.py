"""What turned out badly: an incident names a change that landed, a sign of drift alarms, the doctor found a fault."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.notices.notice import Notice, key, line, title
from bot.notices.readings import HEARD, Here, Readings
from bot.policy.incidents.claim import Claim
from bot.policy.text import words
from bot.store import KnownFinding

_OF_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+(?: |$)")
NEWS = timedelta(days=14)  # one that happened earlier is history that was imported


def incidents(readings: Readings, now: datetime) -> Iterator[Notice]:
    for here in readings.repositories:
        for claim in here.claims:
            if claim.kind == "incident" and claim.fault and claim.commits and _is_news(claim, now):
                yield _incident(readings, here, claim)


def _is_news(claim: Claim, now: datetime) -> bool:
    heard = claim.state_at is not None and now - HEARD < claim.state_at
    return claim.state in ("confirmed", "candidate") and heard and now - NEWS < claim.said_at


def _incident(readings: Readings, here: Here, claim: Claim) -> Notice:
    number = claim.cause.number if claim.cause else 0
    change = f"{here.name}#{number}" if number else f"{here.name} {claim.commits[0][:12]}"
    waits = claim.state == "candidate"
    lines = [f"{claim.incident}: {claim.title}" if claim.title else claim.incident]
    lines += [f"Said by {claim.by}, over {', '.join(claim.sources)}"]
    lines += ["A person who may write has to confirm it before it counts." if waits else "It counts as its cause."]
    return Notice(
        "incident",
        key("incident", here.id, claim.id, claim.state),
        here.id,
        here.name,
        here.private,
        title(f"An incident {'may have come from' if waits else 'came from'} {change}, which landed"),
        tuple(line(each) for each in lines),
        f"{readings.base}/r/{here.name}/pulls/{number}" if readings.base and number else "",
    )


def landing(readings: Readings, now: datetime) -> Iterator[Notice]:
    """What landed is not what was approved, or a person stopped it."""
    for here in readings.repositories:
        if here.stopped is not None:
            resume = f'codechill landing resume {here.name} --by YOU --because "..." when it may go on'
            yield Notice(
                "landing",
                key("landing", here.id, here.stopped.at),
                here.id,
                here.name,
                here.private,
                title(f"{here.name}: nothing lands by itself any more"),
                (line(here.stopped.because), line(f"Stopped by {here.stopped.by}. {resume}")),
            )


def drift(readings: Readings, now: datetime) -> Iterator[Notice]:
    for here in readings.repositories:
        for sign, began in here.signs:
            yield Notice(
                "drift",
                key("drift", here.id, sign.sign, began),
                here.id,
                here.name,
                here.private,
                title(f"{here.name}: {sign.words}"),
                tuple(line(each) for each in (sign.fix,) if each),
            )


def findings(readings: Readings, now: datetime) -> Iterator[Notice]:
    """Errors only; again each week while one is there."""
    heres = {one.name.lower(): one for one in readings.repositories}
    year, week, _ = now.isocalendar()
    for finding in readings.findings:
        if finding.severity == "error":
            here = heres.get(finding.about.partition(" ")[0].lower())
            if here is not None or not _OF_REPOSITORY.match(finding.about):  # else of one that asks for nothing
                yield _finding(here, finding, f"{year} {week}")


def _finding(here: Here | None, finding: KnownFinding, week: str) -> Notice:
    where = here.id if here else 0
    return Notice(
        "doctor",
        key("doctor", where, finding.check, finding.about, week),
        where,
        here.name if here else "",
        here.private if here else True,
        title(f"{finding.about}: {finding.words}"),
        tuple(line(each) for each in (finding.fix,) if each),
    )


def reviews(readings: Readings, now: datetime) -> Iterator[Notice]:
    """Of what landed by itself on the promise of a review; again each week that nobody did it."""
    year, week, _ = now.isocalendar()
    for here in readings.repositories:
        for owed in here.overdue:
            review, change = owed.review, f"{here.name}#{owed.number}"
            until = f"It was due on {words.when(review.due)}; until it is done, its author's changes wait for a review."
            yield Notice(
                "review",
                key("review", here.id, owed.number, f"{year} {week}"),
                here.id,
                here.name,
                here.private,
                title(f"{change} landed by itself, and its review is overdue"),
                (line(f"{review.title}, by {review.author.login}"), until, "/chill reviewed ok on the pull request."),
                f"{readings.base}/r/{here.name}/pulls/{owed.number}" if readings.base else "",
                review.owners,
            )
