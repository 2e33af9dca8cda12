"""Tokens end, permissions bind, and what one may not see is not there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from github import Github, GithubException
from sandbox_kit import REPO, History, app_jwt, ask, installation_token

from bot.sandbox import Sandbox

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def signed(box: Sandbox, **claims: object) -> str:
    now = int(box.world.now().timestamp())
    whole = {"iat": now - 10, "exp": now + 300, "iss": str(box.app_id), **claims}
    return jwt.encode(whole, box.private_key_pem, "RS256")


def test_the_app_is_known_by_its_key(box: Sandbox) -> None:
    assert ask(box, "/app", signed(box))[1]["id"] == box.app_id
    assert ask(box, "/app", signed(box, iss=f"Iv1.{box.app_id:016x}"))[0] == 200


@pytest.mark.parametrize("claims", [{"iss": "1"}, {"exp": 1}, {"exp": 9_999_999_999}, {"iat": 9_999_999_999}], ids=str)
def test_a_jwt_that_is_not_right_now_is_refused(box: Sandbox, claims: dict[str, object]) -> None:
    assert ask(box, "/app", signed(box, **claims))[0] == 401


def test_a_jwt_of_another_key_is_refused(box: Sandbox) -> None:
    head, body, _ = signed(box).split(".")
    assert ask(box, "/app", f"{head}.{body}.c2lnbmF0dXJl")[0] == 401
    unsigned = jwt.encode({"iss": str(box.app_id), "iat": 1, "exp": 9_999_999_999}, "", "none")
    assert ask(box, "/app", unsigned)[0] == 401


def test_a_jwt_opens_nothing_but_the_app(box: Sandbox) -> None:
    assert ask(box, f"/repos/{REPO}", app_jwt(box))[0] == 403
    assert ask(box, "/app", installation_token(box))[0] == 401
    assert ask(box, "/app", box.token("ada"))[0] == 401


def test_installation_tokens_end_after_an_hour(tmp_path: Path, keys: tuple[str, str], history: History) -> None:
    moment = [NOW]
    with Sandbox(tmp_path / "box", clock=lambda: moment[0], keys=keys) as box:
        box.add_repository(REPO, history.folder)
        path = f"/app/installations/{box.installation_id}/access_tokens"
        made = ask(box, path, signed(box), "POST", {})[1]
        assert made["expires_at"] == "2026-11-21T13:00:00Z"
        assert ask(box, f"/repos/{REPO}", made["token"])[0] == 200
        moment[0] += timedelta(hours=1)
        assert ask(box, f"/repos/{REPO}", made["token"])[0] == 401


def test_tokens_come_in_both_lengths(box: Sandbox) -> None:
    assert len(installation_token(box)) > 400
    box.world.long_tokens = False
    short = installation_token(box)
    assert (short[:4], len(short)) == ("ghs_", 40)
    assert ask(box, f"/repos/{REPO}", short)[0] == 200


def test_a_narrower_token_does_less(box: Sandbox, pull: int) -> None:
    box.add_repository("acme/other")
    ids = [box.repository(REPO).id]
    token = installation_token(box, permissions={"pull_requests": "read"}, repository_ids=ids)
    assert ask(box, f"/repos/{REPO}/pulls/{pull}", token)[0] == 200
    status, body, headers = ask(box, f"/repos/{REPO}/issues/{pull}/comments", token, "POST", {"body": "x"})
    assert (status, body["message"]) == (403, "Resource not accessible by integration")
    assert headers["X-Accepted-GitHub-Permissions"] == "issues=write; pull_requests=write"
    assert ask(box, "/repos/acme/other", token)[0] == 404
    assert [each["full_name"] for each in ask(box, "/installation/repositories", token)[1]["repositories"]] == [REPO]


def test_no_token_is_wider_than_the_installation(box: Sandbox) -> None:
    path = f"/app/installations/{box.installation_id}/access_tokens"
    assert ask(box, path, app_jwt(box), "POST", {"permissions": {"contents": "write"}})[0] == 422
    assert ask(box, path, app_jwt(box), "POST", {"repository_ids": [1]})[0] == 422


def test_an_advisory_app_may_not_merge_nor_push(box: Sandbox, pull: int, history: History) -> None:
    token = installation_token(box)
    assert ask(box, f"/repos/{REPO}/pulls/{pull}/merge", token, "PUT", {})[0] == 403
    new = {"ref": "refs/heads/x", "sha": history.shas["one"]}
    assert ask(box, f"/repos/{REPO}/git/refs", token, "POST", new)[0] == 403


def test_people_cannot_report_checks(box: Sandbox, history: History) -> None:
    body = {"name": "codechill", "head_sha": history.shas["one"], "conclusion": "success"}
    status, said, _ = ask(box, f"/repos/{REPO}/check-runs", box.token("maya"), "POST", body)
    assert (status, said["message"]) == (403, "You must authenticate via a GitHub App.")


def test_private_repositories_are_not_there_for_others(box: Sandbox) -> None:
    stranger = box.add_person("stranger")
    assert ask(box, f"/repos/{REPO}")[0] == 404
    assert ask(box, f"/repos/{REPO}", stranger)[0] == 404
    box.add_repository("acme/open", private=False)
    assert ask(box, "/repos/acme/open")[0] == 200
    assert ask(box, "/repos/acme/open", "wrong")[0] == 401


def test_a_suspended_installation_is_refused_until_it_is_not(box: Sandbox, bot: Github) -> None:
    bot.get_repo(REPO)
    box.suspend()
    with pytest.raises(GithubException) as refused:
        bot.get_repo(REPO)
    assert refused.value.status == 403
    box.unsuspend()
    assert bot.get_repo(REPO).full_name == REPO


def test_after_uninstalling_nothing_is_found(box: Sandbox) -> None:
    token = installation_token(box)
    box.uninstall()
    assert ask(box, f"/repos/{REPO}", token)[0] == 401
    assert ask(box, f"/repos/{REPO}/installation", app_jwt(box))[0] == 404
    assert ask(box, "/app/installations", app_jwt(box))[1] == []


def test_expired_tokens_are_renewed_by_pygithub_only_in_time(box: Sandbox, bot: Github) -> None:
    bot.get_repo(REPO)
    box.expire_tokens()
    with pytest.raises(GithubException) as refused:
        bot.get_repo(REPO)
    assert refused.value.status == 401


def test_a_transferred_repository_is_out_of_reach(box: Sandbox) -> None:
    token = installation_token(box)
    box.transfer(REPO, "ravi")
    assert ask(box, f"/repos/{REPO}", token)[0] == 404
    assert ask(box, "/repos/ravi/rocket", token)[0] == 404


def test_an_archived_repository_is_read_only(box: Sandbox, pull: int) -> None:
    box.archive(REPO)
    status, body, _ = ask(box, f"/repos/{REPO}/issues/{pull}/comments", box.token("ada"), "POST", {"body": "x"})
    assert (status, body["message"]) == (403, "Repository was archived so is read-only.")
    assert ask(box, f"/repos/{REPO}/pulls/{pull}", box.token("ada"))[0] == 200


def test_people_edit_their_own_comments_and_maintainers_all(box: Sandbox, pull: int) -> None:
    made = box.comment(REPO, pull, "ada", "mine")
    reader = box.add_person("reader")
    box.grant(REPO, "reader", "read")
    path = f"/repos/{REPO}/issues/comments/{made.id}"
    assert ask(box, path, reader, "PATCH", {"body": "stolen"})[0] == 403
    assert ask(box, path, box.token("maya"), "PATCH", {"body": "kept tidy"})[0] == 200
    assert ask(box, path, reader, "DELETE")[0] == 403
