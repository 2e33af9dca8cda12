"""The git half of the forge: bare repositories on disk, asked and changed by plumbing only, never checked out."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.git_listings import hunk_start, numstat_entries, raw_entries

SHA = re.compile(r"[0-9a-f]{40}\Z")
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
SETTINGS = {
    "receive.hideRefs": "refs/pull",  # only the forge moves these
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "core.alternateRefsPrefixes": "refs/none",  # a source may hold tens of thousands of references
    "http.receivepack": "true",
    "gc.auto": "0",
}

PROTECTED = "SANDBOX_PROTECTED"  # names the references, one a line, that a push does not move
GUARD = f"""#!/bin/sh
while IFS= read -r name; do
  [ "$name" = "$1" ] || continue
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit 1
done <<END
${PROTECTED}
END
"""


class GitFailed(Exception):
    """git ended with an error; the message is what it said, `status` how it ended."""

    def __init__(self, message: str, status: int = 1):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Signature:
    """Who wrote a commit, and when."""

    name: str
    email: str
    when: datetime


@dataclass(frozen=True)
class CommitFacts:
    """One commit as the REST interface shows it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True)
class FileFacts:
    """One changed file. `patch` is None for binary files and where git lacks the content."""

    path: str
    previous_path: str | None
    status: str
    sha: str | None
    additions: int
    deletions: int
    patch: str | None


def environment() -> dict[str, str]:
    """An environment in which git reads no configuration but the repository's and asks nobody anything."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    return inherited | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",  # a file may be named like `:(top)x`
        "LC_ALL": "C.UTF-8",
    }


class Git:
    """One bare repository."""

    def __init__(self, folder: Path):
        self.folder = folder

    def raw(self, *arguments: str, stdin: bytes = b"", extra: dict[str, str] | None = None) -> bytes:
        """Standard output of one git command. Raises GitFailed."""
        if any("\0" in each for each in arguments):
            raise GitFailed("no name in git holds a zero byte")
        command = ["git", "--git-dir", str(self.folder), "-c", "core.quotePath=false", "-c", "core.hooksPath=/dev/null"]
        done = subprocess.run(
            [*command, *arguments], input=stdin, capture_output=True, env=environment() | (extra or {}), check=False
        )
        if done.returncode:
            raise GitFailed(
                done.stderr.decode(errors="replace").strip() or f"git ended with {done.returncode}", done.returncode
            )
        return done.stdout

    def commit_shas(self, tip: str, without: str) -> list[str]:
        """Every commit of `tip` that `without` does not have, newest first."""
        return self.text("rev-list", tip, f"^{without}").split()

    def text(self, *arguments: str) -> str:
        """The same, as text without the last line end."""
        return self.raw(*arguments).decode(errors="replace").rstrip("\n")

    def create(self, default_branch: str) -> None:
        """Make the bare repository, empty, with one hook: the one that guards protected branches."""
        self.folder.mkdir(parents=True)
        self.raw("init", "--quiet", "--bare", "--template=", f"--initial-branch={default_branch}", str(self.folder))
        for name, value in SETTINGS.items():
            self.raw("config", name, value)
        guard = self.folder / "hooks" / "update"
        guard.parent.mkdir()
        guard.write_text(GUARD)
        guard.chmod(0o700)

    def borrow(self, source: Path) -> None:
        """Read objects from another repository on this disk without copying them."""
        info = self.folder / "objects" / "info"
        info.mkdir(parents=True, exist_ok=True)
        objects = objects_of(source)
        (info / "alternates").write_text(f"{objects}\n")
        shallow = objects.parent / "shallow"  # where a shallow clone's history ends
        if shallow.exists():
            (self.folder / "shallow").write_bytes(shallow.read_bytes())

    def resolve(self, name: str) -> str | None:
        """The commit a SHA, branch, tag or full reference name means, or None."""
        for candidate in [name] if SHA.match(name) else [f"refs/heads/{name}", f"refs/tags/{name}", name]:
            if not SHA.match(candidate) and not candidate.startswith(("refs/", "heads/", "tags/", "HEAD")):
                continue
            try:
                return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}^{{commit}}")
            except GitFailed:
                continue
        return None

    def commit_sha(self, name: str) -> str:
        """The same. Raises Refusal (404) where there is none."""
        sha = self.resolve(name)
        if sha is None:
            raise not_found()
        return sha

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """References under a prefix and the commits or tags they point to."""
        if "\0" in prefix:
            return {}
        listed = self.text("for-each-ref", "--format=%(objectname) %(refname)", prefix)
        return {name: sha for sha, _, name in (line.partition(" ") for line in listed.splitlines())}

    def set_ref(self, name: str, sha: str) -> None:
        """Point a reference at a commit. Raises Refusal (422) for a name git does not take."""
        try:
            self.raw("check-ref-format", name)
            self.raw("update-ref", "--end-of-options", name, sha)
        except GitFailed as failed:
            raise Refusal(422, f"Reference cannot be updated: {name}") from failed

    def delete_ref(self, name: str) -> None:
        """Drop a reference, there or not."""
        self.raw("update-ref", "-d", "--end-of-options", name)

    def take(self, source: Path, sha: str) -> None:
        """Bring a commit and all it reaches here from another repository on this disk."""
        if self.resolve(sha) is None:
            self.raw("fetch", "--quiet", "--no-tags", "--end-of-options", str(source), sha)

    def ancestor(self, older: str, newer: str) -> bool:
        """Whether one commit is reached from the other."""
        try:
            self.raw("merge-base", "--is-ancestor", older, newer)
        except GitFailed:
            return False
        return True

    def merge_base(self, one: str, other: str) -> str:
        """Where two commits parted, or the empty tree when they share nothing."""
        try:
            return self.text("merge-base", one, other).splitlines()[0]
        except GitFailed:
            return EMPTY_TREE

    def commits(
        self, *revisions: str, limit: int = 250, skip: int = 0, chosen: Sequence[str] = (), path: str = ""
    ) -> list[CommitFacts]:
        """Commits reached from revisions (SHAs, `^` before those left out), newest first; `chosen` as `selection`."""
        fields = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00"
        asked = [f"--max-count={limit}", f"--skip={skip}", f"--format=tformat:{fields}%x01", *chosen]
        shown = self.raw("log", *asked, *revisions, "--", *([path] if path else []))
        return [commit_facts(each) for each in shown.decode(errors="replace").split("\x00\x01\n") if each]

    def count(self, *revisions: str, chosen: Sequence[str] = (), path: str = "") -> int:
        """How many commits those revisions reach."""
        return int(self.text("rev-list", "--count", *chosen, *revisions, "--", *([path] if path else [])))

    def changed_files(self, old: str, new: str, with_patch: bool = True) -> list[FileFacts]:
        """What differs between two commits, renames found."""
        raw = self.raw("diff-tree", "-r", "-M", "--raw", "-z", "--no-commit-id", "--end-of-options", old, new)
        names = list(raw_entries(raw))
        try:
            counts = list(numstat_entries(self.raw("diff-tree", "-r", "-M", "--numstat", "-z", old, new)))
            patches = self.patches(old, new) if with_patch else [None] * len(names)
        except GitFailed:  # content that this copy of the repository lacks
            counts, patches = [(0, 0)] * len(names), [None] * len(names)
        if len(patches) != len(names):
            patches = [None] * len(names)
        return [
            FileFacts(path, previous, status, sha, added, deleted, patch)
            for (status, sha, previous, path), (added, deleted), patch in zip(names, counts, patches, strict=True)
        ]

    def patches(self, old: str, new: str) -> list[str | None]:
        """The hunks of each changed file in the order of `changed_files`."""
        shown = self.raw("diff-tree", "-r", "-M", "-p", "--full-index", "--no-color", "--no-ext-diff", old, new)
        parts = re.split(r"^diff --git .*\n", shown.decode(errors="replace"), flags=re.MULTILINE)[1:]
        return [part[at:].rstrip("\n") if (at := hunk_start(part)) >= 0 else None for part in parts]

    def diff(self, old: str, new: str) -> str:
        """The unified diff between two commits."""
        return self.raw("diff-tree", "-r", "-M", "-p", "--no-color", "--no-ext-diff", old, new).decode(errors="replace")

    def mail(self, *revisions: str) -> str:
        """Commits as `git am` takes them, oldest first; merges are left out."""
        asked = ("--stdout", "--no-signature", "--no-color", "--no-ext-diff", "-M")
        return self.raw("format-patch", *asked, *revisions, "--").decode(errors="replace")

    def shown(self, sha: str) -> str:
        """One commit with its message and its diff; of a merge against its first parent."""
        asked = ("--first-parent", "-m", "--patch", "--no-color", "--no-ext-diff", "--no-textconv", "-M")
        return self.raw("show", *asked, "--end-of-options", sha).decode(errors="replace")

    def content(self, sha: str, path: str) -> tuple[str, str, bytes] | None:
        """Kind (blob or tree), object id and content of a path at a commit; None where there is none."""
        try:
            listed = self.raw("ls-tree", "-z", "--full-tree", "--end-of-options", sha, path.rstrip("/")).decode()
        except GitFailed:
            return None
        entry = next((each for each in listed.split("\0") if each.partition("\t")[2] == path.rstrip("/")), None)
        if entry is None:
            return None
        _, kind, identity = entry.partition("\t")[0].split(" ")
        return kind, identity, self.raw("cat-file", "blob", identity) if kind == "blob" else b""

    def listing(self, sha: str, path: str) -> list[tuple[str, str, str]]:
        """Kind, object id and full path of what a folder holds at a commit."""
        folder = f"{path.strip('/')}/" if path.strip("/") else "./"
        listed = self.raw("ls-tree", "-z", "--full-tree", "--end-of-options", sha, folder).decode(errors="replace")
        entries = [each.partition("\t") for each in listed.split("\0") if each]
        return [(head.split(" ")[1], head.split(" ")[2], name) for head, _, name in entries]

    def tree(self, name: str) -> str:
        """The object id of the tree of a commit or tree. Raises Refusal (404)."""
        if not SHA.match(name):
            raise not_found()
        try:
            return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{tree}}")
        except GitFailed as failed:
            raise not_found() from failed

    def tree_entries(self, sha: str, recursive: bool) -> list[tuple[str, str, str, int | None, str]]:
        """Mode, kind, object id, size (of blobs) and path of what a tree holds."""
        deep = ("-r", "-t") if recursive else ()
        listed = self.raw("ls-tree", "-z", "-l", "--full-tree", *deep, sha).decode(errors="replace")
        rows = []
        for entry in filter(None, listed.split("\0")):
            facts, _, path = entry.partition("\t")
            mode, kind, identity, size = facts.split()
            rows.append((mode, kind, identity, int(size) if size.isdecimal() else None, path))
        return rows

    def blob(self, sha: str) -> bytes:
        """The content of a blob. Raises Refusal (404)."""
        if not SHA.match(sha):
            raise not_found()
        try:
            return self.raw("cat-file", "blob", sha)
        except GitFailed as failed:
            raise not_found() from failed

    def write_commit(
        self, tree: str, parents: list[str], message: str, author: Signature, committer: Signature | None = None
    ) -> str:
        """A new commit object, reached by nothing yet."""
        extra: dict[str, str] = {}
        for role, who in (("AUTHOR", author), ("COMMITTER", committer or author)):
            facts = {"NAME": who.name, "EMAIL": who.email, "DATE": f"{int(who.when.timestamp())} +0000"}
            extra |= {f"GIT_{role}_{key}": value for key, value in facts.items()}
        chosen = [part for parent in parents for part in ("-p", parent)]
        return self.raw("commit-tree", *chosen, tree, stdin=message.encode(), extra=extra).decode().strip()


def selection(since: str, until: str, author: Sequence[str], committer: Sequence[str]) -> list[str]:
    """Options that keep commits of a time (ISO 8601) and of people, each by addresses as regular expressions."""
    times = [f"--{name}={moment}" for name, moment in (("since", since), ("until", until)) if moment]
    people = [
        f"--{role}=<({'|'.join(addresses)})>$" for role, addresses in (("author", author), ("committer", committer))
        if addresses
    ]  # fmt: skip
    return [*times, *people, "--extended-regexp", "--regexp-ignore-case"]


def literal(text: str) -> str:
    """Text as a regular expression of git's that finds just it."""
    return re.sub(r"([\\.\[\]{}()*+?^$|])", r"\\\1", text)


def objects_of(source: Path) -> Path:
    """The object folder of a repository with or without a work tree, also of a linked work tree."""
    if (source / "objects").is_dir():
        return (source / "objects").resolve()
    command = ["git", "-C", str(source), "rev-parse", "--git-path", "objects"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode:
        raise GitFailed(f"{source} is not a git repository")
    return (source / done.stdout.strip()).resolve()


def commit_facts(shown: str) -> CommitFacts:
    """One commit from the fields `commits` asks for."""
    sha, tree, parents, *who, message = shown.split("\0")[:10]
    author, committer = (Signature(who[at], who[at + 1], datetime.fromisoformat(who[at + 2])) for at in (0, 3))
    return CommitFacts(sha, tree, tuple(parents.split()), author, committer, message.rstrip("\n"))
