"""A write whose answer never came is not done twice: not by the next process, and not by a thread beside it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sandbox_kit import REPO

from bot.forge.github.forge import GitHubForge
from bot.forge.github.writes import UNDER_WAY
from bot.forge.port import Busy, ForgeAction, ForgeError, Target
from bot.line.render import Markdown
from bot.policy.actions import PutComment, RemoveComment, Reply, SetCheck
from bot.policy.views import Card
from bot.sandbox import Sandbox
from bot.sandbox.state import Pull
from bot.store import Store

HELD = Card("held", "Held until further notice", "In words.")
NOW = datetime.now(UTC)
CHECKS, COMMENTS = "/check-runs$", r"/issues/\d+/comments$"


@dataclass
class Process:
    """The App in a process of its own, beside others on one database."""

    box: Sandbox
    database: Path
    at: datetime = NOW
    timeout: int = 10

    def __post_init__(self) -> None:
        self.target = Target(self.box.installation_id, self.box.repository(REPO).id, REPO)
        self.store = Store(f"sqlite:///{self.database}")
        self.forge = GitHubForge(
            app_id=self.box.app_id,
            private_key=self.box.private_key_pem,
            api=self.box.api,
            words=Markdown(),
            memory=self.store.sent,
            clock=lambda: self.at,
            timeout=self.timeout,
        )

    def look(self, number: int, action: ForgeAction) -> None:
        """What a look at the pull request does: nothing where the forge shows it already."""
        pull = self.forge.pull(self.target, number)
        shown = {"check": pull.check is not None, "card": pull.comment is not None, "reply": bool(pull.noted)}
        if not shown[named(action)]:
            self.forge.perform(self.target, pull, action)


def named(action: ForgeAction) -> str:
    return {SetCheck: "check", PutComment: "card", Reply: "reply"}[type(action)]  # type: ignore[index]


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def count(box: Sandbox, pull: Pull) -> int:
    """How many checks and comments of ours there are."""
    return len(box.check_runs(REPO, pull.head_sha)) + len(box.comments(REPO, pull.number))


def killed_while_sending(process: Process, number: int, action: ForgeAction, held: threading.Event) -> None:
    """It never sees an answer, and never remembers one."""
    with pytest.raises(ForgeError, match="could not be reached"):
        process.look(number, action)
    assert not held.is_set()
    process.store.close()


CREATING = pytest.mark.parametrize(
    ("path", "make"),
    [
        (CHECKS, lambda pull: SetCheck(pull.head_sha, "failure", HELD)),
        (COMMENTS, lambda pull: PutComment(HELD)),
        (COMMENTS, lambda pull: Reply("crossed:1", "It is held now.")),
    ],
    ids=["check", "card", "note"],
)


@CREATING
def test_what_was_sent_before_a_kill_and_is_done_late_is_not_done_twice(
    box: Sandbox, pull: int, tmp_path: Path, path: str, make: Callable[[Pull], ForgeAction]
) -> None:
    here = box.pull(REPO, pull)
    action, held = make(here), box.faults.hold(method="POST", path=path)
    killed_while_sending(Process(box, tmp_path / "db", timeout=1), pull, action, held)
    after = Process(box, tmp_path / "db", NOW + timedelta(seconds=5))
    with pytest.raises(Busy) as busy:
        after.look(pull, action)
    assert busy.value.until == NOW + UNDER_WAY
    assert count(box, here) == 0
    held.set()
    wait_until(lambda: count(box, here) == 1)
    after.at = busy.value.until
    after.look(pull, action)
    assert count(box, here) == 1
    after.store.close()


@CREATING
def test_what_never_arrived_is_sent_again_when_github_cannot_be_working_on_it_any_more(
    box: Sandbox, pull: int, tmp_path: Path, path: str, make: Callable[[Pull], ForgeAction]
) -> None:
    here, process = box.pull(REPO, pull), Process(box, tmp_path / "db")
    box.faults.drop(method="POST", path=path)
    for at, made in ((0, 0), (19, 0), (20, 1), (60, 1)):
        process.at = NOW + timedelta(seconds=at)
        try:
            process.look(pull, make(here))
        except ForgeError:
            assert made == 0
        assert count(box, here) == made
    process.store.close()


def test_an_answer_that_is_there_twice_all_the_same_is_one_too_many(box: Sandbox, pull: int, tmp_path: Path) -> None:
    one, another = (Process(box, tmp_path / name) for name in ("db", "another"))
    facts = one.forge.pull(one.target, pull)
    for process in (one, another):
        process.forge.perform(process.target, facts, Reply("crossed:1", "It is held now."))
    one.forge.perform(one.target, facts, Reply("crossed:2", "It is free to land now."))
    first, second, other = (comment.id for comment in box.comments(REPO, pull))
    facts = one.forge.pull(one.target, pull)
    assert facts.spare == (second,)
    one.forge.perform(one.target, facts, RemoveComment(second))
    assert [comment.id for comment in box.comments(REPO, pull)] == [first, other]
    for process in (one, another):
        process.store.close()


def test_what_github_refused_is_not_waited_for(box: Sandbox, pull: int, tmp_path: Path) -> None:
    here, process = box.pull(REPO, pull), Process(box, tmp_path / "db")
    box.faults.answer(422, method="POST", path=CHECKS)
    action = SetCheck(here.head_sha, "failure", HELD)
    with pytest.raises(Exception, match="422"):
        process.look(pull, action)
    process.look(pull, action)
    assert count(box, here) == 1
    process.store.close()


def test_an_edit_that_may_come_late_is_waited_for_before_anything_is_decided_on_what_it_edits(
    box: Sandbox, pull: int, tmp_path: Path
) -> None:
    here, process = box.pull(REPO, pull), Process(box, tmp_path / "db", timeout=1)
    process.look(pull, SetCheck(here.head_sha, "failure", HELD))
    facts = process.forge.pull(process.target, pull)
    held = box.faults.hold(method="PATCH", path="/check-runs/")
    with pytest.raises(ForgeError):
        process.forge.perform(process.target, facts, SetCheck(here.head_sha, "success", Card("free", "Free to land")))
    with pytest.raises(Busy):
        process.forge.pull(process.target, pull)  # it reads as held, and would be free a moment later
    held.set()
    wait_until(lambda: not box.busy())
    process.at += UNDER_WAY
    assert process.forge.pull(process.target, pull).check.conclusion == "success"  # type: ignore[union-attr]
    process.store.close()


def test_a_write_that_a_clock_two_hours_ahead_sent_is_waited_for_no_longer_than_any(
    box: Sandbox, pull: int, tmp_path: Path
) -> None:
    here = box.pull(REPO, pull)
    action, held = SetCheck(here.head_sha, "failure", HELD), box.faults.hold(method="POST", path=CHECKS)
    killed_while_sending(Process(box, tmp_path / "db", NOW + timedelta(hours=2), timeout=1), pull, action, held)
    after = Process(box, tmp_path / "db")
    for seconds in (0, 7):
        after.at = NOW + timedelta(seconds=seconds)
        with pytest.raises(Busy) as busy:
            after.look(pull, action)
        assert busy.value.until == NOW + UNDER_WAY
    held.set()
    after.store.close()


@pytest.mark.parametrize("path", [CHECKS, COMMENTS])
def test_what_a_list_that_is_behind_lacks_is_edited_by_its_number(
    box: Sandbox, pull: int, tmp_path: Path, path: str
) -> None:
    here, process = box.pull(REPO, pull), Process(box, tmp_path / "db")
    made: list[ForgeAction] = [SetCheck(here.head_sha, "failure", HELD), PutComment(HELD)]
    for _ in range(2):
        box.faults.stale_reads(path=path)
        facts = process.forge.pull(process.target, pull)
        for action in [*made, SetCheck(here.head_sha, None, HELD)] if facts.check is None else made:
            process.forge.perform(process.target, facts, action)
    assert count(box, here) == 2
    assert box.check_runs(REPO, here.head_sha)[0].conclusion == "failure"
    process.store.close()


def test_a_thread_beside_waits_for_the_answer_and_edits_what_was_made(box: Sandbox, pull: int, tmp_path: Path) -> None:
    here, process = box.pull(REPO, pull), Process(box, tmp_path / "db")
    facts = process.forge.pull(process.target, pull)
    held = box.faults.hold(method="POST", path=CHECKS)
    first, second = (SetCheck(here.head_sha, word, HELD) for word in ("failure", "neutral"))

    def begin(action: SetCheck) -> threading.Thread:
        thread = threading.Thread(target=process.forge.perform, args=(process.target, facts, action))
        thread.start()
        return thread

    threads = [begin(first)]
    wait_until(box.busy)
    threads.append(begin(second))
    held.set()
    for thread in threads:
        thread.join()
    assert [run.conclusion for run in box.check_runs(REPO, here.head_sha)] == ["neutral"]
    process.store.close()


def test_what_was_said_since_the_facts_were_read_is_not_said_again(box: Sandbox, pull: int, tmp_path: Path) -> None:
    one, beside = (Process(box, tmp_path / "db") for _ in range(2))  # a clock that jumped gave both the same job
    facts = one.forge.pull(one.target, pull)
    for process in (one, one, beside):
        for key in ("crossed:1", "crossed:2"):
            process.forge.perform(process.target, facts, Reply(key, "It is held now."))
    assert len(box.comments(REPO, pull)) == 2
    for process in (one, beside):
        process.store.close()
