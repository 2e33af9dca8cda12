"""Mirrors of real repositories, hostile and broken ones included."""

import base64
import fcntl
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from bot.facts.assessor import Base
from bot.forge.port import Target
from bot.git.fetch import Git, GitError, GitTimeout, Refused
from bot.git.mirror import Mirror, Missing, Occupied, TooLarge, valid_ref, valid_sha, valid_url
from bot.line.assess import MirrorAssessor
from scoring.history.read import commit_change, read_change

LOCAL = Git(timeout=20, protocols="file")
MAIN, PULL = "refs/heads/main", "refs/pull/1/head"


class Origin:
    """A repository on the forge."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    @property
    def url(self) -> str:
        return self.folder.as_uri()

    def git(self, *arguments: str) -> str:
        names = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env={**os.environ, **names}, check=True, capture_output=True
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, path: str, content: str | bytes) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, path: str = "a.txt", content: str | bytes = "one\n", message: str = "change") -> str:
        self.write(path, content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def pull(self, number: int, path: str, content: str | bytes) -> str:
        """A pull request: one commit off main that only refs/pull/N/head reaches."""
        self.git("checkout", "-q", "--detach", "main")
        sha = self.commit(path, content)
        self.git("update-ref", f"refs/pull/{number}/head", sha)
        self.git("checkout", "-q", "main")
        return sha


LINES = "".join(f"line {number}\n" for number in range(40))


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    one = Origin(tmp_path / "origin")
    one.commit("a.txt", LINES)
    return one


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirrors", git=LOCAL)


def test_a_pull_request_is_fetched_from_the_base_repository(origin: Origin, mirror: Mirror) -> None:
    base, head = origin.git("rev-parse", "main"), origin.pull(1, "b.txt", "new\n")
    assert mirror.fetch(7, origin.url, [MAIN, PULL]) == {MAIN: base, PULL: head}
    assert mirror.merge_base(7, base, head) == base
    assert mirror.file_at(7, head, "b.txt") == b"new\n"
    assert mirror.has(7, head)
    assert not mirror.has(7, "0" * 40)


def test_fetching_again_brings_what_is_new_and_follows_a_forced_push(origin: Origin, mirror: Mirror) -> None:
    origin.pull(1, "b.txt", "new\n")
    mirror.fetch(7, origin.url, [MAIN, PULL])
    moved = origin.pull(1, "b.txt", "quite another\n")
    assert mirror.fetch(7, origin.url, [PULL]) == {PULL: moved}


def test_a_mirror_has_no_work_tree_and_no_hooks(origin: Origin, mirror: Mirror) -> None:
    mirror.fetch(7, origin.url, [MAIN])
    folder = mirror.path(7)
    assert not (folder / "hooks").exists()
    assert sorted(one.name for one in folder.parent.iterdir()) == ["7.git", "7.lock"]
    assert "bare = true" in (folder / "config").read_text()


def test_a_hook_in_the_mirror_is_not_run(origin: Origin, mirror: Mirror, tmp_path: Path) -> None:
    mirror.fetch(7, origin.url, [MAIN])
    hook = mirror.path(7) / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    origin.commit("a.txt", "two\n")
    mirror.fetch(7, origin.url, [MAIN])
    assert not (tmp_path / "ran").exists()


def test_a_pull_request_that_is_gone_is_missing(origin: Origin, mirror: Mirror) -> None:
    with pytest.raises(Missing):
        mirror.fetch(7, origin.url, ["refs/pull/99/head"])


def test_a_repository_that_is_gone_is_an_error_that_names_no_credential(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(GitError):
        mirror.fetch(7, (tmp_path / "nothing").as_uri(), [MAIN])


def test_reading_before_fetching_is_missing(mirror: Mirror) -> None:
    with pytest.raises(Missing):
        mirror.merge_base(7, "0" * 40, "1" * 40)


def test_an_unknown_commit_is_missing_and_costs_the_mirror_nothing(origin: Origin, mirror: Mirror) -> None:
    base = mirror.fetch(7, origin.url, [MAIN])[MAIN]
    for read in (
        lambda: mirror.merge_base(7, base, "1" * 40),
        lambda: mirror.file_at(7, "1" * 40, "a.txt"),
    ):
        with pytest.raises(Missing):
            read()
    marker = mirror.path(7) / "kept"
    marker.touch()
    mirror.fetch(7, origin.url, [MAIN])
    assert marker.exists()


def test_unrelated_histories_have_no_merge_base(origin: Origin, mirror: Mirror) -> None:
    base = origin.git("rev-parse", "main")
    origin.git("checkout", "-q", "--orphan", "other")
    origin.git("update-ref", PULL, origin.commit("c.txt", "c\n"))
    head = mirror.fetch(7, origin.url, [MAIN, PULL])[PULL]
    assert mirror.merge_base(7, base, head) is None


def test_a_mirror_that_is_fetched_often_stays_tidy(origin: Origin, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirrors", git=LOCAL, packs=3)
    for number in range(8):
        head = origin.commit("a.txt", f"{number}\n")
        assert mirror.fetch(7, origin.url, [MAIN]) == {MAIN: head}
    objects = mirror.path(7) / "objects"
    assert len(list((objects / "pack").glob("*.pack"))) <= 4
    assert [one.name for one in objects.iterdir() if len(one.name) == 2] == []
    assert mirror.file_at(7, head, "a.txt") == b"7\n"


# --- the name of a content


def ids(mirror: Mirror, origin: Origin) -> str:
    tips = mirror.fetch(7, origin.url, [MAIN, PULL])
    base = mirror.merge_base(7, tips[MAIN], tips[PULL])
    assert base is not None
    assessor = MirrorAssessor(None, mirror, origin.folder / "indexes")  # type: ignore[arg-type]
    shop, between = Target(1, 7, "acme/shop"), Base(tips[MAIN], base)
    return assessor.content(shop, between, assessor.diff(shop, between, tips[PULL])).name


def test_the_name_of_a_content_survives_a_merge_of_a_base_that_left_its_files_alone(
    origin: Origin, mirror: Mirror
) -> None:
    origin.pull(1, "b.txt", LINES.replace("line 30", "changed"))
    before = ids(mirror, origin)
    origin.commit("a.txt", "first\n" + LINES, "the base moves on")
    origin.commit("z.txt", "z\n", "and elsewhere")
    assert ids(mirror, origin) == before
    origin.git("checkout", "-q", "--detach", PULL)
    origin.git("merge", "-q", "-m", "merge the base", "main")
    origin.git("update-ref", PULL, "HEAD")
    origin.git("checkout", "-q", "main")
    assert ids(mirror, origin) == before


def test_the_name_of_a_content_survives_a_rebase_that_gives_the_same_files(origin: Origin, mirror: Mirror) -> None:
    content = LINES.replace("line 30", "changed")
    origin.pull(1, "a.txt", content)
    before = ids(mirror, origin)
    origin.commit("b.txt", "elsewhere\n")
    origin.pull(1, "a.txt", content)
    assert ids(mirror, origin) == before


def test_a_rebase_over_what_the_base_did_to_the_same_file_has_another_name(origin: Origin, mirror: Mirror) -> None:
    content = LINES.replace("line 30", "changed")
    origin.pull(1, "a.txt", content)
    before = ids(mirror, origin)
    origin.commit("a.txt", "first\n" + LINES)
    origin.pull(1, "a.txt", content)  # the same file as before, which now takes back what the base did
    assert ids(mirror, origin) != before


def test_what_sorts_after_a_crafted_binary_is_part_of_the_content(origin: Origin, mirror: Mirror) -> None:
    # a line of its base85 begins like a new commit: `git patch-id` reads no further
    origin.write("a.bin", crafted())
    first = origin.pull(1, "z.py", "print('as approved')\n")
    before = ids(mirror, origin)
    origin.git("checkout", "-q", "--detach", "main")
    origin.write("a.bin", crafted())
    second = origin.pull(1, "z.py", "import os; os.system('anything else')\n")
    patch = [text_patch_id(origin, head) for head in (first, second)]
    assert patch[0] == patch[1]  # so this is the trick
    assert ids(mirror, origin) != before


def text_patch_id(origin: Origin, head: str) -> str:
    folder, diff = str(origin.folder), ["diff-tree", "-r", "-p", "--binary", "--full-index", "main", head]
    patch = subprocess.run(["git", "-C", folder, *diff], check=True, capture_output=True).stdout
    named = subprocess.run(["git", "patch-id", "--verbatim"], input=patch, check=True, capture_output=True).stdout
    return named.decode().split()[0]


def crafted() -> bytes:
    """A binary whose base85, as git writes it, has a line that begins with forty hex digits."""
    tail = base64.b85decode(b"0123456789abcdefABCDEF0123456789abcde")[:28]
    for seed in count():
        chance = random.Random(seed)
        # what does not compress is stored as it is: 11 bytes around it, the last four a sum of all
        found = chance.randbytes(52 * 6 + 32 - 11 - len(tail)) + tail
        last = base64.b85encode(zlib.compress(found)[-32:])
        if re.match(rb"[0-9a-fA-F]{39}", last):
            return found
    raise AssertionError


@pytest.mark.parametrize(
    "change",
    [
        lambda origin: origin.pull(1, "a.txt", LINES.replace("line 30", "changed again")),
        lambda origin: origin.pull(1, "a.txt", LINES.replace("line 30", "  changed")),
        lambda origin: origin.pull(1, "a.txt", LINES.replace("line 31", "changed")),
        lambda origin: origin.pull(1, "b.txt", LINES.replace("line 30", "changed")),
        lambda origin: origin.pull(1, "image.png", b"\x00\x01"),
    ],
    ids=["content", "indentation", "place", "file", "kind"],
)
def test_the_name_of_a_content_changes_with_the_content(
    origin: Origin, mirror: Mirror, change: Callable[[Origin], str]
) -> None:
    origin.pull(1, "a.txt", LINES.replace("line 30", "changed"))
    before = ids(mirror, origin)
    change(origin)
    assert ids(mirror, origin) != before


def test_the_name_of_a_content_knows_binary_files_and_modes(origin: Origin, mirror: Mirror) -> None:
    seen = set()
    for content in (b"\x00\x01", b"\x00\x02"):
        origin.pull(1, "image.png", content)
        seen.add(ids(mirror, origin))
    origin.git("checkout", "-q", "--detach", "main")
    origin.git("update-index", "--chmod=+x", "a.txt")
    origin.git("commit", "-q", "-m", "executable")
    origin.git("update-ref", PULL, "HEAD")
    origin.git("reset", "-q", "--hard")
    origin.git("checkout", "-q", "main")
    seen.add(ids(mirror, origin))
    assert len(seen) == 3
    assert "" not in seen


def test_a_change_of_no_file_has_a_name_like_any_other(origin: Origin, mirror: Mirror) -> None:
    origin.git("update-ref", PULL, "main")
    assert ids(mirror, origin) == hashlib.sha256(b"").hexdigest()


# --- files


@pytest.mark.parametrize(
    "path", ["", "nothing", "folder", "link", "../a.txt", "/a.txt", "./a.txt", "a.txt\0", ":(glob)*", "*", "--help"]
)
def test_a_path_that_is_no_regular_file_is_nothing(origin: Origin, mirror: Mirror, path: str) -> None:
    (origin.folder / "link").symlink_to("/etc/passwd")
    origin.commit("folder/inside.txt", "x\n")
    sha = mirror.fetch(7, origin.url, [MAIN])[MAIN]
    assert mirror.file_at(7, sha, path) is None


@pytest.mark.parametrize("path", ["é/ü.txt", "a b.txt", "new\nline", '"quoted"', ":(glob)x", "-n"])
def test_a_file_with_an_odd_name_is_read(origin: Origin, mirror: Mirror, path: str) -> None:
    origin.commit(path, "content\n")
    sha = mirror.fetch(7, origin.url, [MAIN])[MAIN]
    assert mirror.file_at(7, sha, path) == b"content\n"


def test_a_file_above_the_limit_is_too_large(origin: Origin, mirror: Mirror) -> None:
    head = origin.pull(1, "big.txt", "x" * 200_000)
    mirror.fetch(7, origin.url, [MAIN, PULL])
    with pytest.raises(TooLarge):
        mirror.file_at(7, head, "big.txt", 100_000)
    assert mirror.file_at(7, head, "big.txt", 200_000) == b"x" * 200_000


# --- what git must never see


@pytest.mark.parametrize("sha", ["", "main", "a" * 39, "A" * 40, "a" * 40 + "\n", "--output=x", "a" * 41])
def test_only_full_object_ids_are_let_through(sha: str) -> None:
    with pytest.raises(ValueError, match="not an object id"):
        valid_sha(sha)


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "main",
        "-x",
        "refs/heads/",
        "refs/notes/v1",
        "refs/heads/a..b",
        "refs/heads/a b",
        "refs/heads/a:b",
        "refs/heads/*",
        "refs/heads/../config",
        "refs/heads/.x",
        "refs/heads/x.lock",
        "refs/heads/x/",
        "refs/heads//x",
        "refs/heads/@{u}",
        "refs/heads/a\n",
        "refs/heads/a\x00",
        "refs/heads/a^",
        "refs/heads/a~1",
        "refs/heads/a\\b",
        "refs/heads/" + "x" * 2000,
    ],
)
def test_a_name_git_would_not_allow_is_refused(ref: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        valid_ref(ref)


@pytest.mark.parametrize(
    "ref",
    ["refs/heads/main", "refs/tags/v1", "refs/pull/7/head", "refs/heads/é/ü", "refs/heads/-x", "refs/heads/a.b-c_d"],
)
def test_a_usual_name_is_let_through(ref: str) -> None:
    assert valid_ref(ref) == ref


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c id",
        "http://host/r",
        "file:///etc",
        "ssh://host/r",
        "https://u:p@host/r",
        "https://token@host/r",
        "--upload-pack=id",
        "https://host/r\n",
        "",
        "host:r.git",
    ],
)
def test_an_address_with_another_protocol_or_a_credential_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="clone address"):
        valid_url(url, "https")


def test_a_branch_named_like_an_option_is_only_a_name(origin: Origin, mirror: Mirror, tmp_path: Path) -> None:
    ref = f"refs/heads/--upload-pack=touch${{IFS}}{tmp_path.name}"
    origin.git("update-ref", ref, "main")
    assert list(mirror.fetch(7, origin.url, [ref])) == [ref]


def test_the_number_of_a_repository_is_all_that_becomes_a_path(mirror: Mirror) -> None:
    with pytest.raises(ValueError):
        mirror.path("../../etc")  # type: ignore[arg-type]


# --- faults


def stub(folder: Path, body: str) -> Git:
    """A git that does what `body` says."""
    folder.mkdir()
    script = folder / "git"
    script.write_text(f"#!{sys.executable}\nimport os, subprocess, sys, time\nREAL = {shutil.which('git')!r}\n{body}\n")
    script.chmod(0o755)
    return Git(timeout=0.6, protocols="file", environment={"PATH": f"{folder}:{os.environ['PATH']}"})


def ended(process: int) -> bool:
    """Whether it ends within some seconds: a kill is sent at once, and takes effect when the process next runs."""
    state = Path(f"/proc/{process}/stat")
    for _ in range(500):
        try:
            if state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def test_a_hung_git_is_killed_with_everything_it_started(origin: Origin, tmp_path: Path) -> None:
    body = f"""
if "fetch" in sys.argv:
    child = subprocess.Popen(["sleep", "600"])
    open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
    child.wait()
os.execv(REAL, ["git", *sys.argv[1:]])
"""
    Mirror(tmp_path / "mirrors", git=LOCAL).fetch(7, origin.url, [MAIN])
    mirror = Mirror(tmp_path / "mirrors", git=stub(tmp_path / "bin", body))
    with pytest.raises(GitTimeout):
        mirror.fetch(7, origin.url, [MAIN])
    child = int((tmp_path / "child").read_text())
    assert ended(child)


def test_after_a_hung_fetch_the_next_one_works(origin: Origin, tmp_path: Path) -> None:
    hung = Mirror(tmp_path / "mirrors", git=stub(tmp_path / "bin", 'time.sleep(600 if "fetch" in sys.argv else 0)'))
    with pytest.raises((GitTimeout, FileNotFoundError)):
        hung.fetch(7, origin.url, [MAIN])
    assert Mirror(tmp_path / "mirrors", git=LOCAL).fetch(7, origin.url, [MAIN])


def test_a_repository_whose_host_hangs_does_not_take_every_thread(origin: Origin, tmp_path: Path) -> None:
    body = f"""
if "fetch" in sys.argv:
    open({str(tmp_path / "began")!r}, "w").close()
    time.sleep(600)
os.execv(REAL, ["git", *sys.argv[1:]])
"""
    mirror = Mirror(tmp_path / "mirrors", git=stub(tmp_path / "bin", body), wait=0.05)
    errors: list[GitError] = []

    def fetch() -> None:
        try:
            mirror.fetch(7, origin.url, [MAIN])
        except GitError as error:
            errors.append(error)

    hanging = threading.Thread(target=fetch)
    hanging.start()
    while not (tmp_path / "began").exists():
        time.sleep(0.01)
    with pytest.raises(Occupied):
        mirror.fetch(7, origin.url, [MAIN])
    hanging.join()
    assert [type(error) for error in errors] == [GitTimeout]


def test_a_fetch_of_another_process_is_not_waited_for_without_end(origin: Origin, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirrors", git=LOCAL, wait=0.05)
    with (tmp_path / "mirrors" / "7.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)  # as another process does: the lock belongs to the open file
        with pytest.raises(Occupied):
            mirror.fetch(7, origin.url, [MAIN])
    assert mirror.fetch(7, origin.url, [MAIN])


def test_what_killed_fetches_left_is_removed_by_the_next(origin: Origin, mirror: Mirror) -> None:
    mirror.fetch(7, origin.url, [MAIN])
    halves = [mirror.path(7) / "objects" / place for place in ("pack/tmp_pack_a", "pack/tmp_idx_b", "tmp_objdir-c")]
    for half in halves:
        half.write_bytes(b"half a pack")
    mirror.fetch(7, origin.url, [MAIN])
    assert [half for half in halves if half.exists()] == []


def test_the_token_is_in_no_argument_address_or_file(origin: Origin, tmp_path: Path) -> None:
    body = f"""
open({str(tmp_path / "seen")!r}, "a").write(repr(sys.argv) + "\\n")
open({str(tmp_path / "environment")!r}, "a").write(repr(dict(os.environ)) + "\\n")
os.execv(REAL, ["git", *sys.argv[1:]])
"""
    git = Git(timeout=5, protocols="http", environment=stub(tmp_path / "bin", body).environment)
    mirror = Mirror(tmp_path / "mirrors", git=git)
    with pytest.raises(GitError) as caught:
        mirror.fetch(7, "http://127.0.0.1:9/r", [MAIN], token=lambda: "ghs_verysecret")
    hidden = "eC1hY2Nlc3MtdG9rZW46Z2hzX3ZlcnlzZWNyZXQ="
    written = [one.read_text(errors="replace") for one in mirror.path(7).rglob("*") if one.is_file()]
    for text in (str(caught.value), (tmp_path / "seen").read_text(), *written):
        assert "ghs_verysecret" not in text
        assert hidden not in text
    assert f"Authorization: Basic {hidden}" in (tmp_path / "environment").read_text()


@pytest.mark.parametrize("what", ["HEAD", "objects", "pack", "loose", "config", "refs"])
def test_a_damaged_mirror_is_cloned_again(origin: Origin, mirror: Mirror, what: str) -> None:
    mirror.fetch(7, origin.url, [MAIN])
    damage(mirror.path(7), what)
    head = origin.commit("b.txt", "after the damage\n")
    with suppress(GitError):  # what a reader does not survive the next fetch heals
        mirror.merge_base(7, head, head)
    assert mirror.fetch(7, origin.url, [MAIN]) == {MAIN: head}
    assert mirror.file_at(7, head, "a.txt") == LINES.encode()


def damage(folder: Path, what: str) -> None:
    objects = [one for one in (folder / "objects").rglob("*") if one.is_file()]
    match what:
        case "HEAD" | "config":
            (folder / what).unlink()
        case "refs":
            (folder / MAIN).write_bytes(b"\0" * 41)
        case "objects":
            shutil.rmtree(folder / "objects")
        case "pack":
            for one in objects:
                one.unlink()
        case "loose":
            for one in objects:
                one.chmod(0o644)
                one.write_bytes(b"garbage")


def test_a_fetch_killed_in_the_middle_leaves_nothing_that_stops_the_next(origin: Origin, mirror: Mirror) -> None:
    mirror.fetch(7, origin.url, [MAIN])
    for lock in ("packed-refs.lock", "shallow.lock", "config.lock", f"{MAIN}.lock", "HEAD.lock"):
        (mirror.path(7) / lock).touch()
    head = origin.commit("b.txt", "x\n")
    assert mirror.fetch(7, origin.url, [MAIN]) == {MAIN: head}


def test_many_threads_may_fetch_the_same_repository(origin: Origin, mirror: Mirror) -> None:
    refs = []
    for number in range(1, 7):
        origin.pull(number, f"f{number}.txt", "x\n")
        refs.append(f"refs/pull/{number}/head")
    found: list[dict[str, str]] = []
    threads = [
        threading.Thread(target=lambda ref=ref: found.append(mirror.fetch(7, origin.url, [ref]))) for ref in refs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(next(iter(one)) for one in found) == refs


def test_objects_that_would_escape_a_work_tree_are_not_taken_in(origin: Origin, mirror: Mirror) -> None:
    blob = origin.git("rev-parse", "main:a.txt")
    raw = b"100644 ..\0" + bytes.fromhex(blob)
    tree = subprocess.run(
        ["git", "hash-object", "-t", "tree", "--literally", "-w", "--stdin"],
        cwd=origin.folder,
        input=raw,
        check=True,
        capture_output=True,
    )
    commit = origin.git("commit-tree", "-m", "evil", tree.stdout.decode().strip())
    origin.git("update-ref", PULL, commit)
    with pytest.raises(GitError):
        mirror.fetch(7, origin.url, [PULL])
    assert mirror.fetch(7, origin.url, [MAIN])


def raw_commit(origin: Origin, *, tree: str = "", who: bytes = b"A <a@x> 1700000000 +0000", more: bytes = b"") -> bytes:
    tree = tree or origin.git("rev-parse", "main^{tree}")
    parent = origin.git("rev-parse", "main")
    head = f"tree {tree}\nparent {parent}\n".encode() + b"author " + who + b"\ncommitter " + who + b"\n"
    return head + b"\nChange" + more + b"\n"


def raw_tree(origin: Origin, *entries: tuple[bytes, bytes], content: bytes = b"x\n") -> str:
    blob = bytes.fromhex(written(origin, "blob", content))
    return written(origin, "tree", b"".join(mode + b" " + name + b"\0" + blob for mode, name in entries))


def written(origin: Origin, kind: str, content: bytes) -> str:
    command = ["git", "hash-object", "-t", kind, "--literally", "-w", "--stdin"]
    done = subprocess.run(command, cwd=origin.folder, input=content, check=True, capture_output=True)
    return done.stdout.decode().strip()


FILE = b"100644"
CARELESS: dict[str, Callable[[Origin], bytes]] = {
    "a zero byte in a message": lambda o: raw_commit(o, more=b"\0from svn"),
    "a date beyond all years": lambda o: raw_commit(o, who=b"A <a@x> 99999999999999999999 +0000"),
    "no date": lambda o: raw_commit(o, who=b"A <a@x>"),
    "an odd zone": lambda o: raw_commit(o, who=b"A <a@x> 1700000000 +051800"),
    "no address": lambda o: raw_commit(o, who=b"A 1700000000 +0000"),
    "a name in the address": lambda o: raw_commit(o, who=b"A <a <b> 1700000000 +0000"),
    "a padded date": lambda o: raw_commit(o, who=b"A <a@x> 01700000000 +0000"),
    "the same name twice": lambda o: raw_commit(o, tree=raw_tree(o, (FILE, b"a"), (FILE, b"a"))),
    "names out of order": lambda o: raw_commit(o, tree=raw_tree(o, (FILE, b"b"), (FILE, b"a"))),
    "a padded mode": lambda o: raw_commit(o, tree=raw_tree(o, (b"0100644", b"a"))),
    "an odd mode": lambda o: raw_commit(o, tree=raw_tree(o, (b"100664", b"a"))),
    "long lines of attributes": lambda o: raw_commit(
        o, tree=raw_tree(o, (FILE, b".gitattributes"), content=b"x" * 3000 + b" a\n")
    ),
    "a link for attributes": lambda o: raw_commit(o, tree=raw_tree(o, (b"120000", b".gitattributes"))),
    "submodules nobody can parse": lambda o: raw_commit(
        o, tree=raw_tree(o, (FILE, b".gitmodules"), content=b"[submodule")
    ),
    "a very long name": lambda o: raw_commit(o, tree=raw_tree(o, (FILE, b"n" * 5000))),
}
DANGEROUS: dict[str, Callable[[Origin], bytes]] = {
    "hasDotdot": lambda o: raw_commit(o, tree=raw_tree(o, (FILE, b".."))),
    "hasDot": lambda o: raw_commit(o, tree=raw_tree(o, (FILE, b"."))),
    "hasDotgit": lambda o: raw_commit(o, tree=raw_tree(o, (FILE, b".GIT"))),
    "fullPathname": lambda o: raw_commit(o, tree=raw_tree(o, (FILE, b"a/b"))),
    "gitmodulesSymlink": lambda o: raw_commit(o, tree=raw_tree(o, (b"120000", b".gitmodules"))),
    "gitmodulesUpdate": lambda o: raw_commit(
        o, tree=raw_tree(o, (FILE, b".gitmodules"), content=b'[submodule "a"]\npath=a\nurl=http://x/y\nupdate=!true\n')
    ),
}


@pytest.mark.parametrize("fault", CARELESS)
def test_a_careless_history_is_taken_in_since_nothing_is_checked_out(
    origin: Origin, mirror: Mirror, fault: str
) -> None:
    head = written(origin, "commit", CARELESS[fault](origin))
    origin.git("update-ref", PULL, head)
    assert mirror.fetch(7, origin.url, [MAIN, PULL])[PULL] == head
    base = origin.git("rev-parse", "main")
    assert mirror.merge_base(7, base, head) == base
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    change = read_change(mirror.path(7), base, head, at=moment, author="", title="", message="")
    assert change.files == commit_change(mirror.path(7), head).files


@pytest.mark.parametrize("fault", DANGEROUS)
def test_what_a_checkout_could_suffer_from_is_refused_in_gits_own_words(
    origin: Origin, mirror: Mirror, fault: str
) -> None:
    origin.git("update-ref", PULL, written(origin, "commit", DANGEROUS[fault](origin)))
    with pytest.raises(Refused, match=rf"git's check of its objects refused it: object [0-9a-f]{{40}}: {fault}:"):
        mirror.fetch(7, origin.url, [MAIN, PULL])
    assert mirror.fetch(7, origin.url, [MAIN])


def test_a_repository_that_may_not_be_seen_any_more_is_removed(origin: Origin, mirror: Mirror) -> None:
    mirror.fetch(7, origin.url, [MAIN])
    mirror.remove(7)
    mirror.remove(7)
    assert not mirror.path(7).exists()
