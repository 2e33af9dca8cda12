"""The repository's configuration: strict to read, every value knows the file and line it came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from pydantic import ValidationError

from bot.policy.calendar import Calendar, Level, Window, feed
from bot.policy.calendar.feed import MISSING, Copy, Feed
from bot.policy.calendar.times import Dated
from bot.policy.config import problems as words_for
from bot.policy.config.document import (
    ExceptShape,
    FileShape,
    GateAction,
    HolidaysShape,
    OnError,
    WeeklyShape,
    WindowShape,
)
from bot.policy.config.windows import Setting, Wrong, window
from bot.policy.config.yaml_positions import Document, Path, Unreadable, read
from bot.policy.config.yaml_words import misspelt
from bot.policy.state import ConfigProblem
from bot.policy.suggest import did_you_mean
from scoring.services import Sources

Mode = Literal["shadow", "comment", "advise", "enforce"]
FILE = ".github/codechill.yml"

LEVELS: Mapping[str, float] = MappingProxyType(
    {"green": 0.0, "weekend": 0.05, "yellow": 0.10, "red": 0.50, "frozen": 1.0}
)
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "security_fix": "Closes a vulnerability",
        "incident_mitigation": "Stops or rolls back a running incident",
        "legal_deadline": "Meets a legal or compliance deadline",
        "data_loss": "Prevents loss or corruption of data",
        "launch_with_rollback": "A launch depends on it, and a way back is ready",
        "flag_off": "Stays switched off behind a flag",
        "tests_or_docs": "Touches tests or documentation only",
    }
)
LONGEST = timedelta(days=3)
CLOSED_FROM = 0.10  # levels that hold back this share or more are closed when a change cannot be scored


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from; line None: it is built in."""

    file: str
    line: int | None = None


class ConfigError(ValueError):
    """The file cannot be used. `problems` are all that is wrong with it, in the order of the file."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        super().__init__("\n".join(f"{p.file}:{p.line or 1}:{p.column or 1}: {p.words}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Gate:
    """By level name; a level that is not named blocks, and is closed from 10 % on."""

    action: Mapping[str, GateAction] = field(default_factory=dict)
    on_error: Mapping[str, OnError] = field(default_factory=dict)

    def action_at(self, level: str) -> GateAction:
        return self.action.get(level, "block")

    def on_error_at(self, level: str, share: float) -> OnError:
        return self.on_error.get(level, "closed" if share >= CLOSED_FROM else "open")


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """Names of people and teams are in lower case."""

    managers: tuple[str, ...] = ()
    by_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=lambda: REASONS)
    labels: Mapping[str, str] = field(default_factory=dict)  # label -> the reason that it asks for


@dataclass(frozen=True, slots=True)
class FreezePolicy:
    """Who may start a freeze in a comment (lower case; nobody named: nobody), and for how long at most."""

    by: tuple[str, ...] = ()
    longest: timedelta = LONGEST


@dataclass(frozen=True, slots=True)
class CriticalFrom:
    """Which files of the base branch tell how critical services are."""

    codeowners: Mapping[str, int] = field(default_factory=dict)  # owner in lower case to tier
    backstage: bool = False


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
    critical: Mapping[str, int] = field(default_factory=dict)
    critical_from: CriticalFrom = field(default_factory=CriticalFrom)
    frozen_paths: tuple[str, ...] = ()
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
        found = None if copy.text is None else filled.read(*feed.in_sight(now), each.zone)
        usable = found is not None and found.wrong is None
        whole = feed.problem(copy, found)
        problems = [] if whole is None else [_of_feed(each, whole, last_good=usable)]
        notes = []
        if found is not None:
            problems += [_of_feed(each, odd)] if (odd := feed.left_out(found, each.zone, odd=True)) else []
            notes += [_of_feed(each, said)] if (said := feed.left_out(found, each.zone, odd=False)) else []
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


def parse(text: str, file: str = FILE, under: Config | None = None) -> Config:
    """What this file says by itself; `under` is an organisation's default, whose levels and zone it may use.

    Raises ConfigError with every problem found, in the order of the file.
    """
    try:
        document = read(text)
    except Unreadable as error:
        raise ConfigError((words_for.problem(file, error.place, error.words), *_misspelt(text, file))) from None
    try:
        shape = FileShape.model_validate(_without_empty(document.value))
    except ValidationError as error:
        raise ConfigError(tuple(words_for.of_shape(error, FileShape, document, file))) from None
    return _Reading(shape, document, file, under or Config.default()).config()


def _misspelt(text: str, file: str) -> Iterator[ConfigProblem]:
    """What can be told of a text that is no YAML: names of settings that are none."""
    inside = words_for.settings_of(WindowShape, WeeklyShape, HolidaysShape, ExceptShape)
    known = {"": words_for.settings_of(FileShape), "windows": inside}
    for key, meant, (line, column) in misspelt(text, known):
        yield ConfigProblem(file, line, column, f"unknown setting {key}; did you mean {meant}?")


def _without_empty(value: object) -> object:
    """A key without a value counts as left out."""
    if isinstance(value, dict):
        return {key: _without_empty(item) for key, item in value.items() if item is not None}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


class _Reading:
    """What spans several keys: levels that windows and gates name, names that must differ."""

    def __init__(self, shape: FileShape, document: Document, file: str, under: Config) -> None:
        self.shape = shape
        self.document = document
        self.file = file
        self.under = under
        self.levels = {**under.levels, **shape.levels}
        self.zone = shape.timezone if "timezone" in shape.model_fields_set else under.timezone
        self.problems: list[ConfigProblem] = []

    def config(self) -> Config:
        self._check_green()
        self._check_level_names()
        self._check_labels(under=self.under.escalation.reasons)
        windows = self._windows()
        if self.problems:
            raise ConfigError(tuple(sorted(self.problems, key=lambda p: (p.line or 0, p.column or 0))))
        shape = self.shape
        return Config(
            mode=shape.mode,
            timezone=self.zone,
            levels=MappingProxyType(self.levels),
            calendar=Calendar(windows, Level("green", 0.0), self.zone),
            notice=shape.notice,
            gate=Gate(MappingProxyType(shape.gate.action), MappingProxyType(shape.gate.on_error)),
            exempt_paths=tuple(shape.exempt.paths),
            escalation=self._escalation(),
            freezes=FreezePolicy(tuple(who.lower() for who in shape.freezes.by), shape.freezes.longest or LONGEST),
            critical=MappingProxyType(shape.critical),
            critical_from=CriticalFrom(MappingProxyType(shape.critical_from.codeowners), shape.critical_from.backstage),
            frozen_paths=tuple(shape.frozen_paths),
            floor=frozenset(shape.floor),
            file=self.file,
            sources=self._sources(),
        )

    def _wrong(self, path: Path, words: str, *, key: bool = False) -> None:
        place = self.document.key_place(path) if key else self.document.place(path)
        self.problems.append(words_for.problem(self.file, place, words))

    def _check_green(self) -> None:
        if self.levels["green"] != 0:
            self._wrong(("levels", "green"), "levels.green: green holds nothing back; it stays 0%")

    def _check_level_names(self) -> None:
        tables: Mapping[str, Mapping[str, Any]] = {
            "action": self.shape.gate.action,
            "on_error": self.shape.gate.on_error,
        }
        for table, entries in tables.items():
            for level in entries.keys() - self.levels.keys():
                words = f"gate.{table}: unknown level {level}{did_you_mean(level, self.levels)}"
                self._wrong(("gate", table, level), words, key=True)

    def _windows(self) -> tuple[Window, ...]:
        setting = Setting(self.levels, self.zone, self.file)
        seen: dict[str, int | None] = {}
        found = []
        for at, shape in enumerate(self.shape.windows):
            place = self.document.place(("windows", at))
            line = place.line if place else None
            if shape.name in seen:
                words = f"windows[{at}].name: {shape.name} is the name of the window on line {seen[shape.name]} already"
                self._wrong(("windows", at, "name"), words)
            seen[shape.name] = line
            try:
                found.append(replace(window(shape, setting, line), keys=tuple(self._lines(at))))
            except Wrong as error:
                path = ("windows", at, *error.path)
                self._wrong(path, f"{words_for.dotted(path)}: {error.words}")
        return tuple(found)

    def _lines(self, at: int) -> Iterator[tuple[str, int]]:
        """Where each key of a window, and each of its exceptions, is written."""
        for path, place in {**self.document.values, **self.document.keys}.items():
            if path[:2] == ("windows", at) and len(path) > 2:
                yield words_for.dotted(path[2:]), place.line

    def _escalation(self) -> EscalationPolicy:
        shape = self.shape.escalation
        by_path = {glob: tuple(who.lower() for who in some) for glob, some in shape.by_path.items()}
        reasons = REASONS if shape.reasons is None else MappingProxyType(shape.reasons)
        managers = tuple(who.lower() for who in shape.managers)
        labels = MappingProxyType({label.lower(): reason for label, reason in shape.labels.items()})
        return EscalationPolicy(managers, MappingProxyType(by_path), reasons, labels)

    def _check_labels(self, under: Mapping[str, str]) -> None:
        shape = self.shape.escalation
        reasons = under if shape.reasons is None else shape.reasons
        for label, reason in shape.labels.items():
            if reason not in reasons:
                words = f"escalation.labels: {reason} is no reason of this file{did_you_mean(reason, reasons)}"
                self._wrong(("escalation", "labels", label), words)

    def _sources(self) -> Mapping[str, Source]:
        return MappingProxyType(
            {words_for.dotted(path): Source(self.file, place.line) for path, place in self.document.keys.items()}
        )
