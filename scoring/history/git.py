"""Run git on a hostile repository: read only, no hooks, no network, no programs, no silently short answer."""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

from scoring.errors import ScoringError

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/@{}^~+-]{0,255}")
_BLOCK = 1 << 20

_CONFIG = {
    "core.quotePath": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.commitGraph": "true",
    # git's own default: nothing was gained by more, and each reader has a git of its own that would hold it
    "core.deltaBaseCacheLimit": "96m",
    # above this git neither diffs nor counts lines: generated data, and a bound on memory
    "core.bigFileThreshold": "2m",
    "log.showSignature": "false",
    "log.mailmap": "true",
    "diff.renameLimit": "400",
    "i18n.logOutputEncoding": "UTF-8",
    "protocol.allow": "never",
}


def environment() -> dict[str, str]:
    """Return the variables git runs with: nothing of the operator's own configuration reaches it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }


class Git:
    """One repository, bare or not. Raises ScoringError when `path` is none."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        if not self.path.is_dir():
            raise ScoringError(f"{path} is not a folder; name the folder of a git repository.")
        self._config = dict(_CONFIG) | {"safe.directory": "*"}
        try:
            told = self.run("rev-parse", "--absolute-git-dir", "--git-common-dir").split(b"\n")
        except ScoringError as error:
            raise ScoringError(f"{path} is not a git repository; name one, or clone it first.") from error
        self.directory, self.common = Path(os.fsdecode(told[0])), self.path / os.fsdecode(told[1])

    def command(self, *arguments: str) -> list[str]:
        """Return the argument list of a git command with our settings before it."""
        settings = [part for name, value in self._config.items() for part in ("-c", f"{name}={value}")]
        return ["git", "--no-pager", "-C", str(self.path), *settings, *arguments]

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Return all of standard output; raises ScoringError with git's own first line when it fails."""
        done = subprocess.run(
            self.command(*arguments), input=stdin, capture_output=True, env=environment(), check=False
        )
        if done.returncode:
            raise ScoringError(explain(done.stderr))
        return done.stdout

    def blocks(self, *arguments: str, stdin: Iterable[str] = ()) -> Iterator[bytes]:
        """Stream standard output; after the last block raises ScoringError if git did not end well."""
        with TemporaryFile() as given, TemporaryFile() as complaints:
            given.writelines(line.encode() + b"\n" for line in stdin)
            given.seek(0)
            with subprocess.Popen(
                self.command(*arguments), stdin=given, stdout=subprocess.PIPE, stderr=complaints, env=environment()
            ) as process:
                try:
                    assert process.stdout is not None  # noqa: S101 (PIPE was asked for)
                    while block := process.stdout.read1(_BLOCK):  # type: ignore[attr-defined]
                        yield block
                except BaseException:
                    process.kill()
                    raise
            if process.returncode:
                complaints.seek(0)
                raise ScoringError(explain(complaints.read(4096)))

    def resolve(self, revision: str) -> str:
        """Return the full id of the commit that `revision` names; raises ScoringError when there is none."""
        if not _REVISION.fullmatch(revision) or ".." in revision:
            raise ScoringError(f"{revision!r} is not the name of a commit.")
        try:
            found = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except ScoringError as error:
            if not self.run("for-each-ref", "--count=1"):
                raise ScoringError(f"{self.path} has no commits yet; commit something first.") from error
            raise ScoringError(f"There is no commit {revision!r} in {self.path}.") from error
        return check(found.decode().strip())

    def require_whole(self) -> None:
        """Raise ScoringError for a shallow clone: its history would be silently short."""
        if (self.common / "shallow").exists():
            raise ScoringError(
                "This clone is shallow; run `git fetch --unshallow` so that its whole history can be read."
            )


def check(sha: str) -> str:
    """Return `sha` if it is a full object id, else raise ScoringError."""
    if not SHA.fullmatch(sha):
        raise ScoringError(f"{sha[:80]!r} is not a full commit id.")
    return sha


def explain(complaint: bytes) -> str:
    """Turn git's complaint into one sentence with a next step."""
    lines = [line for line in complaint.decode(errors="replace").splitlines() if line.strip()]
    first = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "no message")
    missing = (
        "unable to read",
        "missing blob",
        "could not fetch",
        "bad object",
        "lazy fetching",
        "not allowed",
        "promisor",
    )
    if any(word in line for line in lines for word in missing):
        return (
            "This clone lacks some objects of its own history (a partial or damaged clone); "
            "run `git fetch --refetch --filter=blob:none --no-filter` or clone it again without --filter, "
            "or read absent files as empty with --missing-blobs empty."
        )
    return f"git failed: {first.removeprefix('fatal: ').removeprefix('error: ')[:300].rstrip('.')}."
