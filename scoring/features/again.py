"""Whether the change does exactly what was done before, or undoes it: told by contents, never by a title."""

from scoring.features.feature import Feature

AGAIN: tuple[Feature, ...] = (
    Feature("takes_back", "again", lambda f: f.takes_back, topic="takes back"),
    Feature("lands_again", "again", lambda f: f.lands_again, topic="lands again"),
)
