"""The doctor by the clock: each finding goes into the log once when it appears, and once when it is cured."""

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.doctor.facts import Facts
from bot.doctor.finding import Finding
from bot.doctor.wire import Refused, Unreachable
from bot.setup.manifest import ManifestError
from bot.store import Findings, KnownFinding

_log = structlog.get_logger(__name__)
Visit = Callable[[str], tuple[Facts, tuple[Finding, ...]]]  # "" or the full name of one repository


class Watch:
    """Call `look` once a day and before a window opens. What was found is kept in the store: for the metrics, and for
    the checks of the branches concerned."""

    def __init__(self, visit: Visit, findings: Findings, clock: Callable[[], datetime]) -> None:
        self._visit, self._findings, self._clock = visit, findings, clock

    def look(self, occasion: str, repository: str = "") -> tuple[KnownFinding, ...]:
        """What has to be put right now. A visit that could not take place is logged, and changes nothing."""
        try:
            _, findings = self._visit(repository)
        except (Unreachable, Refused, ManifestError) as error:
            _log.warning("doctor.no_visit", occasion=occasion, words=str(error))
            return self._findings.all()
        serious = [_known(finding) for finding in findings if finding.severity != "note"]
        before = self._findings.all()
        self._findings.save(serious, at=self._clock(), repository=repository)
        now = self._findings.all()
        _tell(occasion, before, now)
        return now


def _tell(occasion: str, before: tuple[KnownFinding, ...], now: tuple[KnownFinding, ...]) -> None:
    known, present = {_key(finding) for finding in before}, {_key(finding) for finding in now}
    for finding in now:
        if _key(finding) not in known:
            say = _log.error if finding.severity == "error" else _log.warning
            say("doctor.found", occasion=occasion, check=finding.check, about=finding.about,
                words=finding.words, fix=finding.fix)  # fmt: skip
    for finding in before:
        if _key(finding) not in present:
            _log.info("doctor.cured", occasion=occasion, check=finding.check, about=finding.about)


def _known(finding: Finding) -> KnownFinding:
    return KnownFinding(finding.check, finding.severity, finding.about[:512], finding.words, finding.fix)


def _key(finding: KnownFinding) -> tuple[str, str, str]:
    # not by its words: a number in them may change every day
    return finding.check, finding.severity, finding.about
