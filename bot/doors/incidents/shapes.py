"""What adapters share: causes in fields and in prose, and when something was said."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from bot.forge.github.shapes import Shape
from bot.policy.incidents.causes import cause_of, field_of
from bot.policy.incidents.report import Cause

_FIELDS = frozenset({"cause", "root cause", "caused by", "cause pr", "cause pull request", "cause commit", "culprit"})


# what an incident is called: of blanks alone, all would be the same one
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Reference(Shape):
    """One thing named by another: PagerDuty's `summary` and others' `name` are for people."""

    id: str = ""
    html_url: str | None = None
    summary: str | None = None
    name: str | None = None

    @property
    def words(self) -> str:
        return self.summary or self.name or ""


def is_cause(name: str) -> bool:
    """Whether a field of a form is the one for the cause, by its name."""
    return " ".join(name.replace("_", " ").replace("-", " ").lower().split()) in _FIELDS


def stated(fields: Iterable[tuple[str, str]], *texts: str) -> Cause | None:
    """The cause in a field of its own, by name and value; else in a line `Cause: ...` of a text."""
    named = (cause_of(value) for name, value in fields if is_cause(name))
    return next((cause for cause in named if cause is not None), None) or next(
        (cause for text in texts if (cause := field_of(text)) is not None), None
    )


def of_mapping(labels: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in labels.items()]


def earlier(moment: datetime | None, received: datetime) -> datetime:
    """When it was said: never after it came here."""
    return received if moment is None or moment > received else moment
