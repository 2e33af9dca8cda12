"""What a team says of its differences: words for categories, what may differ, and how sure noise has to be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.difftest.automation import Bars
from scoring.difftest.changes import Tolerance
from scoring.difftest.record import CATEGORIES
from scoring.errors import ScoringError


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """`lends`: teams that may learn from what this one labelled. Whose it is has to allow it."""

    categories: tuple[str, ...] = CATEGORIES
    tolerance: Tolerance = field(default_factory=Tolerance)
    bars: Bars = field(default_factory=Bars)
    lends: tuple[str, ...] = ()


_NAMES = ("categories", "unordered", "numbers", "carried", "measured", "lends")


def read_settings(text: str) -> dict[str, TeamSettings]:
    """{"team": {"categories": [...], "unordered": [...], "numbers": {...}, "carried": 0.9, "measured": null, ...}}.

    Raises ScoringError for what is none, with the name that is unknown or the value that does not fit.
    """
    try:
        teams = json.loads(text)
        return {str(team): _team(team, values) for team, values in teams.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise error if isinstance(error, ScoringError) else ScoringError(
            "settings.json is no object of teams: see docs/difftest.md"
        ) from None  # fmt: skip


def _team(team: str, values: Mapping[str, Any]) -> TeamSettings:
    unknown = [name for name in values if name not in _NAMES]
    if unknown:
        raise ScoringError(f"settings.json, team {team}: {unknown[0][:40]!r} is unknown; there are {', '.join(_NAMES)}")
    numbers = {str(path): float(share) for path, share in dict(values.get("numbers") or {}).items()}
    standard = Bars()
    bars = Bars(*(_bar(team, name, values.get(name, getattr(standard, name))) for name in ("carried", "measured")))
    return TeamSettings(
        tuple(map(str, values.get("categories") or CATEGORIES)),
        Tolerance(frozenset(map(str, values.get("unordered") or ())), numbers),
        bars,
        tuple(map(str, values.get("lends") or ())),
    )


def _bar(team: str, name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 1:
        raise ScoringError(f"settings.json, team {team}: {name} is a confidence from 0.5 to 1, or null for never")
    return float(value)
