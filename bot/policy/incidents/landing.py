"""What a pull request says as it lands: which change it takes back, or which one caused the incident that it mends.

`Revert "..."`, `This reverts commit <id>`, `Reverts owner/name#12` and the branch `revert-12-...` are read by the rules
that read the history (`scoring.incidents`). Trailers are those of a fix: `Incident: INC-7` with `Caused-by: <id>` (or
`#12`), or with `Fixes: <id> ("...")`; a `Fixes:` alone is a repair, which the history says already.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.policy.incidents.causes import cause_of
from bot.policy.incidents.claim import Landed
from bot.policy.incidents.report import Cause, Level, Report
from bot.policy.pull import PullRequest
from scoring.incidents.blame import Mention, is_fault, is_partial, mentions
from scoring.incidents.titles import is_relanding, is_revert

QUICK = timedelta(hours=1)  # its own author took it back before anybody can be said to have met it
_TRAILER = re.compile(r"^(?P<name>incident|caused-by|fixes):[ \t]*(?P<value>\S.*?)[ \t]*$", re.I | re.M)
_BRANCH = re.compile(r"revert-(?P<number>[1-9]\d{0,8})-")
_ELSEWHERE = re.compile(r"^reverts (?P<cause>[\w.-]+/[\w.-]+#[1-9]\d{0,8})\b", re.I | re.M)


def said_by(pull: PullRequest, at: datetime, *, may_write: bool) -> Iterator[Report]:
    """`may_write`: whether its author may write to the repository, which trailers need; a revert needed somebody to
    merge it. Who brings back what was taken back blames nobody."""
    message = f"{pull.title}\n\n{pull.body}"
    if may_write:
        yield from _trailers(pull, at)
    if is_relanding(message):
        return
    where, part = f"{pull.repository.full_name}#{pull.number}", " in part" if is_partial(message) else ""
    for cause, level in _undone(pull, message):
        yield Report(
            source="revert",
            incident=f"revert of {cause}",
            at=at,
            by=pull.author.login,
            level=level,
            cause=cause,
            evidence=f"{where} takes it back{part}",
            title=pull.title,
            by_id=pull.author.id,
            fault=is_fault(message),
        )


def judged(report: Report, landed: Landed) -> Report | None:
    """The same once it is known what was taken back; None where that was a revert itself: it comes back."""
    if report.source != "revert" or not landed.commits:
        return report
    if is_revert(landed.title):
        return None
    named = replace(report, incident=f"revert of {landed.commits[0][:12]}")
    if landed.author and landed.author == report.by_id and landed.at and report.at - landed.at <= QUICK:
        return named.doubted("its own author took it back within an hour: whether anybody met it, a person has to say")
    return named


def _undone(pull: PullRequest, message: str) -> Iterator[tuple[Cause, Level]]:
    """Whom it takes back, each once, by the strongest evidence for it."""
    there = _ELSEWHERE.search(pull.body)
    far = cause_of(there["cause"]) if there else None
    branch = _BRANCH.match(pull.head_ref)
    reverts = [mention for mention in mentions(message) if mention.kind == "revert"]
    if far is not None and far.repository.lower() != pull.repository.full_name.lower():
        yield far, Level.REVERTED_NUMBER
        reverts = [mention for mention in reverts if mention.number != far.number]
    by_id = [mention for mention in reverts if mention.sha]
    if by_id:
        yield from map(_named, by_id)
    elif reverts:
        yield from map(_named, reverts)
    elif branch and far is None:
        yield Cause(number=int(branch["number"])), Level.REVERTED_NUMBER


def _named(mention: Mention) -> tuple[Cause, Level]:
    if mention.sha:
        return Cause(sha=mention.sha), Level.REVERTED_COMMIT
    if mention.number:
        return Cause(number=mention.number), Level.REVERTED_NUMBER
    return Cause(title=mention.title), Level.REVERTED_TITLE


def _trailers(pull: PullRequest, at: datetime) -> Iterator[Report]:
    """Of a fix that names its incident, the change that it says was at fault."""
    given: dict[str, list[str]] = {}
    for match in _TRAILER.finditer(pull.body):
        given.setdefault(match["name"].lower(), []).append(match["value"])
    incident = next(iter(given.get("incident", ())), "")
    causes = given.get("caused-by", ()) or (given.get("fixes", ()) if incident else ())
    for cause in filter(None, map(cause_of, causes)):
        if cause.sha or "caused-by" in given:  # `Fixes: #12` names an issue
            yield Report(
                source="trailer",
                incident=incident or f"incident of {cause}",
                at=at,
                by=pull.author.login,
                level=Level.TRAILER,
                cause=cause,
                evidence=f"a trailer of {pull.repository.full_name}#{pull.number}, which mends it",
                title=pull.title,
                by_id=pull.author.id,
            )
