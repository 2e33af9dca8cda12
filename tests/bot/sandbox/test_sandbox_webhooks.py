"""What the App is told: signed, in order, checked against GitHub's schemas, kept for redelivery."""

import hashlib
import hmac
import json

import pytest
from sandbox_kit import REPO, History, Receiver, app_jwt, ask, installation_token

from bot.sandbox import Sandbox
from bot.sandbox.hooks import BrokenPayload


@pytest.fixture
def told(box: Sandbox, receiver: Receiver) -> Receiver:
    box.webhook_url = receiver.url
    return receiver


def test_a_webhook_carries_its_name_its_guid_and_its_signature(box: Sandbox, told: Receiver, pull: int) -> None:
    assert box.settle()
    headers, body = told.got[-1]
    assert headers["X-GitHub-Event"] == "pull_request"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert headers["X-GitHub-Delivery"] == box.deliveries[-1].guid
    wanted = hmac.new(box.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={wanted}"
    payload = json.loads(body)
    assert payload["installation"]["id"] == box.installation_id
    assert (payload["sender"]["login"], payload["number"], payload["action"]) == ("ada", pull, "opened")


def test_everything_that_happens_to_a_pull_request_is_told(
    box: Sandbox, told: Receiver, pull: int, history: History
) -> None:
    box.settle()
    told.got.clear()
    branch = box.pull(REPO, pull).head_ref
    comment = box.comment(REPO, pull, "ravi", "hello")
    box.edit_comment(REPO, comment.id, "maya", "changed")
    box.delete_comment(REPO, comment.id, "maya")
    box.review(REPO, pull, "ravi", "REQUEST_CHANGES", "no")
    box.label(REPO, pull, "maya", "risky")
    box.label(REPO, pull, "maya")
    box.draft(REPO, pull, "ada")
    box.draft(REPO, pull, "ada", draft=False)
    box.edit(REPO, pull, "ada", title="Another", body="text")
    box.push(REPO, branch, history.shas["clash"])
    box.close(REPO, pull, "ada")
    box.reopen(REPO, pull, "ada")
    assert box.settle()
    assert told.events == [
        "issue_comment.created",
        "issue_comment.edited",
        "issue_comment.deleted",
        "pull_request_review.submitted",
        "pull_request.labeled",
        "pull_request.unlabeled",
        "pull_request.converted_to_draft",
        "pull_request.ready_for_review",
        "pull_request.edited",
        "push",
        "check_suite.requested",
        "pull_request.synchronize",
        "pull_request.closed",
        "pull_request.reopened",
    ]


def test_a_new_base_is_told_with_the_old_one(box: Sandbox, told: Receiver, pull: int, history: History) -> None:
    box.push(REPO, "stable", history.shas["two"])
    box.edit(REPO, pull, "ada", base="stable")
    box.settle()
    assert told.last("pull_request")["changes"]["base"]["ref"] == {"from": "main"}


def test_buttons_and_re_runs_of_checks_are_told(box: Sandbox, told: Receiver, pull: int, history: History) -> None:
    token, sha = installation_token(box), history.shas["change"]
    action = {"label": "Approve", "identifier": "approve", "description": "Let it pass"}
    body = {"name": "codechill", "head_sha": sha, "conclusion": "failure", "actions": [action]}
    assert ask(box, f"/repos/{REPO}/check-runs", token, "POST", body)[0] == 201
    run = box.check_run(REPO, sha)
    assert run is not None
    box.click(REPO, run.id, "approve", "maya")
    box.rerun(REPO, run.id, "ada")
    box.settle()
    assert told.events[-4:] == [
        "check_run.created",
        "check_run.completed",
        "check_run.requested_action",
        "check_run.rerequested",
    ]
    clicked = json.loads(told.got[-2][1])
    assert (clicked["requested_action"], clicked["sender"]["login"]) == ({"identifier": "approve"}, "maya")
    assert [each["number"] for each in clicked["check_run"]["pull_requests"]] == [pull]


def test_check_runs_on_a_fork_name_no_pull_request(box: Sandbox, told: Receiver, history: History) -> None:
    sha = history.shas["change"]
    box.open_pull(REPO, title="From afar", head_sha=sha, fork=True)
    ask(box, f"/repos/{REPO}/check-runs", installation_token(box), "POST", {"name": "codechill", "head_sha": sha})
    box.settle()
    told_run = told.last("check_run")["check_run"]
    assert (told_run["pull_requests"], told_run["check_suite"]["head_branch"]) == ([], None)


def test_repositories_that_move_are_told(box: Sandbox, told: Receiver) -> None:
    box.rename(REPO, "spaceship")
    box.archive("acme/spaceship")
    box.archive("acme/spaceship", archived=False)
    box.transfer("acme/spaceship", "ravi")
    box.add_repository("acme/other")
    box.delete("acme/other")
    box.settle()
    assert told.events == [
        "repository.renamed",
        "repository.archived",
        "repository.unarchived",
        "installation_repositories.removed",
        "installation_repositories.added",
        "repository.deleted",
    ]


def test_installations_that_change_are_told(box: Sandbox, told: Receiver) -> None:
    box.suspend()
    box.unsuspend()
    box.uninstall()
    box.settle()
    assert told.events == ["installation.suspend", "installation.unsuspend", "installation.deleted"]


def test_pushes_list_their_commits(box: Sandbox, told: Receiver, history: History) -> None:
    box.push(REPO, "topic", history.shas["one"])
    box.push(REPO, "topic", history.shas["three"])
    box.push(REPO, "topic", history.shas["change"])
    box.delete_branch(REPO, "topic")
    box.settle()
    pushes = [json.loads(body) for head, body in told.got if head["X-GitHub-Event"] == "push"]
    said = [(each["created"], each["deleted"], each["forced"]) for each in pushes]
    assert said == [(True, False, False), (False, False, False), (False, False, True), (False, True, False)]
    assert [each["message"] for each in pushes[1]["commits"]] == ["two", "three"]
    assert pushes[1]["commits"][0]["added"] == [".github/codechill.yml"]


def test_a_refused_delivery_is_listed_and_sent_again_with_its_guid(box: Sandbox, told: Receiver, pull: int) -> None:
    box.settle()
    told.status = 500
    box.comment(REPO, pull, "ada", "hello")
    box.settle()
    status, failed, _ = ask(box, "/app/hook/deliveries?status=failure", app_jwt(box))
    assert (status, [(each["event"], each["status_code"]) for each in failed]) == (200, [("issue_comment", 500)])
    told.status = 202
    again = f"/app/hook/deliveries/{failed[0]['id']}/attempts"
    assert ask(box, again, app_jwt(box), "POST")[0] == 202
    box.settle()
    guids = [head["X-GitHub-Delivery"] for head, _ in told.got]
    assert guids[-1] == guids[-2] == failed[0]["guid"]
    newest = ask(box, "/app/hook/deliveries?per_page=1", app_jwt(box))
    assert (newest[1][0]["redelivery"], newest[1][0]["status_code"]) == (True, 202)
    assert 'rel="next"' in newest[2]["Link"]
    one = ask(box, f"/app/hook/deliveries/{newest[1][0]['id']}", app_jwt(box))[1]
    assert one["request"]["payload"]["comment"]["body"] == "hello"


def test_deliveries_are_walked_by_cursor(box: Sandbox, told: Receiver, pull: int) -> None:
    box.settle()
    path, seen = "/app/hook/deliveries?per_page=2", []
    while path:
        _, rows, headers = ask(box, path, app_jwt(box))
        seen += [each["id"] for each in rows]
        path = headers.get("Link", "").partition(">")[0].removeprefix(f"<{box.address}")
    assert seen == [each.id for each in reversed(box.deliveries)]


def test_nothing_is_told_of_what_the_app_does_not_listen_to(box: Sandbox, told: Receiver, pull: int) -> None:
    box.settle()
    told.got.clear()
    box.world.installation.events.remove("issue_comment")
    box.comment(REPO, pull, "ada", "hello")
    box.settle()
    assert told.events == []


def test_a_payload_that_github_would_not_send_is_a_fault_of_the_sandbox(box: Sandbox) -> None:
    with pytest.raises(BrokenPayload):
        box.outbox.send("pull_request", {"action": "opened"}, None)
