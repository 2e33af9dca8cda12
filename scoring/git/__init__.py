"""Git on hostile repositories: read only, no hooks, no network, no programs, no memory without end, no short answer."""

from scoring.git.blobs import Blobs
from scoring.git.errors import (
    Corrupt,
    GitError,
    GitTimeout,
    Missing,
    Negative,
    OutOfMemory,
    Refused,
    TooLarge,
    TooMuch,
)
from scoring.git.names import SHA, check
from scoring.git.process import Limits
from scoring.git.repository import DIFF, Git

__all__ = [
    "DIFF",
    "SHA",
    "Blobs",
    "Corrupt",
    "Git",
    "GitError",
    "GitTimeout",
    "Limits",
    "Missing",
    "Negative",
    "OutOfMemory",
    "Refused",
    "TooLarge",
    "TooMuch",
    "check",
]
