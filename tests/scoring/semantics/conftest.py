"""Real repositories, made commit by commit."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Commit = Callable[[dict[str, bytes | None]], str]


@pytest.fixture
def commit(tmp_path: Path) -> Commit:
    """Write files (None deletes) into the repository at tmp_path and answer the new commit."""

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], capture_output=True, check=True)
        return done.stdout.decode().strip()

    def commit(files: dict[str, bytes | None]) -> str:
        for path, content in files.items():
            target = tmp_path / path
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", "change")
        return git("rev-parse", "HEAD")

    git("init", "-q")
    return commit
