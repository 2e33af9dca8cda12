"""Whether the change does exactly what was done before, or undoes it: told by contents, never by a title."""

from scoring.features.feature import Feature

AGAIN: tuple[Feature, ...] = (
    Feature(name="takes_back", family="again", of=lambda f: f.takes_back, topic="takes back"),
    Feature(name="lands_again", family="again", of=lambda f: f.lands_again, topic="lands again"),
)
