"""The check run of the differential test: it fails while a regression is open, and waits for whoever has to answer."""

from collections.abc import Iterable

from bot.policy.actions import Conclusion, SetCheck
from bot.policy.case import Case
from bot.policy.config import Mode
from bot.policy.differences import Differences, Outcome
from bot.policy.events import Event
from bot.policy.pull import DIFFERENTIAL_TEST
from bot.policy.show import difftest


def respond(case: Case, event: Event | None) -> Iterable[SetCheck]:
    """Where nothing was handed in and nothing is expected there is no check; one that is there already says so."""
    pull, differences = case.pull, case.state.differences
    if differences is None or case.config.mode == "shadow":
        return
    there = pull.check_named(DIFFERENTIAL_TEST)
    if differences.outcome == "nothing" and (there is None or there.head_sha != pull.head_sha):
        return
    yield check(differences, pull.head_sha, case.config.mode, number=pull.number)


def check(differences: Differences, commit: str, mode: Mode, *, number: int = 0) -> SetCheck:
    """On a pull request's head, or on the commit of a release (number 0)."""
    said = conclusion(differences.outcome, mode)
    return SetCheck(commit, said, difftest.card(differences), name=DIFFERENTIAL_TEST, number=number)


def conclusion(outcome: Outcome, mode: Mode) -> Conclusion | None:
    """None: in progress, which holds where the check is required. As ever, only `enforce` fails a check."""
    match outcome:
        case "missing":
            return None
        case "nothing":
            return "neutral"
        case "clean":
            return "neutral" if mode == "comment" else "success"
        case "regression":
            return "failure" if mode == "enforce" else "neutral"
    return "action_required" if mode == "enforce" else "neutral"  # it waits for somebody
