"""Bare copies of repositories, to read commits from. Nothing of a repository is ever checked out or run."""

import base64
import fcntl
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from bot.git.fetch import Corrupt, Git, GitError, GitTimeout, Missing, TooLarge
from scoring.git import SHA, Limits, Negative
from scoring.git import Git as Reader

__all__ = ["Corrupt", "GitError", "GitTimeout", "Mirror", "Missing", "Occupied", "TooLarge"]

_REF = re.compile(r"refs/(?:heads|pull|tags)/[^\x00-\x20\x7f~^:?*\[\\]+")
_POLL_S = 0.05  # how often a lock that another process holds is tried
_DAMAGED = "damaged"  # a file in a mirror that a reader found to be corrupt

# what git's check finds in old or careless histories and a mirror cannot suffer from: nothing is ever checked out.
# Kept are the faults by which a checkout would write where it should not, and objects that cannot be read at all.
_HARMLESS = [
    "badDate",
    "badDateOverflow",
    "badEmail",
    "badFilemode",
    "badGpgsig",
    "badHeaderContinuation",
    "badName",
    "badTagName",
    "badTimezone",
    "duplicateEntries",
    "emptyName",
    "extraHeaderEntry",
    "gitattributesBlob",
    "gitattributesLarge",
    "gitattributesLineLength",
    "gitattributesMissing",
    "gitattributesSymlink",
    "gitignoreSymlink",
    "gitmodulesBlob",
    "gitmodulesLarge",
    "gitmodulesMissing",
    "gitmodulesName",
    "gitmodulesParse",
    "gitmodulesUrl",
    "largePathname",
    "mailmapSymlink",
    "missingAuthor",
    "missingCommitter",
    "missingEmail",
    "missingNameBeforeEmail",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "missingTagEntry",
    "missingTaggerEntry",
    "multipleAuthors",
    "nulInCommit",
    "nullSha1",
    "treeNotSorted",
    "zeroPaddedDate",
    "zeroPaddedFilemode",
]


class Occupied(GitError):
    """Somebody else is fetching this repository: come back a little later. No failure."""


class Mirror:
    """One bare repository for each repository id under `root`. Threads and processes may share it.

    `token` gives the credential for the next fetch; it travels in git's environment, never in an address or argument.
    Above `packs` pack files a mirror is repacked. The first fetch, of all history, may take ten times as long.
    `wait`: seconds to wait for another thread's fetch of that repository before Occupied is raised (None: no limit),
    so that one host that hangs does not take every worker; `at_once` fetches may run (None: any number), for a host
    that hangs hangs for all of its repositories.
    """

    def __init__(
        self,
        root: Path,
        *,
        token: Callable[[], str] | None = None,
        timeout: float = 120.0,
        git: Git | None = None,
        packs: int = 64,
        wait: float | None = None,
        at_once: int | None = None,
    ) -> None:
        self._root, self._token, self._packs, self._wait = root.absolute(), token, packs, wait
        self._fetches = threading.BoundedSemaphore(at_once) if at_once else None
        self._git = git or Git(timeout)
        self._locks: dict[int, threading.Lock] = {}
        self._readers: dict[int, Reader] = {}
        self._guard = threading.Lock()
        self._root.mkdir(parents=True, exist_ok=True)

    def path(self, repository_id: int) -> Path:
        """The git directory, whether it exists yet or not."""
        return self._root / f"{int(repository_id)}.git"

    def fetch(
        self, repository_id: int, clone_url: str, refs: Sequence[str], *, token: Callable[[], str] | None = None
    ) -> dict[str, str]:
        """Bring the full history of these refs here and say where they are. A damaged mirror is cloned again.

        `refs` are full names: "refs/heads/main", "refs/pull/7/head". Raises Missing when the forge has not got one,
        ValueError for a name or address that git should not see, GitError otherwise.
        """
        wanted = [valid_ref(ref) for ref in refs]
        secrets = _secrets(valid_url(clone_url, self._git.protocols), token or self._token)
        with self._one_of_few(), self._alone(repository_id) as folder:
            try:
                return self._fetch(folder, clone_url, wanted, secrets)
            except Corrupt:
                shutil.rmtree(folder, ignore_errors=True)
                return self._fetch(folder, clone_url, wanted, secrets)

    def merge_base(self, repository_id: int, base: str, head: str) -> str | None:
        """The best common ancestor; None when there is none."""
        commits = (valid_sha(base), valid_sha(head))
        try:
            ancestor = self._read(repository_id, ["merge-base", "--end-of-options", *commits])
        except Negative:
            return None
        return ancestor.decode().strip()

    def file_at(self, repository_id: int, sha: str, path: str, limit: int = 1 << 20) -> bytes | None:
        """Content of a regular file at a commit; None when there is none, or a link or folder in its place.

        Raises TooLarge above `limit` bytes.
        """
        if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
            return None
        place = ["ls-tree", "-z", "--full-tree", valid_sha(sha), "--", path]
        entry = self._read(repository_id, place).decode("utf-8", "surrogateescape")
        mode, _, rest = entry.partition(" ")
        if mode not in ("100644", "100755") or rest.partition("\t")[2] != f"{path}\0":
            return None
        blob = rest.removeprefix("blob ").partition("\t")[0]
        return self._read(repository_id, ["cat-file", "blob", valid_sha(blob)], limit=limit)

    def has(self, repository_id: int, sha: str) -> bool:
        """Whether the commit is here."""
        try:
            kind = self._read(repository_id, ["cat-file", "-t", valid_sha(sha)])
        except GitError:
            return False
        return kind.strip() == b"commit"

    def remove(self, repository_id: int) -> None:
        """Forget a repository that may not be seen any more."""
        with self._alone(repository_id) as folder:
            shutil.rmtree(folder, ignore_errors=True)

    def git(self, repository_id: int) -> Reader:
        """To read the repository with. Raises Missing when it was not fetched yet."""
        folder = self.path(repository_id)
        if not folder.is_dir():
            raise Missing("the repository was not fetched yet")
        reader = self._readers.get(repository_id)
        if reader is None:
            try:
                reader = self._readers[repository_id] = Reader(folder)
            except GitError as error:
                self.damaged(repository_id)
                raise Corrupt(str(error)) from error
        return reader

    def damaged(self, repository_id: int) -> None:
        """The next fetch begins anew."""
        (self.path(repository_id) / _DAMAGED).touch()

    def _read(self, repository_id: int, arguments: Sequence[str], *, limit: int = 64 << 20) -> bytes:
        try:
            return self.git(repository_id).run(*arguments, limits=Limits(self._git.timeout, limit))
        except Corrupt:
            self.damaged(repository_id)
            raise

    def _fetch(self, folder: Path, url: str, refs: Sequence[str], secrets: Mapping[str, str]) -> dict[str, str]:
        patience = self._git.timeout * (1 if self._prepare(folder) else 10)
        options = ["--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--force"]
        specs = [f"+{ref}:{ref}" for ref in refs]
        command = ["fetch", "--quiet", *options, "--end-of-options", url, *specs]
        self._git.run(folder, command, secrets=secrets, timeout=patience)
        self._tidy(folder)
        return {ref: self._where(folder, ref) for ref in refs}

    def _where(self, folder: Path, ref: str) -> str:
        commit = self._git.run(folder, ["rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}"])
        return valid_sha(commit.decode().strip())

    def _tidy(self, folder: Path) -> None:
        """Every fetch leaves a pack; a thousand of them make each look-up slow."""
        if len(list((folder / "objects" / "pack").glob("*.pack"))) > self._packs:
            self._git.run(folder, ["repack", "--quiet", "--geometric=2", "-d"], timeout=self._git.timeout * 10)

    def _prepare(self, folder: Path) -> bool:
        """Make the folder ready for a fetch; says whether it has history already."""
        if (folder / _DAMAGED).exists() or (folder.exists() and not (folder / "HEAD").exists()):
            shutil.rmtree(folder)
        if not folder.exists():
            self._readers.pop(int(folder.stem), None)
            self._git.run(folder, ["init", "--quiet", "--bare", "--template=", str(folder)])
            # an unborn HEAD: git would otherwise read the repository's own .gitattributes from it
            (folder / "HEAD").write_text("ref: refs/codechill/none\n")
            return False
        halves = (folder / "objects").glob("**/tmp_*")  # of packs: every killed fetch leaves one, and the disk fills
        for stale in [*folder.glob("*.lock"), *(folder / "refs").rglob("*.lock"), *halves]:
            stale.unlink(missing_ok=True)  # we hold the lock of this mirror: who left it was killed
        return any((folder / "objects" / "pack").glob("*.pack"))

    @contextmanager
    def _one_of_few(self) -> Iterator[None]:
        if self._fetches is None:
            yield
            return
        if not self._fetches.acquire(timeout=self._wait):
            raise Occupied("other fetches are in hand")
        try:
            yield
        finally:
            self._fetches.release()

    @contextmanager
    def _alone(self, repository_id: int) -> Iterator[Path]:
        with self._guard:
            lock = self._locks.setdefault(repository_id, threading.Lock())
        if not lock.acquire(timeout=-1 if self._wait is None else self._wait):
            raise Occupied("another fetch of this repository is in hand")
        try:
            with self._alone_among_processes(repository_id) as folder:
                yield folder
        finally:
            lock.release()

    @contextmanager
    def _alone_among_processes(self, repository_id: int) -> Iterator[Path]:
        ends = None if self._wait is None else time.monotonic() + self._wait
        with (self._root / f"{int(repository_id)}.lock").open("w") as other_processes:
            while not _locked(other_processes):
                if ends is not None and time.monotonic() > ends:
                    raise Occupied("another process fetches this repository")
                time.sleep(_POLL_S)
            yield self.path(repository_id)


def _locked(file: IO[str]) -> bool:
    """Whether the lock is ours now; it ends with the file, or with the process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def valid_sha(sha: str) -> str:
    """The same, when it is a full object id; raises ValueError otherwise."""
    if not SHA.fullmatch(sha):
        raise ValueError(f"not an object id: {sha[:80]!r}")
    return sha


def valid_ref(ref: str) -> str:
    """The same, when it is the full name of a branch, a tag or a pull request; raises ValueError otherwise."""
    parts = ref.split("/")
    odd = any(not part or (part[0] in ".-" and part[0] == ".") or part.endswith((".lock", ".")) for part in parts)
    if not _REF.fullmatch(ref) or odd or ".." in ref or "@{" in ref or len(ref) > 1024:
        raise ValueError(f"not the name of a branch, tag or pull request: {ref[:80]!r}")
    return ref


def valid_url(url: str, protocols: str) -> str:
    """The same, when git may fetch by it and it carries no credential; raises ValueError otherwise."""
    parts = urlsplit(url)
    if parts.scheme not in protocols.split(":") or parts.username or parts.password or not url.isprintable():
        raise ValueError("the clone address must use an allowed protocol and carry no credential")
    return url


def _secrets(url: str, token: Callable[[], str] | None) -> dict[str, str]:
    # each fetch stays one pack: unpacked it would be thousands of files
    settings = {
        "fetch.fsckObjects": "true",
        "fetch.unpackLimit": "1",
        **{f"fetch.fsck.{fault}": "ignore" for fault in _HARMLESS},
    }
    parts = urlsplit(url)
    if token is None or parts.scheme not in ("https", "http"):
        return settings
    pair = base64.b64encode(f"x-access-token:{token()}".encode()).decode()
    # bound to the host, so that a redirect elsewhere does not carry it along
    return settings | {f"http.{parts.scheme}://{parts.netloc}/.extraHeader": f"Authorization: Basic {pair}"}
