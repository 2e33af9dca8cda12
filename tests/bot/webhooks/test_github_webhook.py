"""GitHub's JSON becomes our words, and nothing that GitHub may send is beyond us."""

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webhook_examples import example, examples

from bot.forge.envelope import Envelope, Pushed, Reachable, Ungrouped, Unreachable, from_json, to_json
from bot.forge.github.shapes import Unreadable
from bot.forge.github.webhook import EVENTS, read
from bot.policy.events import Changed, Commented, Labelled, Pressed, Queued, Tick
from bot.policy.pull import Comment, Person

HEAD = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"


def only(event: str, payload: dict[str, Any]) -> Envelope:
    (one,) = read(event, payload)
    return one


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_official_example_is_read(event: str) -> None:
    found = [read(name, payload) for name, payload in examples() if name == event]
    assert found
    assert all(from_json(to_json(one)) == one for envelopes in found for one in envelopes)


def test_the_app_asks_for_the_events_that_are_read_and_no_others() -> None:
    asked = yaml.safe_load((Path(__file__).parents[3] / "app.yml").read_text())["default_events"]
    assert set(asked) == EVENTS - {"installation", "installation_repositories", "ping"}


CODERTOCAT = Person(21031067, "Codertocat")


def test_an_opened_pull_request() -> None:
    payload = example("pull_request", "opened") | {"installation": {"id": 70}}
    changed = Changed("opened", datetime(2019, 5, 15, 15, 20, 33, tzinfo=UTC), HEAD, CODERTOCAT)
    assert only("pull_request", payload) == Envelope(70, 186853002, "Codertocat/Hello-World", 2, changed)


@pytest.mark.parametrize(
    "action", ["assigned", "locked", "review_requested", "milestoned", "invented_tomorrow", "", None]
)
def test_an_action_that_means_nothing_to_us_is_nothing(action: str | None) -> None:
    assert read("pull_request", example("pull_request", "opened") | {"action": action}) == ()


def test_a_label_put_on_says_who_put_it_on_and_when() -> None:
    found = only("pull_request", example("pull_request", "labeled"))
    assert isinstance(found.event, Labelled)
    assert (found.number, found.event.label, found.event.by.login) == (2, "bug", "Codertocat")
    bare = example("pull_request", "labeled")
    del bare["label"]
    by_bot = example("pull_request", "labeled")
    by_bot["sender"]["type"] = "Bot"  # it asks for nothing: one look serves all that it puts on
    taken_off = example("pull_request", "unlabeled")
    for payload, what in ((bare, "labeled"), (by_bot, "labeled"), (taken_off, "unlabeled")):
        event = only("pull_request", payload).event
        assert isinstance(event, Changed)
        assert event.what == what


@pytest.mark.parametrize("event", ["star", "workflow_run", "", "Pull_Request"])
def test_an_event_we_do_not_know_is_nothing(event: str) -> None:
    assert read(event, {}) == ()


@pytest.mark.parametrize("action", ["submitted", "dismissed"])
def test_a_review_is_a_reason_to_look(action: str) -> None:
    found = only("pull_request_review", example("pull_request_review", action))
    assert isinstance(found.event, Changed)
    assert (found.number, found.event.what) == (2, "review")


def comment(**changes: Any) -> dict[str, Any]:
    payload = example("issue_comment", "created")
    payload["issue"]["pull_request"] = {"url": "https://api.github.com/repos/Codertocat/Hello-World/pulls/1"}
    payload["comment"] |= changes
    return payload


def test_a_comment_on_a_pull_request() -> None:
    found = only("issue_comment", comment(body="/chill why"))
    said = Comment(
        492700400, Person(21031067, "Codertocat"), "/chill why", datetime(2019, 5, 15, 15, 20, 21, tzinfo=UTC)
    )
    assert (found.number, found.event) == (1, Commented(said))


def test_a_comment_on_an_issue_is_nothing() -> None:
    payload = comment()
    del payload["issue"]["pull_request"]
    assert read("issue_comment", payload) == ()


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_an_edited_or_deleted_comment_is_nothing(action: str) -> None:
    assert read("issue_comment", comment() | {"action": action}) == ()


def test_a_comment_by_a_bot_is_nothing_whichever_field_says_so() -> None:
    bot = {"id": 9, "login": "robot[bot]", "type": "Bot"}
    assert read("issue_comment", comment(user=bot)) == ()
    assert read("issue_comment", comment() | {"sender": bot}) == ()


def test_a_comment_of_somebody_who_left_is_nothing() -> None:
    assert read("issue_comment", comment(user=None)) == ()


def test_a_person_whose_name_looks_like_a_bot_is_a_person() -> None:
    found = only("issue_comment", comment(user={"id": 9, "login": "dependabot-bot", "type": "User"}))
    assert isinstance(found.event, Commented)


def test_a_pressed_button() -> None:
    found = only("check_run", example("check_run", "requested_action"))
    pressed = Pressed("lgtm|26764", Person(2036040, "codebytere"), "5bd5f196a46b8222fb7484f05faba41a73cf34bd")
    assert (found.number, found.event) == (26764, pressed)


def test_a_check_that_is_asked_for_again_names_the_pull_requests_of_this_repository_only() -> None:
    payload = example("check_run", "rerequested")
    here, there = payload["repository"]["id"], 5
    payload["check_run"]["pull_requests"] = [
        {"number": number, "base": {"repo": {"id": repo}}} for number, repo in ((3, here), (1, here), (2, there))
    ]
    assert [one.number for one in read("check_run", payload)] == [1, 3]


@pytest.mark.parametrize("empty", [[], None])
def test_a_check_on_a_fork_names_its_head_so_that_we_can_find_it(empty: list[object] | None) -> None:
    for event in ("check_run", "check_suite"):
        payload = example(event, "rerequested")
        payload[event] |= {"pull_requests": empty, "head_sha": HEAD}
        found = only(event, payload)
        assert (found.number, found.event) == (None, Changed("rerequested", None, HEAD))


def test_a_merge_queue_asks() -> None:
    found = only("merge_group", example("merge_group", "checks_requested"))
    assert found.number is None
    assert isinstance(found.event, Queued)
    assert found.event.head_ref.startswith("refs/heads/gh-readonly-queue/main/pr-104-")
    assert (found.event.base_ref, found.event.head_sha) == (
        "refs/heads/main",
        "2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d",
    )
    over = only("merge_group", example("merge_group") | {"action": "destroyed"})
    assert over.event == Ungrouped(found.event.head_sha)
    assert read("merge_group", example("merge_group") | {"action": "else"}) == ()


def push(**changes: Any) -> dict[str, Any]:
    payload = example("push")
    return payload | {"ref": "refs/heads/main", "after": HEAD, "deleted": False, "commits": []} | changes


def test_a_push_names_the_files_of_its_commits() -> None:
    commits = [{"added": ["b"], "modified": ["a"], "removed": []}, {"modified": ["a"], "removed": ["c"]}]
    assert only("push", push(commits=commits)).event == Pushed(
        "refs/heads/main", HEAD, ("a", "b", "c"), True, CODERTOCAT
    )


def test_a_long_or_forced_push_says_that_its_files_are_not_all() -> None:
    commits = [{"modified": [f"f{number}"]} for number in range(20)]
    for payload in (push(commits=commits), push(commits=commits[:1], forced=True), push()):
        event = only("push", payload).event
        assert isinstance(event, Pushed)
        assert not event.complete


@pytest.mark.parametrize(
    "changes", [{"ref": "refs/tags/v1"}, {"deleted": True}, {"ref": "refs/heads/gh-readonly-queue/main/x"}]
)
def test_a_push_to_a_tag_or_queue_and_a_deletion_are_nothing(changes: dict[str, Any]) -> None:
    assert read("push", push(**changes)) == ()


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("renamed", Reachable("renamed")),
        ("transferred", Reachable("transferred")),
        ("unarchived", Reachable("unarchived")),
        ("deleted", Unreachable("deleted")),
        ("archived", Unreachable("archived")),
    ],
)
def test_news_of_a_repository(action: str, event: Reachable | Unreachable) -> None:
    found = only("repository", example("repository") | {"action": action})
    assert (found.number, found.event) == (None, event)


def test_an_installation_names_its_repositories_or_stands_for_all() -> None:
    payload = example("installation", "created")
    payload |= {"repositories": [{"id": 1, "full_name": "o/a"}, {"id": 2, "full_name": "o/b"}]}
    assert [(one.repository_id, one.event) for one in read("installation", payload)] == [
        (1, Reachable("created")),
        (2, Reachable("created")),
    ]
    suspended = only("installation", example("installation", "suspend"))
    assert (suspended.repository_id, suspended.event) == (0, Unreachable("suspend"))


def test_repositories_added_to_and_removed_from_an_installation() -> None:
    payload = example("installation_repositories")
    payload |= {"repositories_added": [{"id": 1, "full_name": "o/a"}]}
    payload |= {"repositories_removed": [{"id": 2, "full_name": "o/b"}]}
    assert [(one.repository_id, one.event) for one in read("installation_repositories", payload)] == [
        (1, Reachable("added")),
        (2, Unreachable("removed")),
    ]


def test_what_is_missing_is_named() -> None:
    payload = example("pull_request", "opened")
    del payload["pull_request"]["head"]["sha"]
    with pytest.raises(Unreadable, match=r"pull_request\.head\.sha: Field required"):
        read("pull_request", payload)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("repository", "id"), 2**63),
        (("repository", "id"), -1),
        (("repository", "full_name"), "o/" + "r" * 300),
        (("repository", "full_name"), "../app"),
        (("repository", "full_name"), "o/.."),
        (("repository", "full_name"), "o/r/../../app"),
        (("repository", "full_name"), "o/r?x=1"),
        (("repository", "full_name"), "--upload-pack=x"),
        (("pull_request", "number"), 2**31),
        (("pull_request", "updated_at"), "9999-12-31T23:59:59-14:00"),
        (("pull_request", "updated_at"), "2026-01-01T00:00:00"),
        (("pull_request", "head"), {"sha": "--upload-pack=touch x"}),
        (("pull_request", "head"), {"sha": HEAD + "\n"}),
    ],
)
def test_what_would_not_fit_the_store_or_git_is_refused(place: tuple[str, str], value: object) -> None:
    payload = example("pull_request", "opened")
    payload[place[0]][place[1]] = value
    with pytest.raises(Unreadable):
        read("pull_request", payload)


def test_the_complaint_repeats_nothing_of_the_payload() -> None:
    payload = example("pull_request", "opened")
    payload["pull_request"]["number"] = "ghs_secret"
    with pytest.raises(Unreadable) as caught:
        read("pull_request", payload)
    assert "ghs_secret" not in str(caught.value)


def test_every_kind_of_event_survives_the_way_through_a_job() -> None:
    person = Person(1, "ada")
    now = datetime(2026, 11, 21, tzinfo=UTC)
    for event in (
        Changed("opened", now, HEAD),
        Commented(Comment(1, person, "text \u202e", now)),
        Pressed("approve", person, HEAD),
        Tick("edge"),
        Queued(HEAD, "a", "b"),
        Changed("synchronize", now, HEAD, CODERTOCAT),
        Pushed("refs/heads/main", HEAD, ("a",)),
        Pushed("refs/heads/main", HEAD, ("a",), True, CODERTOCAT),
        Reachable("created"),
        Unreachable("suspend"),
    ):
        one = Envelope(70, 7, "o/r", 1, event)
        assert from_json(to_json(one)) == one


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside, three levels deep: those are the ones we read."""
    if len(here) > 3 or not isinstance(value, dict):
        return [here]
    return [here] + [place for key, one in value.items() for place in places(one, (*here, key))]


EXAMPLES = tuple(examples())
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A real payload with up to three places made into junk."""
    event, payload = draw(st.sampled_from(EXAMPLES))
    payload = deepcopy(payload)
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from([place for place in places(payload) if place]))
        inside = payload
        for key in way[:-1]:
            inside = inside[key] if isinstance(inside, dict) and key in inside else {}
        if isinstance(inside, dict):
            inside[way[-1]] = draw(JUNK)
    return event, payload


@CALM
@given(spoilt())
def test_a_spoilt_payload_is_read_or_refused_and_nothing_else(made: tuple[str, dict[str, Any]]) -> None:
    event, payload = made
    try:
        found = read(event, payload)
    except Unreadable:
        return
    assert all(from_json(to_json(one)) == one for one in found)


@CALM
@given(st.sampled_from(sorted(EVENTS)), st.dictionaries(st.text(max_size=12), JUNK, max_size=6))
def test_junk_is_read_or_refused_and_nothing_else(event: str, payload: dict[str, Any]) -> None:
    try:
        read(event, payload)
    except Unreadable:
        return
