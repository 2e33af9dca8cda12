"""The numbers that must not get worse: faults among what was let through, held and excepted, and what holding costs.

Pure: outcomes and opinions go in. All landings count for as long as one another: those that are RIPE, with the faults
that were known that long after they landed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bot.learning.fates import CENSORED, CLOSED, EXCEPTED, LANDED, LANDINGS, OPEN, OVERRIDDEN, REPLACED, WAITED
from bot.learning.follow import RIPE
from bot.store import Feedback, Outcome
from scoring.learning.rates import Rate, Ratio, fisher, ratio

CAVEAT = (
    "Association is no proof: what is held was chosen for its risk, so groups differ in more than in how they were "
    "treated. What was held and never landed is in no rate."
)
UNLIKELY = 0.05  # a difference that chance alone makes less often than this is named
RECENT = timedelta(days=90)
LATELY = "let through, the newest 90 days against before"
KINDS = {"reverted": "reverted_at", "incidents": "incident_at"}
GROUPS = {LANDED: "let through", WAITED: "held, landed later", EXCEPTED: "by exception", OVERRIDDEN: "though held"}


@dataclass(frozen=True, slots=True)
class Group:
    """Landings that were treated alike. `hours` is the median from being published to being landed."""

    name: str
    words: str
    landings: int
    rates: dict[str, Rate]
    hours: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group's rate against another's: `p` is Fisher's, one-sided, that chance alone makes the first so high."""

    name: str
    words: str
    first: Rate
    second: Rate
    p: float
    ratio: Ratio | None

    @property
    def unlikely(self) -> bool:
        return self.p < UNLIKELY


@dataclass(frozen=True, slots=True)
class Guardrails:
    """`worse`: whether what was let through lately does worse than what was before."""

    at: datetime
    groups: tuple[Group, ...]
    comparisons: tuple[Comparison, ...]
    recent: tuple[Comparison, ...]
    fates: dict[str, int]
    unripe: int
    hours_to_close: float | None  # the median from being published to being landed or closed
    hours_held: float | None  # the same, of what was ever held
    useful: Rate

    @property
    def worse(self) -> bool:
        return any(each.unlikely for each in self.recent)


def guardrails(outcomes: Sequence[Outcome], feedback: Iterable[Feedback], now: datetime) -> Guardrails:
    """Count what is known at `now`."""
    landed = [row for row in outcomes if row.fate in LANDINGS and row.ended_at is not None]
    ripe = [row for row in landed if _landed_at(row) <= now - RIPE]
    groups = {name: [row for row in ripe if row.fate == name] for name in GROUPS}
    through = groups[LANDED]
    lately = [row for row in through if _landed_at(row) > now - RIPE - RECENT]
    before = [row for row in through if _landed_at(row) <= now - RIPE - RECENT]
    ended = [row for row in outcomes if row.ended_at is not None]
    opinions = [each.useful for each in feedback]
    every = (OPEN, REPLACED, *LANDINGS, CLOSED, CENSORED)
    return Guardrails(
        at=now,
        groups=tuple(_group(name, rows) for name, rows in groups.items()),
        comparisons=tuple(
            compare(kind, f"{GROUPS[name]} against let through", groups[name], through)
            for name in GROUPS if name != LANDED for kind in KINDS
        ),
        recent=tuple(compare(kind, LATELY, lately, before) for kind in KINDS),
        fates={name: sum(row.fate == name for row in outcomes) for name in every},
        unripe=len(landed) - len(ripe),
        hours_to_close=hours(ended),
        hours_held=hours(row for row in ended if row.held_at is not None),
        useful=Rate(sum(opinions), len(opinions)),
    )  # fmt: skip


def hours(rows: Iterable[Outcome]) -> float | None:
    """The median from being published (not: opened as a draft) to the end; None of nothing."""
    lasted = [
        (row.ended_at - row.published_at).total_seconds() / 3600
        for row in rows if row.ended_at is not None and row.published_at is not None
    ]  # fmt: skip
    return median(lasted) if lasted else None


def rate(rows: Sequence[Outcome], kind: str, within: timedelta = RIPE) -> Rate:
    """How many of these landings were at fault in that way so soon after landing."""
    moments = ((_landed_at(row), getattr(row, KINDS[kind])) for row in rows)
    return Rate(sum(at is not None and at <= landed_at + within for landed_at, at in moments), len(rows))


def _landed_at(row: Outcome) -> datetime:
    assert row.ended_at is not None  # noqa: S101 - only landings are asked
    return row.ended_at


def _group(name: str, rows: Sequence[Outcome]) -> Group:
    return Group(name, GROUPS[name], len(rows), {kind: rate(rows, kind) for kind in KINDS}, hours(rows))


def compare(
    kind: str, words: str, first: Sequence[Outcome], second: Sequence[Outcome], within: timedelta = RIPE
) -> Comparison:
    """How often each group was at fault in that way."""
    one, other = rate(first, kind, within), rate(second, kind, within)
    return Comparison(kind, words, one, other, fisher(one, other), ratio(one, other))
