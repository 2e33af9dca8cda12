"""One repository, read only: names through its own folder, contents through an empty one that borrows its objects.

Configuration, attributes, grafts, replacements and hooks of the repository are in none of the files that git opens
where it reads contents, so none of them can change what is read.
"""

import os
import subprocess
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile

from scoring.git.blobs import Blobs
from scoring.git.environment import VOID, environment
from scoring.git.errors import GitError
from scoring.git.names import MAILMAP, check, commit_name
from scoring.git.process import Limits, Pipe, answer, raise_for, started

_BLOCK = 1 << 20
_EMPTY = {
    "sha1": ("4b825dc642cb6eb9a060e54bf8d69288fbee4904", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
    "sha256": (
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    ),
}
READING = Limits()
_SHORT = Limits(seconds=60)
DIFF = Limits(seconds=120, answer=64 << 20, memory=1 << 30, large=True)


class Git:
    """One repository, bare or not, named by any folder in it. Raises GitError when `path` is in none.

    `replacing`: obey its refs/replace, for a folder of our own making.
    """

    def __init__(self, path: Path, *, replacing: bool = False) -> None:
        self.path, self.replacing = path.absolute(), replacing
        if not self.path.is_dir():
            raise GitError(f"{path} is not a folder; name the folder of a git repository.")
        try:
            format_, directory, common = self._places().split(b"\n")[:3]
        except GitError as error:
            known = "not a git repository" in str(error)
            why = "is not a git repository; name one, or clone it first." if known else f"cannot be read: {error}"
            raise GitError(f"{path} {why}") from error
        self.directory, self.common = Path(os.fsdecode(directory)), Path(os.fsdecode(common))
        self.format = os.fsdecode(format_)
        self.empty_tree, self.empty_blob = _EMPTY[self.format]

    def run(self, *arguments: str, stdin: bytes | None = None, limits: Limits = READING) -> bytes:
        """What git says of commits, trees and files. Raises the GitError that fits."""
        return answer(self._command(arguments), self._contents, self._folder, limits, stdin=stdin)

    def names(self, *arguments: str) -> bytes:
        """What git says of branches, tags and other names of this repository. Raises the GitError that fits."""
        return answer(self._command(arguments), self._named, self.directory, _SHORT)

    def blocks(
        self, *arguments: str, stdin: Iterable[str] = (), limits: Limits = READING
    ) -> Generator[bytes, None, None]:
        """Stream standard output; raises GitError after the last block if git did not end well.

        The time limit is on the wait for each block: a long history takes its time.
        """
        with TemporaryFile() as given, TemporaryFile() as complaints:
            given.writelines(line.encode() + b"\n" for line in stdin)
            given.seek(0)
            command = self._command(arguments)
            with started(command, self._contents, self._folder, limits, stdin=given, stderr=complaints) as process:
                assert process.stdout is not None  # noqa: S101 (PIPE was asked for)
                pipe = Pipe(process.stdout, limits.seconds)
                while block := pipe.block(_BLOCK):
                    yield block
                code = process.wait()
            complaints.seek(0)
            raise_for(code, complaints.read(4096))

    @contextmanager
    def blobs(self, most: int) -> Iterator[Blobs]:
        """Read contents, cut one byte beyond `most`, while the block runs. Raises GitError."""
        command = self._command(("cat-file", "--batch"))
        quiet = subprocess.DEVNULL
        with started(command, self._contents, self._folder, _SHORT, stdin=subprocess.PIPE, stderr=quiet) as process:
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 (PIPE was asked for)
            try:
                yield Blobs(process.stdin, Pipe(process.stdout, _SHORT.seconds), most)
            except BrokenPipeError as error:
                raise GitError("git ended while contents were read; try again.") from error

    def resolve(self, revision: str) -> str:
        """The full id of the commit that `revision` names; raises GitError when there is none."""
        name = commit_name(revision)
        try:
            answer = self.names("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        except GitError as error:
            if not self.names("for-each-ref", "--count=1"):
                raise GitError(f"{self.path} has no commits yet; commit something first.") from error
            raise GitError(f"There is no commit {revision!r} in {self.path}.") from error
        return check(answer.decode().strip())

    def has(self, sha: str) -> bool:
        """Whether the object is here."""
        try:
            return bool(self.run("cat-file", "-t", check(sha)))
        except GitError:
            return False

    def require_whole(self) -> None:
        """Raise GitError for a shallow clone: its history would be silently short."""
        if (self.common / "shallow").exists():
            raise GitError("This clone is shallow; run `git fetch --unshallow` so that its whole history can be read.")

    def _places(self) -> bytes:
        # whoever owns it: it is only read, and nothing of it is obeyed
        places = [str(place) for place in (self.path.resolve(), *self.path.resolve().parents)]
        clean = environment(settings=[("safe.directory", place) for place in places])
        asked = ("rev-parse", "--path-format=absolute", "--show-object-format", "--git-dir", "--git-common-dir")
        return answer(self._command(asked), clean, self.path, _SHORT)

    def _command(self, arguments: Iterable[str]) -> list[str]:
        return ["git", "--no-pager", "--literal-pathspecs", *arguments]

    @property
    def _folder(self) -> Path:
        return self.directory if self.replacing else VOID / self.format

    @cached_property
    def _named(self) -> dict[str, str]:
        own = [("safe.directory", str(self.directory))]
        return environment(settings=own) | {"GIT_DIR": str(self.directory)}

    @cached_property
    def _contents(self) -> dict[str, str]:
        if self.replacing:
            replaced = self._named | {"GIT_DIR": str(self.directory)}
            del replaced["GIT_NO_REPLACE_OBJECTS"]
            return replaced
        clean = environment(settings=[("mailmap.blob", self._mailmap()), ("safe.directory", str(self._folder))])
        clean |= {"GIT_DIR": str(self._folder), "GIT_OBJECT_DIRECTORY": str(self.common / "objects")}
        # attributes of a bare repository are those of its HEAD in some versions of git
        clean |= {"GIT_ATTR_SOURCE": self.empty_tree}
        shallow = self.common / "shallow"
        return clean | ({"GIT_SHALLOW_FILE": str(shallow)} if shallow.exists() else {})

    def _mailmap(self) -> str:
        """Who is who, as the checked-out commit says."""
        try:
            return f"{self.resolve('HEAD')}:{MAILMAP}"
        except GitError:
            return f"{self.empty_tree}:{MAILMAP}"
