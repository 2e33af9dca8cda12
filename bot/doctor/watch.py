"""The doctor by the clock: each finding goes into the log once when it appears, and once when it is cured."""

import threading
from collections.abc import Callable

import structlog

from bot.doctor.facts import Facts
from bot.doctor.finding import Finding
from bot.doctor.wire import Refused, Unreachable
from bot.setup.manifest import ManifestError

_log = structlog.get_logger(__name__)
Visit = Callable[[], tuple[Facts, tuple[Finding, ...]]]


class Watch:
    """Call `look` once a day and before a window opens. Safe to share between threads.

    `findings` are those of the last visit that took place: for a page or a metric.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._lock = threading.Lock()
        self.findings: tuple[Finding, ...] = ()

    def look(self, occasion: str) -> tuple[Finding, ...]:
        """What has to be put right now. A visit that could not take place is logged, and changes nothing."""
        with self._lock:
            try:
                _, found = self._visit()
            except (Unreachable, Refused, ManifestError) as error:
                _log.warning("doctor.no_visit", occasion=occasion, words=str(error))
                return self.findings
            serious = tuple(finding for finding in found if finding.severity != "note")
            self._tell(occasion, serious)
            self.findings = serious
            return serious

    def _tell(self, occasion: str, now: tuple[Finding, ...]) -> None:
        known, present = {_key(finding) for finding in self.findings}, {_key(finding) for finding in now}
        for finding in now:
            if _key(finding) not in known:
                say = _log.error if finding.severity == "error" else _log.warning
                say("doctor.found", occasion=occasion, check=finding.check, about=finding.about,
                    words=finding.found, fix=finding.fix)  # fmt: skip
        for finding in self.findings:
            if _key(finding) not in present:
                _log.info("doctor.cured", occasion=occasion, check=finding.check, about=finding.about)


def _key(finding: Finding) -> tuple[str, str, str]:
    # not by its words: a number in them may change every day
    return finding.check, finding.severity, finding.about
