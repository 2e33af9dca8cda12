"""Read a long history in processes of their own: git and the counting of lines go on while the past is kept."""

import gc
import marshal
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from struct import Struct

from scoring.errors import ScoringError
from scoring.git import Git
from scoring.history import stream
from scoring.history.stream import Commit, Record

_CHUNK = 32  # commits that one reader reads in a row, then it is the next one's turn
_WORTH_IT = 512  # commits: fewer are read before a process has started
_MOST = 4  # readers; the past is kept in one process, and more would only wait for it
_SIZE = Struct("<Q")

# isolated and without site-packages: it starts at once, and no module of the current folder can take its place
_START = "import sys; sys.path.insert(0, sys.argv[1]); from scoring.history.readers import serve; serve()"
_ROOT = str(Path(__file__).resolve().parents[2])


def commits(
    git: Git, shas: Sequence[str], *, first_parent: bool = False, readers: int | None = None
) -> Iterator[Commit]:
    """Read what `stream.commits` reads, in the same order, by several processes when that is worth it.

    `readers` sets their number, 0 for none. Raises ScoringError unless every commit was read whole.
    """
    count = _readers(len(shas)) if readers is None else readers
    if not count:
        yield from stream.commits(git, shas, first_parent=first_parent)
        return
    chunks = [shas[at : at + _CHUNK] for at in range(0, len(shas), _CHUNK)]
    with ExitStack() as stack:
        turns = [stack.enter_context(_reader(git, chunks[turn::count], first_parent)) for turn in range(count)]
        for place, chunk in enumerate(chunks):
            records = next(turns[place % count])
            if [record[0] for record in records] != list(chunk):
                raise ScoringError("git gave other commits than it was asked for; the repository is damaged.")
            yield from map(stream.commit_of, records)


def _readers(commits: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    worth_it = commits >= _WORTH_IT and cores > 1 and bool(sys.executable)
    return min(cores, _MOST) if worth_it else 0


@contextmanager
def _reader(git: Git, chunks: Sequence[Sequence[str]], first_parent: bool) -> Iterator[Iterator[list[Record]]]:
    """Start a process that reads these chunks, and yield what it reads of each; it ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _START, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the one who asked, who says so and ends this one, even while it starts
    ) as process:
        try:
            yield _received(process, (str(git.path), git.replacing, [list(chunk) for chunk in chunks], first_parent))
        finally:
            process.kill()


def _received(
    process: "subprocess.Popen[bytes]", task: tuple[str, bool, list[list[str]], bool]
) -> Iterator[list[Record]]:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 (PIPE was asked for)
    with suppress(BrokenPipeError), process.stdin as given:
        marshal.dump(task, given)
    while True:
        # marshal.load would ask the pipe for every number on its own
        size = process.stdout.read(_SIZE.size)
        answer = process.stdout.read(_SIZE.unpack(size)[0]) if len(size) == _SIZE.size else b""
        try:
            records = marshal.loads(answer)  # noqa: S302 (from a process of our own)
        except (EOFError, ValueError, TypeError) as error:
            raise ScoringError("A process that reads history ended before its work was done; try again.") from error
        if isinstance(records, str):
            raise ScoringError(records)
        yield records


def serve() -> None:
    """Be a reader: take a task from standard input, write the records of each chunk of it, or what went wrong."""
    # records hold no cycles
    gc.disable()
    path, replacing, chunks, first_parent = marshal.load(sys.stdin.buffer)  # noqa: S302 (from the process that started this one)
    try:
        source = stream.records(
            Git(Path(path), replacing=replacing), [sha for chunk in chunks for sha in chunk], first_parent=first_parent
        )
        for chunk in chunks:
            _answer(list(islice(source, len(chunk))))
    except ScoringError as error:
        _answer(str(error))


def _answer(records: list[Record] | str) -> None:
    data = marshal.dumps(records)
    sys.stdout.buffer.write(_SIZE.pack(len(data)) + data)
    sys.stdout.buffer.flush()
