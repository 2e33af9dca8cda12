"""Errors shown to people: one sentence that names the remedy."""


class ScoringError(ValueError):
    """Something about the input that a person can act on; its text is one sentence."""


class DamagedIndex(ScoringError):
    """The index on disk cannot be read: without it, it is built again from the repository."""
