"""What can be proved about a change: that it touches only comments, layout, equal data, prose, or new tests."""

from scoring.semantics.prove import prove_change, prove_file
from scoring.semantics.verdict import ChangeVerdict, FileVerdict, Level

__all__ = ["ChangeVerdict", "FileVerdict", "Level", "prove_change", "prove_file"]
