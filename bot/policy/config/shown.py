"""Every setting in force with its value and the file and line that it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.policy import words
from bot.policy.config import Config, Source
from bot.policy.config.windows import describe, details

BUILT_IN = Source("built in")


@dataclass(frozen=True, slots=True)
class Shown:
    key: str
    value: str
    source: Source


def settings(config: Config) -> Iterator[Shown]:
    for key, value in _pairs(config):
        yield Shown(key, value, _source(key, config))
    for at, window in enumerate(config.calendar.windows):
        value = f"{window.name}: {window.level.name} {words.percent(window.level.share)}, {describe(window)}"
        yield Shown(f"windows[{at}]", value, Source(window.file, window.line))
        for name, said in details(window):
            line = next((line for key, line in window.keys if key == name), window.line)
            yield Shown(f"windows[{at}].{name}", said, Source(window.file, line))


def _pairs(config: Config) -> Iterator[tuple[str, str]]:
    yield "mode", config.mode
    yield "timezone", config.timezone
    yield "notice", words.percent(config.notice)
    for level, share in config.levels.items():
        yield f"levels.{level}", words.percent(share)
    for level, share in config.levels.items():
        yield f"gate.action.{level}", config.gate.action_at(level)
        yield f"gate.on_error.{level}", config.gate.on_error_at(level, share)
    yield "floor", _list(tuple(sorted(config.floor)))
    yield "exempt.paths", _list(config.exempt_paths)
    yield "frozen_paths", _list(config.frozen_paths)
    yield "escalation.managers", _list(config.escalation.managers)
    for glob, names in config.escalation.by_path.items():
        yield f"escalation.by_path.{glob}", _list(names)
    for name, meaning in config.escalation.reasons.items():
        yield f"escalation.reasons.{name}", meaning
    for label, reason in config.escalation.labels.items():
        yield f"escalation.labels.{label}", reason
    yield "freezes.by", _list(config.freezes.by)
    yield "freezes.longest", f"{config.freezes.longest.total_seconds() / 3600:g} h"
    for glob, tier in config.critical.items():
        yield f"critical.{glob}", str(tier)
    for owner, tier in config.critical_from.codeowners.items():
        yield f"critical_from.codeowners.{owner}", str(tier)
    yield "critical_from.backstage", "yes" if config.critical_from.backstage else "no"


def _source(key: str, config: Config) -> Source:
    """That of the key, or of the nearest key around it that a file gives."""
    while key and key not in config.sources:
        key = key.rpartition(".")[0]
    return config.sources.get(key, BUILT_IN)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
