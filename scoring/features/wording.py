"""What the words of the change were worth here so far: names in its code, the paths it touches."""

from collections.abc import Callable

from scoring.facts.moment import Facts
from scoring.facts.wording import Wording
from scoring.features.feature import Feature


def _sum(name: str, of: Callable[[Wording], float]) -> Feature:
    def value(facts: Facts) -> float:
        return of(facts.wording)

    return Feature(name=name, family="wording", of=value, topic="wording")


WORDING: tuple[Feature, ...] = (
    _sum("words_risk", lambda w: w.risk),
    _sum("words_total", lambda w: w.total),
    _sum("words_of_added", lambda w: w.added),
    _sum("words_of_removed", lambda w: w.removed),
    _sum("words_of_paths", lambda w: w.places),
    Feature(name="words_unseen", family="wording", of=lambda f: f.wording.unseen, topic="vocabulary"),
)
