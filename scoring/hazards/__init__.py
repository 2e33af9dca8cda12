"""Static rules: what in the contents of a change no machine lets pass, read from blobs and never from a text diff."""

from scoring.hazards.table import RULES, hazards

__all__ = ["RULES", "hazards"]
