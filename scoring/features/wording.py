"""What the words of the change were worth here so far: names in its code, the paths it touches."""

from collections.abc import Callable
from math import exp

from scoring.features.feature import Feature
from scoring.history.state import Facts
from scoring.history.vocabulary import Wording


def _sum(name: str, of: Callable[[Wording], float], words: str = "", low: str = "") -> Feature:
    def value(facts: Facts) -> float:
        return of(facts.wording)

    return Feature(name, "wording", value, words, low, "", "times the usual odds", "wording", show=_odds)


def _odds(value: float) -> float:
    return exp(max(-9.0, min(9.0, value)))


WORDING: tuple[Feature, ...] = (
    _sum(
        "words_risk",
        lambda w: w.risk,
        "The names in its code come from changes that failed here",
        "The names in its code come from changes that went well here",
    ),
    _sum("words_total", lambda w: w.total),
    _sum("words_of_added", lambda w: w.added),
    _sum("words_of_removed", lambda w: w.removed),
    _sum("words_of_paths", lambda w: w.places),
    Feature(
        "words_unseen",
        "wording",
        lambda f: f.wording.unseen,
        "Many of its names are new to this repository",
        "",
        "",
        "of 1",
        "vocabulary",
    ),
)
