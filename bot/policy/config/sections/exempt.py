"""What is never gated."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.config.values import Globs, Shape


class ExemptShape(Shape):
    """What is never gated."""

    paths: Globs = Field(
        default=[], description="Changes that touch nothing else are never gated.", examples=[["docs/**"]]
    )


def _read(written: ExemptShape, _: Reading) -> tuple[str, ...]:
    return tuple(written.paths)


def _join(joining: Joining, org: tuple[str, ...], repo: tuple[str, ...]) -> tuple[str, ...]:
    partly = "counts only where the organisation exempts as well"
    return joining.value("exempt.paths", org, repo, lambda a, b: tuple(glob for glob in b if glob in a), partly)


def _shown(paths: tuple[str, ...], _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("exempt.paths", listed(paths))


SECTION = Section(
    key="exempt",
    kind=ExemptShape,
    field=Field(default_factory=ExemptShape, description="What is never gated."),
    read=_read,
    join=_join,
    shown=_shown,
    name="exempt_paths",
)
