"""The zone of the file's wall times."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown
from bot.policy.config.values import Zone


def _read(written: str, reading: Reading) -> str:
    """An organisation's zone counts in a file that names none."""
    return written if reading.written("timezone") else reading.under["timezone"]


def _join(joining: Joining, org: str, repo: str) -> str:
    return joining.value("timezone", org, repo)


def _shown(zone: str, _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("timezone", zone)


SECTION = Section(
    key="timezone",
    kind=Zone,
    field=Field(default="UTC", description="IANA zone of the wall times in this file.", examples=["Europe/Berlin"]),
    read=_read,
    join=_join,
    shown=_shown,
    may_be_floor=False,
)
