"""What a repository has decided: the values of every section, and what its calendars say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.policy.calendar import Calendar, Window, feed
from bot.policy.calendar.feed import MISSING, Copy, Feed
from bot.policy.calendar.times import Dated
from bot.policy.config.auto_review import AutoReview
from bot.policy.config.difftest import Difftest
from bot.policy.config.section import Source
from bot.policy.config.sections.critical_from import CriticalFrom
from bot.policy.config.sections.escalation import EscalationPolicy
from bot.policy.config.sections.freezes import FreezePolicy
from bot.policy.config.sections.gate import Gate
from bot.policy.config.sections.incidents import IncidentPolicy
from bot.policy.config.sections.levels import LEVELS
from bot.policy.config.sections.mode import Mode
from bot.policy.config.sections.notices import NoticePolicy
from bot.policy.state import ConfigProblem
from scoring.facts.services import Sources

FILE = ".github/codechill.yml"
ORGANISATION_FILE = "codechill.yml"  # in the organisation's repository named .github, on its default branch


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a repository may decide for itself. Without a file nothing is ever held: there are no windows."""

    mode: Mode = "enforce"
    timezone: str = "UTC"
    levels: Mapping[str, float] = field(default_factory=lambda: LEVELS)
    calendar: Calendar = field(default_factory=Calendar)
    notice: float = 0.8
    gate: Gate = field(default_factory=Gate)
    exempt_paths: tuple[str, ...] = ()
    escalation: EscalationPolicy = field(default_factory=EscalationPolicy)
    freezes: FreezePolicy = field(default_factory=FreezePolicy)
    incidents: IncidentPolicy = field(default_factory=IncidentPolicy)
    notices: NoticePolicy = field(default_factory=NoticePolicy)
    critical: Mapping[str, int] = field(default_factory=dict)
    critical_from: CriticalFrom = field(default_factory=CriticalFrom)
    frozen_paths: tuple[str, ...] = ()
    auto_review: AutoReview = field(default_factory=AutoReview)
    difftest: Difftest = field(default_factory=Difftest)
    problems: tuple[ConfigProblem, ...] = ()  # of calendars it names; the file itself is sound
    notes: tuple[ConfigProblem, ...] = ()  # what one should know and nobody has to mend
    floor: frozenset[str] = frozenset()  # in an organisation's file: what repositories may only tighten
    file: str = FILE
    sources: Mapping[str, Source] = field(default_factory=dict)

    @staticmethod
    def default() -> "Config":
        return Config()

    def criticality(self) -> Sources:
        """Where it is told how critical services are; what it names is read from the base branch."""
        return Sources(self.critical, self.critical_from.codeowners, self.critical_from.backstage)

    def teams(self) -> frozenset[str]:
        """Every "@org/team" that is named anywhere, in lower case: whose members the shell must know."""
        named = [*self.escalation.managers, *self.freezes.by]
        named += [*(who for some in self.escalation.by_path.values() for who in some)]
        named += [who for each in self.calendar.windows for who in each.authors or ()]
        named += self.auto_review.people.authors or ()
        return frozenset(who for who in named if who.startswith("@"))

    def feeds(self) -> tuple[str, ...]:
        """Paths in the repository, and https addresses, of the calendars it names; the shell reads them."""
        times = (each.times for each in self.calendar.windows)
        return tuple(dict.fromkeys(each.path for each in times if isinstance(each, Feed)))

    def with_feeds(self, copies: Mapping[str, Copy], now: datetime) -> "Config":
        """With what is known of each feed. One that is missing, broken or old is a problem that everybody is shown.

        An old copy still counts. A broken feed counts as open where its level is closed on errors; a missing one says
        nothing, so nothing is open. Events that cannot be used are a problem, those that are no windows a note.
        """
        read_ = tuple(self._with_feed(each, copies.get(each.times.path, MISSING), now) if isinstance(each.times, Feed)
                      else _Read(each) for each in self.calendar.windows)  # fmt: skip
        return replace(
            self,
            calendar=replace(self.calendar, windows=tuple(one.window for one in read_)),
            problems=(*self.problems, *(problem for one in read_ for problem in one.problems)),
            notes=(*self.notes, *(note for one in read_ for note in one.notes)),
        )

    def _with_feed(self, each: Window, copy: Copy, now: datetime) -> "_Read":
        assert isinstance(each.times, Feed)  # noqa: S101 - said by the caller
        filled = replace(each.times, text=copy.text)
        reading = None if copy.text is None else filled.read(*feed.in_sight(now), each.zone)
        usable = reading is not None and reading.wrong is None
        whole = feed.problem(copy, reading)
        problems = [] if whole is None else [_of_feed(each, whole, last_good=usable)]
        notes = []
        if reading is not None:
            problems += [_of_feed(each, odd)] if (odd := feed.left_out(reading, each.zone, odd=True)) else []
            notes += [_of_feed(each, said)] if (said := feed.left_out(reading, each.zone, odd=False)) else []
        if usable:
            return _Read(replace(each, times=filled), tuple(problems), tuple(notes))
        closed = not copy.missing and self.gate.on_error_at(each.level.name, each.level.share) == "closed"
        return _Read(replace(each, times=Dated(None, None)) if closed else each, tuple(problems))


@dataclass(frozen=True, slots=True)
class _Read:
    """A window with what its feed says, and what is to be told of that."""

    window: Window
    problems: tuple[ConfigProblem, ...] = ()
    notes: tuple[ConfigProblem, ...] = ()


def _of_feed(each: Window, said: str, *, last_good: bool = False) -> ConfigProblem:
    return ConfigProblem(each.file, each.line, None, f"the calendar of {each.name} {said}", last_good=last_good)
