"""What codechill relies on GitHub for: the same tests on the sandbox and, with credentials, on a real GitHub."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.doctor.wire import Wires
from bot.forge.github.deliveries import GitHubDeliveries
from bot.forge.port import Gone, Refused, Target
from bot.git.fetch import Git
from bot.git.mirror import Mirror
from bot.policy.actions import AskReview, Button, PutComment, React, RemoveComment, Reply, SetCheck, SetLabel
from bot.policy.pull import CHECK, Person, PullRequest
from bot.policy.state import State
from bot.policy.views import Card
from tests.contract.conftest import Anywhere, Change, Place

HELD = Card("held", "Held until further notice · riskier than 99 of 100 recent changes here", "In words.")
FREE = Card("free", "Riskier than 3 of 100 recent changes here · free to land")
BUTTONS = (Button("Score again", "Forget the score and look again", "refresh"),)


def facts(anywhere: Anywhere, change: Change) -> PullRequest:
    return anywhere.forge.pull(anywhere.target, change.number)


def test_a_pull_request_reads_as_its_author_left_it(anywhere: Anywhere, change: Change) -> None:
    pull, me = facts(anywhere, change), anywhere.me
    assert (pull.number, pull.title, pull.body) == (change.number, change.title, "Made by a test.")
    assert (pull.author.id, pull.author.login, pull.author.bot) == (me["id"], me["login"], False)
    assert (pull.head_sha, pull.head_ref, pull.base_ref) == (change.head, change.branch, anywhere.default)
    assert pull.base_sha == anywhere.main == anywhere.forge.tip(anywhere.target, anywhere.default)
    assert (pull.open, pull.draft, pull.auto_merge) == (True, False, False)
    assert (pull.repository.id, pull.repository.private) == (anywhere.target.repository_id, anywhere.private)
    assert abs(datetime.now(UTC) - pull.updated_at) < timedelta(minutes=10)


def test_it_is_listed_while_it_is_open_and_read_as_closed_afterwards(anywhere: Anywhere, change: Change) -> None:
    listed = {one.number: one for one in anywhere.forge.open_pulls(anywhere.target)}
    assert (listed[change.number].head_sha, listed[change.number].base_ref) == (change.head, anywhere.default)
    assert anywhere.forge.listed(anywhere.target, change.number) == listed[change.number]
    anywhere.close(change.number)
    assert not facts(anywhere, change).open
    assert change.number not in {one.number for one in anywhere.forge.open_pulls(anywhere.target)}
    anywhere.reopen(change.number)


def test_a_check_begins_ends_is_edited_in_place_and_can_begin_again(anywhere: Anywhere, change: Change) -> None:
    def put(action: SetCheck) -> PullRequest:
        number = anywhere.forge.perform(anywhere.target, facts(anywhere, change), action)
        pull = facts(anywhere, change)
        assert number is not None
        assert pull.check
        assert pull.check.id == number
        assert pull.check.spare or pull.check == action.run(number)
        return pull

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
    assert anywhere.forge.checks_of(anywhere.target, change.head) == {CHECK: again}
    anywhere.forge.check_commit(anywhere.target, SetCheck(change.head, "success", FREE))
    assert anywhere.forge.checks_of(anywhere.target, change.head)[CHECK].conclusion == "success"


def test_two_checks_of_ours_on_one_commit_are_made_to_say_the_same(anywhere: Anywhere, change: Change) -> None:
    held, free = SetCheck(change.head, "failure", HELD), SetCheck(change.head, "success", FREE)
    for forge, action in ((anywhere.forge, held), (anywhere.another(), free)):  # as if a list had lacked the first
        forge.perform(anywhere.target, replace(facts(anywhere, change), check=None), action)
    assert sorted(anywhere.runs(change.head)) == [("failure", held.digest), ("success", free.digest)]
    pull = facts(anywhere, change)
    assert pull.check
    assert (pull.check.conclusion, pull.check.digest, len(pull.check.spare)) == ("success", None, 1)
    assert not free.holds(State(pull))
    anywhere.forge.perform(anywhere.target, pull, held)
    assert anywhere.runs(change.head) == [("failure", held.digest)] * 2
    assert held.holds(State(facts(anywhere, change)))


def test_a_check_of_another_name_stands_beside_ours(anywhere: Anywhere, change: Change) -> None:
    held, other = SetCheck(change.head, "failure", HELD), SetCheck(change.head, "neutral", FREE, name="another")
    for action in (held, other, other):
        anywhere.forge.perform(anywhere.target, facts(anywhere, change), action)
    pull = facts(anywhere, change)
    assert pull.check
    assert pull.check.conclusion == "failure"
    assert [(run.name, run.conclusion, run.spare) for run in pull.other_checks] == [("another", "neutral", ())]
    assert held.holds(State(pull))
    assert other.holds(State(pull))
    assert not replace(other, conclusion="success").holds(State(pull))


def test_there_is_one_comment_and_what_is_too_much_is_taken_away(anywhere: Anywhere, change: Change) -> None:
    def put(action: PutComment | RemoveComment) -> PullRequest:
        number, pull = anywhere.forge.perform(anywhere.target, facts(anywhere, change), action), facts(anywhere, change)
        assert number == (pull.comment.id if pull.comment and isinstance(action, PutComment) else None)
        return pull

    first = put(PutComment(HELD)).comment
    second = put(PutComment(FREE)).comment
    assert first
    assert second
    assert first.id == second.id
    assert (first.digest, second.digest) == (HELD.digest(), FREE.digest())
    anywhere.another().perform(anywhere.target, replace(facts(anywhere, change), comment=None), PutComment(HELD))
    (spare,) = facts(anywhere, change).spare
    assert put(RemoveComment(spare)).spare == ()
    put(RemoveComment(spare))
    anywhere.delete(first.id)
    anywhere.forge.perform(anywhere.target, replace(facts(anywhere, change), comment=first), PutComment(FREE))
    anew = facts(anywhere, change).comment
    assert anew
    assert anew.id != first.id


def test_a_comment_of_somebody_else_with_our_mark_is_not_ours(anywhere: Anywhere, change: Change) -> None:
    anywhere.say(change.number, "### Free to land\n<!-- codechill:card 0123456789ab -->")
    assert facts(anywhere, change).comment is None


def test_what_a_person_says_that_is_no_command_is_a_remark_and_a_command_to_stop_until_it_is_answered(
    anywhere: Anywhere, change: Change
) -> None:
    said, _, held = (anywhere.say(change.number, body) for body in ("Is it safe?", "/chill why", "/chill hold"))
    assert [each.key for each in facts(anywhere, change).remarks] == [f"comment {said}", f"comment {held}"]
    anywhere.forge.perform(anywhere.target, facts(anywhere, change), Reply("hold", "Held.", comment=held))
    (left,) = facts(anywhere, change).remarks
    assert (left.key, left.author.bot) == (f"comment {said}", False)


def test_an_answer_is_found_by_what_it_answers_and_a_note_by_its_key(anywhere: Anywhere, change: Change) -> None:
    asked = anywhere.say(change.number, "/chill why")
    pull = facts(anywhere, change)
    note = Reply("crossed:1", "It is free to land now.")
    for action in (React(asked, "eyes"), React(asked, "eyes"), Reply("why", "Because.", comment=asked), note):
        anywhere.forge.perform(anywhere.target, pull, action)
    pull = facts(anywhere, change)
    assert (pull.replied_to, pull.noted) == ({asked}, {note.digest})
    assert anywhere.reacted(asked) == ["eyes"]


def test_nothing_is_put_under_a_comment_that_is_not_there_any_more(anywhere: Anywhere, change: Change) -> None:
    said = anywhere.say(change.number, "/chill why")
    anywhere.delete(said)
    with pytest.raises(Gone):
        anywhere.forge.perform(anywhere.target, facts(anywhere, change), React(said, "eyes"))


def test_what_github_refuses_is_refused(anywhere: Anywhere, change: Change) -> None:
    with pytest.raises(Refused, match="422"):
        anywhere.forge.perform(anywhere.target, facts(anywhere, change), Reply("long", "x" * 70_000))


def test_a_file_is_read_at_a_commit_and_what_is_none_is_none(anywhere: Anywhere, change: Change) -> None:
    name = f"{change.branch}.txt"
    assert anywhere.forge.file(anywhere.target, name, change.head) == "one line\n"
    assert anywhere.forge.file(anywhere.target, name, anywhere.main) is None
    assert anywhere.forge.file(anywhere.target, ".", change.head) is None


def test_who_may_write_is_told_by_number_and_not_by_name(anywhere: Anywhere) -> None:
    me = anywhere.me
    assert "write" in anywhere.forge.access(anywhere.target, Person(me["id"], me["login"]), frozenset())
    assert anywhere.forge.access(anywhere.target, Person(me["id"] + 1, me["login"]), frozenset()) == frozenset()
    assert anywhere.forge.may_read(anywhere.target, Person(me["id"], me["login"]))
    assert not anywhere.forge.may_read(anywhere.target, Person(me["id"] + 1, me["login"]))
    another = replace(anywhere.target, repository_id=anywhere.target.repository_id + 1)
    with pytest.raises(Gone):
        anywhere.forge.may_read(another, Person(me["id"], me["login"]))
    nobody = Person(1, f"nobody-{me['login'][:20]}-x")
    assert (
        anywhere.forge.access(
            anywhere.target, nobody, frozenset({f"@{anywhere.repository.split('/')[0]}/no-such-team"})
        )
        == set()
    )


def test_an_approval_is_of_one_commit_made_once_and_can_be_dismissed(anywhere: Anywhere, change: Change) -> None:
    lander = anywhere.forge.lander
    review = lander.approve(anywhere.target, change.number, change.head, "Low risk.")
    assert lander.approve(anywhere.target, change.number, change.head, "Low risk.") == review
    assert anywhere.reviews(change.number) == [("approved", change.head)]
    lander.dismiss(anywhere.target, change.number, review, "It was withdrawn.")
    assert anywhere.reviews(change.number) == [("dismissed", change.head)]


def test_a_pull_request_that_is_open_tells_since_when_and_nothing_of_its_end(
    anywhere: Anywhere, change: Change
) -> None:
    life = facts(anywhere, change).life
    assert life is not None
    assert (life.closed_at, life.landed_at, life.landed_as) == (None, None, "")
    ended = anywhere.forge.ended(anywhere.target, change.number)
    assert (ended.merged, ended.sha, ended.author.id) == (False, "", anywhere.me["id"])
    assert anywhere.forge.landed_with(anywhere.target, change.head) == ()


def test_what_lands_is_the_commit_that_was_meant_and_lands_once(anywhere: Anywhere, change: Change) -> None:
    with pytest.raises(Refused):
        anywhere.forge.lander.merge(anywhere.target, change.number, "0" * 40, "merge")
    assert not anywhere.merged(change.number)
    for _ in range(2):
        anywhere.forge.lander.merge(anywhere.target, change.number, change.head, "merge")
    assert anywhere.merged(change.number)
    assert not facts(anywhere, change).open
    assert anywhere.forge.file(anywhere.target, f"{change.branch}.txt", anywhere.main) == "one line\n"
    life = facts(anywhere, change).life
    assert life is not None
    ended = anywhere.forge.ended(anywhere.target, change.number)
    assert (ended.merged, ended.sha, ended.head_sha) == (True, life.landed_as, change.head)
    assert ended.base_ref == anywhere.default
    assert anywhere.forge.landed_with(anywhere.target, change.head) == (change.number,)
    assert life.landed_at is not None
    assert life.opened_at <= life.landed_at
    assert life.closed_at == life.landed_at
    assert anywhere.forge.file(anywhere.target, f"{change.branch}.txt", life.landed_as) == "one line\n"


def test_labels_come_and_go_and_one_that_is_not_there_is_not_missed(anywhere: Anywhere, change: Change) -> None:
    lander = anywhere.forge.lander
    lander.label(anywhere.target, change.number, frozenset({"chill", "low risk"}))
    lander.label(anywhere.target, change.number, frozenset({"chill"}), remove=frozenset({"low risk", "never there"}))
    assert anywhere.labels(change.number) == {"chill"}
    assert facts(anywhere, change).labels == {"chill"}


def test_the_app_that_judges_puts_a_label_on_and_takes_it_off_as_often_as_it_likes(
    anywhere: Anywhere, change: Change
) -> None:
    for on in (True, True, False, False):
        action = SetLabel("codechill:low-risk", on)
        anywhere.forge.perform(anywhere.target, facts(anywhere, change), action)
        assert action.holds(State(facts(anywhere, change)))


def test_a_review_is_never_asked_of_its_author(anywhere: Anywhere, change: Change) -> None:
    with pytest.raises(Refused):
        anywhere.forge.perform(anywhere.target, facts(anywhere, change), AskReview(anywhere.me["login"]))
    assert facts(anywhere, change).asked == ()


def test_an_issue_is_opened_once_for_each_key_and_closed(anywhere: Anywhere) -> None:
    lander, key = anywhere.forge.lander, uuid.uuid4().hex
    number = lander.open_issue(anywhere.target, key, "Look at this", "It was tried.", frozenset({"chill"}))
    assert lander.open_issue(anywhere.target, key, "Look at this", "Again.", frozenset()) == number
    assert anywhere.issue(number) == ("Look at this", "open")
    lander.close_issue(anywhere.target, number)
    assert anywhere.issue(number) == ("Look at this", "closed")


def test_what_is_not_there_is_gone(anywhere: Anywhere) -> None:
    with pytest.raises(Gone):
        anywhere.forge.pull(anywhere.target, 2_000_000_000)
    with pytest.raises(Gone):
        anywhere.forge.ended(anywhere.target, 2_000_000_000)
    assert anywhere.forge.landed_with(anywhere.target, "0" * 40) == ()
    with pytest.raises(Gone):
        anywhere.forge.repository(Target(anywhere.target.installation_id, 1, f"{anywhere.repository}-is-not-there"))


def test_a_queue_into_a_branch_that_is_gone_is_gone(anywhere: Anywhere, change: Change) -> None:
    ref = f"refs/heads/gh-readonly-queue/no-such-branch/pr-{change.number}-{change.head}"
    with pytest.raises(Gone):
        anywhere.forge.group_members(anywhere.target, change.head, ref, "refs/heads/no-such-branch")


def test_a_name_is_not_believed_when_its_number_is_another(anywhere: Anywhere, change: Change) -> None:
    other = replace(anywhere.target, repository_id=anywhere.target.repository_id + 1)
    for ask in (lambda: anywhere.forge.pull(other, change.number), lambda: anywhere.forge.open_pulls(other)):
        with pytest.raises(Gone, match="another repository"):
            ask()


def test_git_takes_the_token_and_serves_the_pull_request(github: Place, tmp_path: Path) -> None:
    change = github.open()
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


def test_where_a_change_comes_from_is_told_by_numbers(anywhere: Anywhere, change: Change) -> None:
    authors = anywhere.forge.commit_authors(anywhere.target, change.number, frozenset())
    assert authors is not None
    origin = authors.origin
    assert origin.head_repository == anywhere.target.repository_id
    assert origin.association in {"OWNER", "MEMBER", "COLLABORATOR"}
    assert [(commit.sha, commit.parents) for commit in origin.commits] == [(change.head, 1)]
    assert origin.app is not None
    assert origin.app != anywhere.me["id"]
