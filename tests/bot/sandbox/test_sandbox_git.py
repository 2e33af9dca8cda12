"""git itself against the sandbox: clone, fetch, push, with the tokens of the REST interface."""

import os
import subprocess
from pathlib import Path

import pytest
from sandbox_kit import REPO, History, ask, installation_token

from bot.sandbox import Refusal, Sandbox
from bot.sandbox.git import Git


def git(token: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """git with the token in a header, given through the environment."""
    header = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraHeader"}
    header["GIT_CONFIG_VALUE_0"] = f"Authorization: Bearer {token}"
    chosen = {**os.environ, **(header if token else {}), "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(["git", *arguments], env=chosen, capture_output=True, text=True, check=False)


@pytest.fixture
def url(box: Sandbox) -> str:
    return f"{box.address}/{REPO}.git"


def test_the_app_clones_and_fetches_pull_requests_of_forks(
    box: Sandbox, url: str, history: History, tmp_path: Path
) -> None:
    number = box.open_pull(REPO, title="From afar", head_sha=history.shas["change"], fork=True).number
    box.delete("ada/rocket")
    token, place = installation_token(box), str(tmp_path / "clone")
    assert git(token, "clone", "--quiet", "--bare", url, place).returncode == 0
    assert git(token, "-C", place, "fetch", "--quiet", "origin", f"refs/pull/{number}/head").returncode == 0
    assert Git(Path(place)).text("rev-parse", "FETCH_HEAD") == history.shas["change"]


def test_clones_may_leave_content_out(box: Sandbox, url: str, tmp_path: Path) -> None:
    token, place = installation_token(box), str(tmp_path / "clone")
    assert git(token, "clone", "--quiet", "--bare", "--filter=blob:none", url, place).returncode == 0
    assert git(token, "-C", place, "show", "main:engine").stdout.splitlines()[-1] == "10"


def test_nobody_reads_a_private_repository(box: Sandbox, url: str, tmp_path: Path) -> None:
    box.uninstall()
    for token in ("", "wrong", box.add_person("stranger")):
        assert git(token, "clone", "--quiet", url, str(tmp_path / "clone")).returncode != 0
    box.add_repository("acme/open", private=False)
    assert git("", "clone", "--quiet", f"{box.address}/acme/open.git", str(tmp_path / "open")).returncode == 0


def test_a_token_may_be_the_password(box: Sandbox, url: str, tmp_path: Path) -> None:
    with_password = url.replace("http://", f"http://x-access-token:{installation_token(box)}@")
    assert git("", "clone", "--quiet", with_password, str(tmp_path / "clone")).returncode == 0


def test_a_push_moves_a_pull_request(box: Sandbox, url: str, pull: int, history: History) -> None:
    branch = box.pull(REPO, pull).head_ref
    pushed = git(box.token("ada"), "-C", str(history.folder), "push", "--force", url, f"main:refs/heads/{branch}")
    assert pushed.returncode == 0, pushed.stderr
    assert box.pull(REPO, pull).head_sha == history.shas["three"]
    assert box.tip(REPO, f"refs/pull/{pull}/head") == history.shas["three"]


def test_a_push_of_a_new_branch_can_become_a_pull_request(box: Sandbox, url: str, history: History) -> None:
    assert git(box.token("ada"), "-C", str(history.folder), "push", url, "change:topic").returncode == 0
    body = {"title": "By hand", "head": "topic", "base": "main"}
    status, made, _ = ask(box, f"/repos/{REPO}/pulls", box.token("ada"), "POST", body)
    assert (status, made["head"]["sha"]) == (201, history.shas["change"])


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/pull/1/head"])
def test_protected_branches_and_pull_requests_are_not_pushed_to(
    box: Sandbox, url: str, pull: int, history: History, ref: str
) -> None:
    box.protect(REPO)
    before = box.tip(REPO, ref)
    pushed = git(box.token("maya"), "-C", str(history.folder), "push", "--force", url, f"clash:{ref}")
    assert pushed.returncode != 0
    assert box.tip(REPO, ref) == before


def test_who_pushes_to_a_protected_branch_is_told_why(box: Sandbox, url: str, history: History) -> None:
    box.protect(REPO)
    branches = ("clash:refs/heads/main", "clash:refs/heads/beside")
    pushed = git(box.token("maya"), "-C", str(history.folder), "push", "--force", url, *branches)
    assert "GH006: Protected branch update failed for refs/heads/main." in pushed.stderr
    assert box.tip(REPO, "beside") == history.shas["clash"]


def test_a_push_of_one_commit_sends_that_commit_only(box: Sandbox, url: str, history: History, tmp_path: Path) -> None:
    box.protect(REPO)
    place, token = str(tmp_path / "clone"), box.token("ada")
    assert git(token, "clone", "--quiet", url, place).returncode == 0
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    made = git(token, "-C", place, *who, "commit", "--quiet", "--allow-empty", "--message", "one more")
    assert made.returncode == 0, made.stderr
    pushed = git(token, "-C", place, "push", "--progress", url, "HEAD:refs/heads/topic")
    assert "Total 1 (delta 0)" in pushed.stderr, pushed.stderr


def test_large_pushes_are_taken(box: Sandbox, url: str, history: History, tmp_path: Path) -> None:
    place, token = tmp_path / "clone", box.token("ada")
    assert git(token, "clone", "--quiet", url, str(place)).returncode == 0
    (place / "large").write_bytes(os.urandom(27 * 1024 * 1024))
    who = ("-C", str(place), "-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(token, *who, "add", "large")
    assert git(token, *who, "commit", "--quiet", "--message", "large").returncode == 0
    pushed = git(token, *who, "push", url, "HEAD:refs/heads/large")
    assert pushed.returncode == 0, pushed.stderr
    assert box.tip(REPO, "large") == git(token, *who, "rev-parse", "HEAD").stdout.strip()


def test_the_app_and_readers_do_not_push(box: Sandbox, url: str, history: History) -> None:
    reader = box.add_person("reader")
    box.grant(REPO, "reader", "read")
    for token in (installation_token(box), reader):
        assert git(token, "-C", str(history.folder), "push", url, "change:topic").returncode != 0
    assert Git(box.repository(REPO).folder).resolve("topic") is None


def test_an_unreachable_git_host_fails(box: Sandbox, url: str, tmp_path: Path) -> None:
    box.faults.answer(503, times=9, path="/info/refs")
    assert git(box.token("ada"), "clone", "--quiet", url, str(tmp_path / "clone")).returncode != 0


def test_what_looks_like_an_option_is_not_taken_for_one(box: Sandbox, history: History, tmp_path: Path) -> None:
    spoiled, token = tmp_path / "spoiled", box.token("ada")
    for ref in (f"--output={spoiled}", "-n", "a..b", "a b", "@{1}", "\n", "\0"):
        made = {"ref": f"refs/heads/{ref}", "sha": history.shas["one"]}
        status = ask(box, f"/repos/{REPO}/git/refs", token, "POST", made)[0]
        assert status in {201, 422}
        quoted = "".join(f"%{byte:02x}" for byte in ref.encode())
        assert ask(box, f"/repos/{REPO}/commits/{quoted}", token)[0] in {200, 422}
        assert ask(box, f"/repos/{REPO}/contents/engine?ref={quoted}", token)[0] in {200, 404}
        assert ask(box, f"/repos/{REPO}/contents/{quoted}", token)[0] == 404
    assert not spoiled.exists()


@pytest.mark.parametrize("name", ["acme/..", "acme/.", "acme/a b", "acme/", "nobody/x", "acme/../../x", "acme/rocket"])
def test_repositories_have_plain_names(box: Sandbox, name: str) -> None:
    with pytest.raises(Refusal):
        box.add_repository(name)


def test_a_repository_without_some_content_can_be_shown_and_cloned_in_part(
    box: Sandbox, tmp_path: Path, history: History
) -> None:
    whole, lacking = str(history.folder), tmp_path / "lacking"
    subprocess.run(["git", "clone", "--quiet", "--bare", "--no-local", whole, str(lacking)], check=True)
    subprocess.run(["git", "-C", str(lacking), "unpack-objects", "-q"], stdin=unpacked(lacking), check=True)
    blob = Git(lacking).text("rev-parse", f"{history.shas['change']}:fuel")
    (lacking / "objects" / blob[:2] / blob[2:]).unlink()
    box.add_repository("acme/lacking", lacking)
    number = box.open_pull("acme/lacking", title="A change", head_sha=history.shas["change"]).number
    files = ask(box, f"/repos/acme/lacking/pulls/{number}/files", box.token("ada"))[1]
    assert [(each["filename"], each["status"]) for each in files] == [("engine", "modified"), ("fuel", "added")]
    place, token = str(tmp_path / "clone"), box.token("ada")
    made = git(token, "clone", "--quiet", "--bare", "--filter=blob:limit=1m", f"{box.address}/acme/lacking.git", place)
    assert made.returncode == 0, made.stderr


def test_a_shallow_clone_serves_as_far_as_it_goes(box: Sandbox, tmp_path: Path, history: History) -> None:
    shallow = tmp_path / "shallow"
    command = ["git", "clone", "--quiet", "--depth=2", "--branch=main", f"file://{history.folder}", str(shallow)]
    subprocess.run(command, check=True)
    box.add_repository("acme/shallow", shallow)
    box.push("acme/shallow", "main", history.shas["two"])
    made = box.open_pull("acme/shallow", title="Three", head_sha=history.shas["three"], fork=True)
    listed = ask(box, "/repos/acme/shallow/commits", box.token("ada"))[1]
    assert [each["commit"]["message"] for each in listed] == ["two"]
    shown = ask(box, f"/repos/acme/shallow/pulls/{made.number}", box.token("ada"))[1]
    assert (shown["commits"], shown["changed_files"], shown["mergeable"]) == (1, 1, True)


def unpacked(folder: Path) -> "subprocess._FILE":
    """The repository's pack, taken out of it, open for reading."""
    (pack,) = (folder / "objects" / "pack").glob("*.pack")
    moved = pack.rename(folder / "taken.pack")
    for left in (folder / "objects" / "pack").iterdir():
        left.unlink()
    return moved.open("rb")
