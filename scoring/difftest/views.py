"""What a labeller may read of a group: its attributes as masked texts, from before the label, less what is left out."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from scoring.difftest.groups import Group
from scoring.difftest.insight import insight
from scoring.difftest.logs import only
from scoring.difftest.masks import bare, masked
from scoring.difftest.record import ATTRIBUTES, Comment, Difference

# seven, and the eighth
ALL = (*ATTRIBUTES, "insight")
LONGEST = 4_000


def attributes(group: Group, without: Collection[str] = (), label_at: datetime | None = None) -> dict[str, str]:
    """attribute -> text of the group's first difference; one that is in `without` leaves no word behind.

    Comments are those from before the label: `label_at`, or when the first label came. One without a time may have
    been written with it.
    """
    first = group.examples[0]
    until = label_at or group.labelled_at
    texts = {
        "category": first.category,
        "description": first.description,
        "calls": "\n".join((first.endpoint, *first.calls)),
        "tags": "\n".join(first.tags),
        "comments": "\n".join(each.text for each in comments_before(first.comments, until)),
        "test_logs": "\n".join(only(first.test_logs, first.prod_logs)),
        "prod_logs": "\n".join(only(first.prod_logs, first.test_logs)),
        "insight": "\n".join(insight(_without(first, without))),
    }
    return {name: texts[name][:LONGEST] for name in ALL if name not in without}


def comments_before(comments: Iterable[Comment], until: datetime | None) -> tuple[Comment, ...]:
    """Those that were surely written earlier; all that have a time where there is no label yet."""
    return tuple(each for each in comments if each.at is not None and (until is None or each.at < until))


def masked_text(texts: dict[str, str]) -> dict[str, str]:
    """The same with values as their types."""
    return {name: bare(masked(text)) for name, text in texts.items()}


def _without(difference: Difference, names: Collection[str]) -> Difference:
    """The insight is taken from the logs: where they are left out it says nothing of them."""
    texts = ("category", "description")
    texts = ("category", "description")
    changes: dict[str, Any] = {name: "" if name in texts else () for name in names if name in ATTRIBUTES}
    return replace(difference, **changes) if changes else difference
