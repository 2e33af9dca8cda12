"""State as the JSON GitHub shows: one function a thing, the same for the REST interface and for webhooks."""

from datetime import datetime
from typing import Any

Json = dict[str, Any]


def stamp(moment: datetime) -> str:
    """A moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_or_none(moment: datetime | None) -> str | None:
    """The same where there may be none."""
    return None if moment is None else stamp(moment)
