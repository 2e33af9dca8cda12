"""What the server keeps is its operator's alone: folders 0700, files 0600."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)
OTHERS = 0o077


def keep_private(folder: Path, files: Iterable[Path]) -> None:
    """Make a folder, and from now on everything that this process makes, for its user alone.

    The folder and what it keeps already are mended; links are not followed, what belongs to somebody else is logged.
    """
    os.umask(OTHERS)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *(each for one in files for each in _with_all_below(one))):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:  # another process of the same server removed what it no longer needs
            continue
        if not stat.S_ISLNK(mode) and mode & OTHERS:
            _close(path, stat.S_IMODE(mode) & ~OTHERS)


def _close(path: Path, mode: int) -> None:
    try:
        path.chmod(mode)
    except PermissionError:  # a volume that the system mounts: its owner decides
        _log.warning("privacy.not_ours", path=str(path), words="others may read it: its owner has to take that away")


def _with_all_below(path: Path) -> Iterator[Path]:
    if not path.exists():
        return
    yield path
    for inside, folders, files in os.walk(path):
        yield from (Path(inside, name) for name in (*folders, *files))
