"""What the server adds to reading: git that fetches and keeps mirrors, over a network, its credentials out of sight."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scoring.git import Corrupt, GitError, GitTimeout, Limits, Missing, OutOfMemory, Refused, TooLarge, TooMuch
from scoring.git.environment import environment
from scoring.git.process import answer

__all__ = [
    "Corrupt",
    "Git",
    "GitError",
    "GitTimeout",
    "Missing",
    "OutOfMemory",
    "Refused",
    "TooLarge",
    "TooMuch",
]
_MEMORY = 4 << 30  # bytes: taking in a first, whole history needs more than reading it


@dataclass(frozen=True, slots=True)
class Git:
    """How git is run on mirrors. `environment` is all that it inherits: PATH, and what a proxy needs."""

    timeout: float = 120.0  # seconds for one command
    protocols: str = "https"  # colon-separated: what git may fetch by
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": os.defpath})

    def run(
        self,
        folder: Path,
        arguments: Sequence[str],
        *,
        limit: int = 64 << 20,
        secrets: Mapping[str, str] | None = None,
        timeout: float | None = None,
        large: bool = False,
    ) -> bytes:
        """Standard output, at most `limit` bytes. `secrets` are git settings handed over out of sight.

        Raises GitTimeout, TooLarge, OutOfMemory, Refused, Corrupt, Missing or GitError.
        """
        limits = Limits(timeout or self.timeout, limit, _MEMORY, large)
        command = ["git", "--no-pager", "--literal-pathspecs", f"--git-dir={folder}", *arguments]
        return answer(command, self.environ(folder, secrets), folder.parent, limits)

    def environ(self, folder: Path, secrets: Mapping[str, str] | None = None) -> dict[str, str]:
        """All that a git command in `folder` may inherit; `secrets` are settings handed over out of sight."""
        own = {"safe.directory": str(folder), **(secrets or {})}
        return environment(settings=own.items(), protocols=self.protocols, inherited=self.environment)


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """What git inherits: where programs are, and a proxy when one is set."""
    names = ("PATH", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    return {name: environ[name] for name in (*names, "SSL_CERT_FILE", "GIT_SSL_CAINFO") if name in environ}
