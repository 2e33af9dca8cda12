"""What a gate asks for, and what happens when there is no score; by level."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown
from bot.policy.config.values import Name, Shape
from bot.policy.text.suggest import did_you_mean

GateAction = Literal["block", "extra_review", "author_attest"]
OnError = Literal["open", "closed"]
STRICTNESS: tuple[GateAction, ...] = ("author_attest", "extra_review", "block")
CLOSED_FROM = 0.10  # levels that hold back this share or more are closed when a change cannot be scored


class GateShape(Shape):
    """What a gate asks for, and what happens when there is no score; by level."""

    action: dict[Name, GateAction] = Field(
        default={},
        description="block (the default), extra_review or author_attest.",
        examples=[{"red": "extra_review"}],
    )
    on_error: dict[Name, OnError] = Field(
        default={},
        description="open or closed, when the forge or codechill fails; what cannot be read is held in every window.",
        examples=[{"yellow": "closed"}],
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """By level name; a level that is not named blocks, and is closed from 10 % on."""

    action: Mapping[str, GateAction] = field(default_factory=dict)
    on_error: Mapping[str, OnError] = field(default_factory=dict)

    def action_at(self, level: str) -> GateAction:
        return self.action.get(level, "block")

    def on_error_at(self, level: str, share: float) -> OnError:
        return self.on_error.get(level, "closed" if share >= CLOSED_FROM else "open")


def _read(written: GateShape, reading: Reading) -> Gate:
    levels = reading.values["levels"]
    tables: Mapping[str, Mapping[str, str]] = {"action": written.action, "on_error": written.on_error}
    for table, entries in tables.items():
        for level in entries.keys() - levels.keys():
            said = f"gate.{table}: unknown level {level}{did_you_mean(level, levels)}"
            reading.wrong(("gate", table, level), said, key=True)
    return Gate(MappingProxyType(written.action), MappingProxyType(written.on_error))


def _join(joining: Joining, org: Gate, repo: Gate) -> Gate:
    """A level that is not named has its default, and a floor protects that as well."""
    of_org, of_repo = joining.org.values["levels"], joining.repo.values["levels"]
    levels, shares = dict.fromkeys((*of_org, *of_repo)), {**of_repo, **of_org}
    action = {name: org.action_at(name) for name in levels if name in org.action or name in repo.action}
    named = [name for name in levels if name in org.on_error or name in repo.on_error]
    on_error = {name: org.on_error_at(name, shares[name]) for name in named}
    return Gate(
        joining.table("gate.action", action, repo.action, lambda a, b: max(a, b, key=STRICTNESS.index)),
        joining.table("gate.on_error", on_error, repo.on_error, min),  # "closed" before "open"
    )


def _shown(gate: Gate, values: Mapping[str, Any]) -> Iterator[Shown]:
    for level, share in values["levels"].items():
        yield Shown(f"gate.action.{level}", gate.action_at(level))
        yield Shown(f"gate.on_error.{level}", gate.on_error_at(level, share))


SECTION = Section(
    key="gate",
    kind=GateShape,
    field=Field(default_factory=GateShape, description="Gates by level."),
    read=_read,
    join=_join,
    shown=_shown,
)
