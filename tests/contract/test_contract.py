"""What codechill relies on GitHub for: the same tests on the sandbox and, with credentials, on a real GitHub."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.doctor.wire import Wires
from bot.forge.github.deliveries import GitHubDeliveries
from bot.forge.port import Gone, Refused, Target
from bot.git.fetch import Git
from bot.git.mirror import Mirror
from bot.policy.actions import Button, PutComment, React, RemoveComment, Reply, SetCheck
from bot.policy.pull import Person, PullRequest
from bot.policy.show.views import Card
from bot.policy.state import State
from tests.contract.conftest import Change, Place

HELD = Card("held", "Held until further notice · riskier than 99 of 100 recent changes here", "In words.")
FREE = Card("free", "Riskier than 3 of 100 recent changes here · free to land")
BUTTONS = (Button("Score again", "Forget the score and look again", "refresh"),)


def facts(github: Place, change: Change) -> PullRequest:
    return github.forge.pull(github.target, change.number)


def test_a_pull_request_reads_as_its_author_left_it(github: Place, change: Change) -> None:
    pull, me = facts(github, change), github.me
    assert (pull.number, pull.title, pull.body) == (change.number, change.title, "Made by a test.")
    assert (pull.author.id, pull.author.login, pull.author.bot) == (me["id"], me["login"], False)
    assert (pull.head_sha, pull.head_ref, pull.base_ref) == (change.head, change.branch, github.default)
    assert pull.base_sha == github.main == github.forge.tip(github.target, github.default)
    assert (pull.open, pull.draft, pull.auto_merge) == (True, False, False)
    assert pull.repository.id == github.target.repository_id
    assert abs(datetime.now(UTC) - pull.updated_at) < timedelta(minutes=10)


def test_it_is_listed_while_it_is_open_and_read_as_closed_afterwards(github: Place, change: Change) -> None:
    listed = {one.number: one for one in github.forge.open_pulls(github.target)}
    assert (listed[change.number].head_sha, listed[change.number].base_ref) == (change.head, github.default)
    path = f"/repos/{github.repository}/pulls/{change.number}"
    github.ask("PATCH", path, {"state": "closed"})
    assert not facts(github, change).open
    assert change.number not in {one.number for one in github.forge.open_pulls(github.target)}
    github.ask("PATCH", path, {"state": "open"})


def test_a_check_begins_ends_is_edited_in_place_and_can_begin_again(github: Place, change: Change) -> None:
    def put(action: SetCheck) -> PullRequest:
        github.forge.perform(github.target, facts(github, change), action)
        return facts(github, change)

    begun = put(SetCheck(change.head, None, Card("waiting", "Waiting for the score"))).check
    held = put(SetCheck(change.head, "failure", HELD, BUTTONS)).check
    free = put(SetCheck(change.head, "success", FREE)).check
    assert begun
    assert held
    assert free
    assert begun.id == held.id == free.id
    assert [(each.status, each.conclusion) for each in (begun, held, free)] == [
        ("in_progress", None),
        ("completed", "failure"),
        ("completed", "success"),
    ]
    assert free.digest == SetCheck(change.head, "success", FREE).digest
    again = put(SetCheck(change.head, None, Card("waiting", "Waiting for the score"))).check
    assert again
    assert again.id != free.id
    assert (again.status, again.spare) == ("in_progress", (free.id,))
    assert github.forge.check_of(github.target, change.head) == again
    github.forge.check_commit(github.target, SetCheck(change.head, "success", FREE))
    assert github.forge.check_of(github.target, change.head).conclusion == "success"  # type: ignore[union-attr]


def test_two_checks_of_ours_on_one_commit_are_made_to_say_the_same(github: Place, change: Change) -> None:
    def ours() -> list[tuple[str, str]]:
        runs = github.ask("GET", f"/repos/{github.repository}/commits/{change.head}/check-runs?filter=all")
        return [(run["conclusion"], run["external_id"]) for run in runs["check_runs"]]

    held, free = SetCheck(change.head, "failure", HELD), SetCheck(change.head, "success", FREE)
    for forge, action in ((github.forge, held), (github.another(), free)):  # as if a list had lacked the first
        forge.perform(github.target, replace(facts(github, change), check=None), action)
    assert sorted(ours()) == [("failure", held.digest), ("success", free.digest)]
    pull = facts(github, change)
    assert pull.check
    assert (pull.check.conclusion, pull.check.digest, len(pull.check.spare)) == ("success", None, 1)
    assert not free.holds(State(pull))
    github.forge.perform(github.target, pull, held)
    assert ours() == [("failure", held.digest)] * 2
    assert held.holds(State(facts(github, change)))


def test_there_is_one_comment_and_what_is_too_much_is_taken_away(github: Place, change: Change) -> None:
    def put(action: PutComment | RemoveComment) -> PullRequest:
        github.forge.perform(github.target, facts(github, change), action)
        return facts(github, change)

    first = put(PutComment(HELD)).comment
    second = put(PutComment(FREE)).comment
    assert first
    assert second
    assert first.id == second.id
    assert (first.digest, second.digest) == (HELD.digest(), FREE.digest())
    github.another().perform(github.target, replace(facts(github, change), comment=None), PutComment(HELD))
    (spare,) = facts(github, change).spare
    assert put(RemoveComment(spare)).spare == ()
    put(RemoveComment(spare))
    github.ask("DELETE", f"/repos/{github.repository}/issues/comments/{first.id}")
    github.forge.perform(github.target, replace(facts(github, change), comment=first), PutComment(FREE))
    anew = facts(github, change).comment
    assert anew
    assert anew.id != first.id


def test_a_comment_of_somebody_else_with_our_mark_is_not_ours(github: Place, change: Change) -> None:
    path = f"/repos/{github.repository}/issues/{change.number}/comments"
    github.ask("POST", path, {"body": "### Free to land\n<!-- codechill:card 0123456789ab -->"})
    assert facts(github, change).comment is None


def test_an_answer_is_found_by_what_it_answers_and_a_note_by_its_key(github: Place, change: Change) -> None:
    path = f"/repos/{github.repository}/issues/{change.number}/comments"
    asked = github.ask("POST", path, {"body": "/chill why"})["id"]
    pull = facts(github, change)
    note = Reply("crossed:1", "It is free to land now.")
    for action in (React(asked, "eyes"), React(asked, "eyes"), Reply("why", "Because.", comment=asked), note):
        github.forge.perform(github.target, pull, action)
    pull = facts(github, change)
    assert (pull.replied_to, pull.noted) == ({asked}, {note.digest})
    found = github.ask("GET", f"/repos/{github.repository}/issues/comments/{asked}/reactions")
    assert [each["content"] for each in found] == ["eyes"]


def test_what_github_refuses_is_refused(github: Place, change: Change) -> None:
    with pytest.raises(Refused, match="422"):
        github.forge.perform(github.target, facts(github, change), Reply("long", "x" * 70_000))


def test_a_file_is_read_at_a_commit_and_what_is_none_is_none(github: Place, change: Change) -> None:
    name = f"{change.branch}.txt"
    assert github.forge.file(github.target, name, change.head) == "one line\n"
    assert github.forge.file(github.target, name, github.main) is None
    assert github.forge.file(github.target, ".", change.head) is None


def test_who_may_write_is_told_by_number_and_not_by_name(github: Place) -> None:
    me = github.me
    assert "write" in github.forge.access(github.target, Person(me["id"], me["login"]), frozenset())
    assert github.forge.access(github.target, Person(me["id"] + 1, me["login"]), frozenset()) == frozenset()
    nobody = Person(1, f"nobody-{me['login'][:20]}-x")
    assert (
        github.forge.access(github.target, nobody, frozenset({f"@{github.repository.split('/')[0]}/no-such-team"}))
        == set()
    )


def test_what_is_not_there_is_gone(github: Place) -> None:
    with pytest.raises(Gone):
        github.forge.pull(github.target, 2_000_000_000)
    with pytest.raises(Gone):
        github.forge.repository(Target(github.target.installation_id, 1, f"{github.repository}-is-not-there"))


def test_a_name_is_not_believed_when_its_number_is_another(github: Place, change: Change) -> None:
    other = replace(github.target, repository_id=github.target.repository_id + 1)
    for ask in (lambda: github.forge.pull(other, change.number), lambda: github.forge.open_pulls(other)):
        with pytest.raises(Gone, match="another repository"):
            ask()


def test_git_takes_the_token_and_serves_the_pull_request(github: Place, change: Change, tmp_path: Path) -> None:
    protocol = github.forge.clone_url(github.target).partition(":")[0]
    mirror = Mirror(tmp_path, git=Git(120, protocol))
    refs = (f"refs/heads/{github.default}", f"refs/pull/{change.number}/head")
    url, token = github.forge.clone_url(github.target), lambda: github.forge.token(github.target)
    assert mirror.fetch(github.target.repository_id, url, refs, token=token)[refs[1]] == change.head
    patch = mirror.git(github.target.repository_id).run("diff-tree", "-r", "-p", github.main, change.head)
    assert b"+one line" in patch


def test_the_record_of_deliveries_is_read(github: Place) -> None:
    deliveries = GitHubDeliveries(app_id=github.app_id, private_key=github.key, api=github.api)
    found = list(deliveries.since(datetime.now(UTC) - timedelta(hours=1)))
    assert all(each.guid and each.event for each in found)
    with pytest.raises(Gone):
        deliveries.again(1)


def test_the_app_reads_itself(github: Place) -> None:
    with Wires(github.app_id, github.key, github.api) as wires:
        wire = wires.app()
        assert wire.answer("/app")[1]["id"] == github.app_id
        assert github.target.installation_id in {row["id"] for row in wire.pages("/app/installations")}
