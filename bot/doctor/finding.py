"""One thing that the doctor found, with what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
_ORDER: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """error: codechill does not hold what it says it holds. warning: it will stop doing so. note: worth knowing.

    `about` names the one thing concerned (a branch, an account), `words` and `fix` are one sentence each.
    """

    check: str
    severity: Severity
    about: str
    words: str
    fix: str = ""


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst first; otherwise in the order they were found."""
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.severity)))


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The worst severity, None when nothing was found."""
    return next((finding.severity for finding in ranked(findings)), None)
