"""What held landings did to their files: read for many commits by one git, and proved through one `cat-file`."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.backtest.landings import Landing
from scoring.assessment import Proof
from scoring.change import Change, FileChange
from scoring.errors import ScoringError
from scoring.git import Git
from scoring.semantics.git import read_raw
from scoring.semantics.guards import MAX_BYTES
from scoring.semantics.prove import prove_change


def files_of(git: Git, shas: Sequence[str]) -> dict[str, tuple[FileChange, ...]]:
    """The files each commit changed against its first parent. Raises ScoringError."""
    try:
        return dict(_files(git, shas, "-M"))
    except ScoringError:
        # a clone that lacks contents can still tell files that moved unchanged
        return dict(_files(git, shas, "-M100%"))


def _files(git: Git, shas: Sequence[str], renames: str) -> Iterator[tuple[str, tuple[FileChange, ...]]]:
    if not shas:
        return
    # hostile text was fixed before this token was drawn, so it cannot imitate the separator
    token = secrets.token_hex(24)
    log = b"".join(
        git.blocks(
            "log", "--no-walk=unsorted", "--stdin", "-m", "--first-parent", "--root", "--raw", "-z", "--no-abbrev",
            renames, f"--format={token}%H", stdin=shas,
        )
    )  # fmt: skip
    for part in log.split(token.encode())[1:]:
        sha, _, raw = part.partition(b"\0")
        yield sha.decode(), tuple(read_raw(raw.lstrip(b"\n")))


def paths_of(files: Sequence[FileChange]) -> tuple[str, ...]:
    """Every path of a change, the old names of renames included."""
    paths = [path for file in files for path in (file.path, file.old_path) if path is not None]
    return tuple(dict.fromkeys(paths))


def proofs(
    repository: Path, landings: Sequence[Landing], files: Mapping[str, Sequence[FileChange]]
) -> dict[int, Proof]:
    """Which landings are proved harmless (P), by row; nothing where a content is not at hand. Raises ScoringError."""
    proved: dict[int, Proof] = {}
    with Git(repository).blobs(MAX_BYTES) as reader:
        for landing in landings:
            proof = _proof(landing, tuple(files.get(landing.sha, ())), reader.read)
            if proof is not None:
                proved[landing.row] = proof
    return proved


def _proof(landing: Landing, files: tuple[FileChange, ...], read: Callable[[str], bytes]) -> Proof | None:
    # a change is proved when each of its files is; the first that is not spares the others
    for file in sorted(files, key=lambda file: file.status not in "AD"):
        if prove_change(_of(landing, (file,)), read).level != "P":
            return None
    proof = prove_change(_of(landing, files), read).proof()
    return proof if proof is not None and proof.level == "P" else None


def _of(landing: Landing, files: tuple[FileChange, ...]) -> Change:
    return Change(landing.sha, "", "", landing.at, "", "", files)
