"""Paths that only proven harmless changes may touch while any window is open."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.config.values import Globs


def _read(written: list[str], _: Reading) -> tuple[str, ...]:
    return tuple(written)


def _join(joining: Joining, org: tuple[str, ...], repo: tuple[str, ...]) -> tuple[str, ...]:
    return joining.value("frozen_paths", org, repo, lambda a, b: tuple(dict.fromkeys((*a, *b))))


def _shown(paths: tuple[str, ...], _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("frozen_paths", listed(paths))


SECTION = Section(
    key="frozen_paths",
    kind=Globs,
    field=Field(
        default=[],
        description="In any window only proven harmless changes may touch these.",
        examples=[["billing/ledger/**"]],
    ),
    read=_read,
    join=_join,
    shown=_shown,
)
