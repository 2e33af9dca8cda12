"""An organisation's default under a repository's file: the repository decides, but may only tighten what is floor."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar, get_args

from bot.policy.calendar import Level, Window
from bot.policy.config import Config, CriticalFrom, EscalationPolicy, Gate, Mode, Source
from bot.policy.config.document import GateAction
from bot.policy.state import ConfigProblem

T = TypeVar("T")
MODES: tuple[Mode, ...] = get_args(Mode)  # each stricter than the one before
ACTIONS: tuple[GateAction, ...] = ("author_attest", "extra_review", "block")


def merge(org: Config, repo: Config) -> Config:
    """What is in force. `repo` was parsed `under=org`. Nothing fails: what would loosen a floor has no effect."""
    return _Merge(org, repo).config()


class _Merge:
    """Goes through the settings once and notes for each where its value comes from."""

    def __init__(self, org: Config, repo: Config) -> None:
        self.org = org
        self.repo = repo
        self.sources: dict[str, Source] = {}
        self.idle: list[ConfigProblem] = []

    def config(self) -> Config:
        org, repo = self.org, self.repo
        levels = self._table("levels", org.levels, repo.levels, max)
        calendar = replace(
            repo.calendar,
            windows=tuple(self._windows(levels)),
            zone=self._value("timezone", org.timezone, repo.timezone),
        )
        return Config(
            mode=self._value("mode", org.mode, repo.mode, lambda a, b: max(a, b, key=MODES.index)),
            timezone=calendar.zone,
            levels=levels,
            calendar=calendar,
            notice=self._value("notice", org.notice, repo.notice),
            gate=self._gate(),
            exempt_paths=self._value(
                "exempt.paths", org.exempt_paths, repo.exempt_paths, lambda a, b: tuple(glob for glob in b if glob in a)
            ),
            escalation=self._escalation(),
            freezes=self._value("freezes", org.freezes, repo.freezes, lambda a, b: a),
            critical=self._table("critical", org.critical, repo.critical, min),
            critical_from=self._critical_from(),
            frozen_paths=self._value(
                "frozen_paths", org.frozen_paths, repo.frozen_paths, lambda a, b: tuple(dict.fromkeys((*a, *b)))
            ),
            problems=(*org.problems, *repo.problems, *self._idle()),
            notes=(*org.notes, *repo.notes),
            floor=org.floor,
            file=repo.file,
            sources=MappingProxyType(self.sources),
        )

    def _idle(self) -> Iterable[ConfigProblem]:
        """A repository cannot bind itself: said, so that nobody counts on it."""
        source = self.repo.sources.get("floor")
        if self.repo.floor and source is not None:
            words = "floor has no effect here: it belongs into the organisation's file"
            yield ConfigProblem(source.file, source.line, None, words)
        self._note("floor", of_repo=False)
        yield from sorted(self.idle, key=lambda problem: problem.line or 0)

    def _value(self, key: str, org: T, repo: T, stricter: Callable[[T, T], T] | None = None) -> T:
        """The repository's when it says one; at a floor the stricter of both."""
        written = key in self.repo.sources
        value = repo if written else org
        if written and stricter is not None and self._is_floor(key):
            value = stricter(org, repo)
            self._loosened(key, org, repo, value)
        self._note(key, value == repo and written)
        return value

    def _loosened(self, key: str, org: object, repo: object, value: object) -> None:
        """What a repository wrote in vain is said to it."""
        source, floor = self.repo.sources[key], f"the organisation keeps {key.split('.', 1)[0]} as a floor"
        if value == org != repo:
            self.idle.append(ConfigProblem(source.file, source.line, None, f"{key} has no effect here: {floor}"))
        elif key == "exempt.paths" and value != repo:
            words = f"{key} counts only where the organisation exempts as well: {floor}"
            self.idle.append(ConfigProblem(source.file, source.line, None, words))

    def _table(
        self, key: str, org: Mapping[str, T], repo: Mapping[str, T], stricter: Callable[[T, T], T]
    ) -> Mapping[str, T]:
        names = dict.fromkeys((*org, *repo))
        return MappingProxyType({name: self._entry(f"{key}.{name}", org, repo, name, stricter) for name in names})

    def _entry(
        self, key: str, org: Mapping[str, T], repo: Mapping[str, T], name: str, stricter: Callable[[T, T], T]
    ) -> T:
        if name in org and name in repo:
            return self._value(key, org[name], repo[name], stricter)
        self._note(key, name in repo)
        return repo[name] if name in repo else org[name]

    def _note(self, key: str, of_repo: bool) -> None:
        source = (self.repo if of_repo else self.org).sources.get(key)
        if source is not None:
            self.sources[key] = source

    def _is_floor(self, key: str) -> bool:
        return key.split(".", 1)[0] in self.org.floor

    def _windows(self, levels: Mapping[str, float]) -> Iterable[Window]:
        """Both files' windows; a repository's replaces the organisation's of the same name, unless that is floor."""
        named = {window.name for window in self.repo.calendar.windows}
        kept = [each for each in self.org.calendar.windows if "windows" in self.org.floor or each.name not in named]
        for window in (*kept, *self.repo.calendar.windows):
            yield replace(window, level=Level(window.level.name, levels[window.level.name]))

    def _gate(self) -> Gate:
        org, repo = self.org.gate, self.repo.gate
        # a level that is not named has its default, and a floor protects that as well
        levels = dict.fromkeys((*self.org.levels, *self.repo.levels))
        action = {name: org.action_at(name) for name in levels if name in org.action or name in repo.action}
        shares = {**self.repo.levels, **self.org.levels}
        on_error = {
            name: org.on_error_at(name, shares[name])
            for name in levels
            if name in org.on_error or name in repo.on_error
        }
        return Gate(
            self._table("gate.action", action, repo.action, lambda a, b: max(a, b, key=ACTIONS.index)),
            self._table("gate.on_error", on_error, repo.on_error, min),  # "closed" before "open"
        )

    def _critical_from(self) -> CriticalFrom:
        org, repo = self.org.critical_from, self.repo.critical_from
        return CriticalFrom(
            self._table("critical_from.codeowners", org.codeowners, repo.codeowners, min),
            self._value("critical_from.backstage", org.backstage, repo.backstage),
        )

    def _escalation(self) -> EscalationPolicy:
        org, repo = self.org.escalation, self.repo.escalation
        return EscalationPolicy(
            managers=self._value("escalation.managers", org.managers, repo.managers, lambda a, b: a),
            by_path=self._value("escalation.by_path", org.by_path, repo.by_path, lambda a, b: a),
            reasons=self._value("escalation.reasons", org.reasons, repo.reasons, lambda a, b: a),
            labels=self._value("escalation.labels", org.labels, repo.labels, lambda a, b: a),
        )
