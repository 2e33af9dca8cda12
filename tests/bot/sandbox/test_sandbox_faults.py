"""Every switch breaks what it says, for as often as it says, and nothing else."""

import json
import urllib.error
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected

import pytest
import requests
from github import Github, GithubException
from sandbox_kit import REPO, Receiver, ask

from bot.sandbox import Sandbox


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_errors_come_as_often_as_armed(box: Sandbox, status: int) -> None:
    box.faults.answer(status, times=2, path=f"/repos/{REPO}$")
    got = [ask(box, f"/repos/{REPO}", box.token("ada"))[0] for _ in range(3)]
    assert got == [status, status, 200]


def test_a_write_may_happen_although_it_is_answered_with_an_error(box: Sandbox, pull: int) -> None:
    box.faults.answer(502, method="POST", path="/comments$", after=True)
    path, token = f"/repos/{REPO}/issues/{pull}/comments", box.token("ada")
    assert ask(box, path, token, "POST", {"body": "once"})[0] == 502
    assert [each.body for each in box.comments(REPO, pull)] == ["once"]
    box.faults.answer(502, method="POST", path="/comments$")
    assert ask(box, path, token, "POST", {"body": "never"})[0] == 502
    assert [each.body for each in box.comments(REPO, pull)] == ["once"]


def test_an_answer_may_come_too_late_although_the_write_happened(box: Sandbox, pull: int) -> None:
    box.faults.slow(1.0, method="POST", path="/comments$")
    url = f"{box.api}/repos/{REPO}/issues/{pull}/comments"
    head = {"Authorization": f"token {box.token('ada')}"}
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(url, json={"body": "late"}, headers=head, timeout=0.3)
    assert [each.body for each in box.comments(REPO, pull)] == ["late"]


def test_a_connection_may_be_dropped_before_or_after_the_write(box: Sandbox, pull: int) -> None:
    path, token = f"/repos/{REPO}/issues/{pull}/comments", box.token("ada")
    for after in (False, True):
        box.faults.drop(method="POST", path="/comments$", after=after)
        with pytest.raises((RemoteDisconnected, urllib.error.URLError, ConnectionResetError)):
            ask(box, path, token, "POST", {"body": f"after {after}"})
    assert [each.body for each in box.comments(REPO, pull)] == ["after True"]
    assert ask(box, path, token)[0] == 200


def test_the_primary_limit_says_when_it_ends(box: Sandbox, bot: Github) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=20)
    box.faults.primary_limit(ends)
    status, _, headers = ask(box, f"/repos/{REPO}", box.token("ada"))
    assert (status, headers["X-RateLimit-Remaining"]) == (403, "0")
    assert int(headers["X-RateLimit-Reset"]) == int(ends.timestamp())
    box.faults.primary_limit(ends, path=f"/repos/{REPO}$")
    with pytest.raises(GithubException) as limited:
        bot.get_repo(REPO)
    assert type(limited.value).__name__ == "RateLimitExceededException"


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("wait", [None, 7])
def test_the_secondary_limit_comes_with_and_without_a_wait(box: Sandbox, status: int, wait: int | None) -> None:
    box.faults.secondary_limit(wait, status)
    got, body, headers = ask(box, f"/repos/{REPO}", box.token("ada"))
    assert (got, headers.get("Retry-After")) == (status, None if wait is None else "7")
    assert "secondary rate limit" in body["message"]


def test_a_stale_read_shows_what_was_there_before(box: Sandbox, pull: int) -> None:
    box.edit(REPO, pull, "ada", title="Newer")
    box.faults.stale_reads(1)
    path, token = f"/repos/{REPO}/pulls/{pull}", box.token("ada")
    assert [ask(box, path, token)[1]["title"] for _ in range(2)] == ["A change", "Newer"]


def test_a_stale_list_lacks_its_newest_entry(box: Sandbox, pull: int) -> None:
    for body in ("old", "new"):
        box.comment(REPO, pull, "ada", body)
    box.faults.stale_reads(1, path="/comments$")
    path, token = f"/repos/{REPO}/issues/{pull}/comments", box.token("ada")
    assert [[each["body"] for each in ask(box, path, token)[1]] for _ in range(2)] == [["old"], ["old", "new"]]


def test_faults_can_be_cleared(box: Sandbox) -> None:
    box.faults.answer(500, times=9)
    box.faults.stale_reads(9)
    box.faults.lose(times=9)
    box.faults.clear()
    assert ask(box, f"/repos/{REPO}", box.token("ada"))[0] == 200
    assert not box.faults.stale_now(f"/repos/{REPO}/pulls/1")


@pytest.fixture
def told(box: Sandbox, pull: int, receiver: Receiver) -> Receiver:
    box.webhook_url = receiver.url
    return receiver


def bodies(told: Receiver) -> list[str]:
    return [json.loads(body)["comment"]["body"] for _, body in told.got]


def test_lost_deliveries_are_listed_as_failed_and_can_be_sent_again(box: Sandbox, pull: int, told: Receiver) -> None:
    box.faults.lose()
    box.comment(REPO, pull, "ada", "lost")
    box.comment(REPO, pull, "ada", "found")
    assert box.settle()
    assert bodies(told) == ["found"]
    lost = next(each for each in box.deliveries if each.status_code == 0)
    box.redeliver(lost.id)
    assert box.settle()
    assert bodies(told) == ["found", "lost"]


def test_doubled_deliveries_share_a_guid(box: Sandbox, pull: int, told: Receiver) -> None:
    box.faults.double(events=["issue_comment"])
    box.comment(REPO, pull, "ada", "twice")
    assert box.settle()
    assert bodies(told) == ["twice", "twice"]
    assert len({head["X-GitHub-Delivery"] for head, _ in told.got}) == 1


def test_reordered_deliveries_arrive_last_first(box: Sandbox, pull: int, told: Receiver) -> None:
    box.faults.reorder(3)
    for body in "abcd":
        box.comment(REPO, pull, "ada", body)
    assert box.settle()
    assert bodies(told) == ["c", "b", "a", "d"]


def test_late_deliveries_arrive_after_later_ones(box: Sandbox, pull: int, told: Receiver) -> None:
    box.faults.delay(0.3)
    box.comment(REPO, pull, "ada", "late")
    box.comment(REPO, pull, "ada", "soon")
    assert box.settle()
    assert bodies(told) == ["soon", "late"]


def test_a_payload_over_25_mb_is_never_delivered(box: Sandbox, pull: int, told: Receiver) -> None:
    box.edit(REPO, pull, "ada", body="x" * (26 * 1024 * 1024))
    box.comment(REPO, pull, "ada", "small")
    assert box.settle()
    assert told.events == []
