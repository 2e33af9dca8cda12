"""What an organisation's file binds its repositories to: they may only tighten it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.state import ConfigProblem


def section(keys: Sequence[str]) -> Section[list[str], frozenset[str]]:
    """`keys`: of the sections that may be a floor."""
    return Section(
        key="floor",
        kind=list[Literal[*keys]],  # type: ignore[valid-type] # pydantic's to check: the table names them
        field=Field(
            default=[],
            description="In an organisation's file only: what its repositories may only tighten.",
            examples=[["levels", "windows"]],
        ),
        read=_read,
        join=_join,
        shown=_shown,
        may_be_floor=False,
    )


def _read(written: list[str], _: Reading) -> frozenset[str]:
    return frozenset(written)


def _join(joining: Joining, org: frozenset[str], repo: frozenset[str]) -> frozenset[str]:
    """A repository cannot bind itself: said, so that nobody counts on it."""
    source = joining.repo.sources.get("floor")
    if repo and source is not None:
        words = "floor has no effect here: it belongs into the organisation's file"
        joining.idle.insert(0, ConfigProblem(source.file, source.line, None, words))
    joining.note("floor", of_repo=False)
    return org


def _shown(floor: frozenset[str], _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("floor", listed(tuple(sorted(floor))))
