"""`/chill incident`: say which change caused an incident, and judge what was said."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.policy.actions import ReportIncident, RuleClaim
from bot.policy.case import Case
from bot.policy.chat.answers import Answer, Call
from bot.policy.incidents.causes import cause_of, rest_of
from bot.policy.incidents.claim import Claim, Ruling
from bot.policy.incidents.report import Cause, Report
from bot.policy.text import words
from bot.policy.text.suggest import nearest

_SEVERITY = re.compile(r"(?:sev|p)-?\d|critical|severe|high|major|medium|minor|low", re.I)
_LINK = re.compile(r"https?://[^\s<>()\[\]\"']+")
_TICKET = re.compile(r"[A-Z][A-Z0-9]{1,9}-\d{1,9}", re.I)
_HOW = "`/chill incident cause #123`, then a severity like `sev1`, the incident's name or link, and what happened"


def incident(case: Case, call: Call) -> Answer:
    verb, _, rest = call.rest.partition(" ")
    do = _VERBS.get(verb.lower())
    if do is None:
        meant = nearest(verb, _VERBS)
        hint = f"Did you mean `/chill incident {meant}`?" if meant else f"Say {_HOW}."
        return Answer(hint, good=False)
    return do(case, call, rest)


def _cause(case: Case, call: Call, rest: str) -> Answer:
    named, why = rest.partition(" ")[0], rest_of(rest)
    cause = Cause(number=case.pull.number) if named.lower() == "this" else cause_of(named)
    if cause is None:
        return Answer(f"Name the change that caused it: {_HOW}, or a commit id of 7 digits or more.", good=False)
    severity = why.partition(" ")[0] if _SEVERITY.fullmatch(why.partition(" ")[0]) else ""
    text = rest_of(why) if severity else why
    links = tuple(link.rstrip(".,;") for link in _LINK.findall(text))
    ticket = _TICKET.fullmatch(text.partition(" ")[0].rstrip(".,;:"))
    report = Report(
        source="command",
        incident=ticket[0] if ticket else links[0] if links else f"incident of {cause}",
        at=case.now,
        by=call.by.login,
        cause=cause,
        evidence=f"{call.by.login} said so on {case.pull.repository.full_name}#{case.pull.number}",
        severity=severity,
        links=links,
        text=text,
        by_id=call.by.id,
    )
    said = (
        f"Noted: {words.code(str(cause))} is named as the cause of {words.code(report.incident)}. Once it is known to "
        "have landed, models learn from it. `/chill incident list` shows what became of it; "
        "`/chill incident dispute` with its number and a why takes it back."
    )
    return Answer(said, actions=(ReportIncident(report),))


def _list(case: Case, call: Call, rest: str) -> Answer:
    claims = [claim for claim in case.state.claims if not rest or claim.state == rest]
    if not claims:
        return Answer("Nothing is claimed here.")
    private = case.pull.repository.private
    rows = [_row(claim, private=private) for claim in claims[-_MOST:]]
    older = len(claims) - _MOST
    more = f"{older} older ones: `codechill incidents list`." if older > 0 else ""
    where = "This repository is public: names and reasons are shown by `codechill incidents` only."
    apart = "" if private else where
    table = "\n".join(["| claim | incident | cause | state | why |", "|---|---|---|---|---|", *rows])
    return Answer("\n\n".join(filter(None, (table, more, apart))))


_MOST = 20


def _row(claim: Claim, *, private: bool) -> str:
    """In public nothing that was told from outside: an incident's name may hold a customer's."""
    name, reason = (words.code(claim.incident), claim.reason) if private else ("", "")
    why = words.code(reason) if reason else f"evidence of level {int(claim.level)}"
    cells = (str(claim.id), name, words.code(str(claim.cause or "not named")), claim.state, why)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


@dataclass(frozen=True, slots=True)
class _Rule:
    """One way to judge claims that are named by their number here or by their cause."""

    ruling: Ruling

    def __call__(self, case: Case, call: Call, rest: str) -> Answer:
        named, why = rest.partition(" ")[0], rest_of(rest)
        claims = _named(case, named)
        if not claims:
            here = "`/chill incident list` shows what is claimed here."
            return Answer(f"Say which: the number of a claim, or its cause. {here}", good=False)
        try:
            for claim in claims:
                self.ruling.on(claim, by=call.by.login, reason=why, at=case.now)
        except ValueError as problem:
            return Answer(f"{words.capital(str(problem))}.", good=False)
        rulings = tuple(RuleClaim(claim.id, self.ruling, call.by, why, case.now) for claim in claims)
        numbers = words.listed([f"claim {claim.id}" for claim in claims], "and")
        return Answer(f"{words.capital(numbers)}: {self.ruling.value}.", actions=rulings)


def _named(case: Case, named: str) -> list[Claim]:
    if named.isdecimal():
        return [claim for claim in case.state.claims if str(claim.id) == named]
    cause = Cause(number=case.pull.number) if named.lower() == "this" else cause_of(named)
    return [claim for claim in case.state.claims if cause is not None and _is(claim, cause)]


def _is(claim: Claim, cause: Cause) -> bool:
    if cause.sha:
        return any(sha.startswith(cause.sha) for sha in claim.commits)
    return claim.cause is not None and claim.cause.number == cause.number


_VERBS: Mapping[str, Callable[[Case, Call, str], Answer]] = {
    "cause": _cause,
    "list": _list,
    **{ruling.verb: _Rule(ruling) for ruling in Ruling},
}
