"""When a pull request may be merged, and what the merge queue does."""

import pytest
from sandbox_kit import REPO, History, Receiver, ask, installation_token

from bot.sandbox import Refusal, Sandbox
from bot.sandbox.git import Git
from bot.sandbox.merges import merged_by_index, merged_tree

WAITING = 'Required status check "codechill" is expected.'


def report(box: Sandbox, sha: str, **body: object) -> None:
    said = {"name": "codechill", "head_sha": sha, **body}
    assert ask(box, f"/repos/{REPO}/check-runs", installation_token(box), "POST", said)[0] == 201


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ({"status": "queued"}, ['Required status check "codechill" is queued.']),
        ({"status": "in_progress"}, ['Required status check "codechill" is in progress.']),
        ({"conclusion": "success"}, []),
        ({"conclusion": "neutral"}, []),
        ({"conclusion": "skipped"}, []),
        ({"conclusion": "failure"}, ['Required status check "codechill" is failing.']),
        ({"conclusion": "action_required"}, ['Required status check "codechill" is failing.']),
        ({"conclusion": "cancelled"}, ['Required status check "codechill" is failing.']),
        ({"conclusion": "timed_out"}, ['Required status check "codechill" is failing.']),
    ],
)
def test_a_required_check_lets_through_what_github_lets_through(
    box: Sandbox, pull: int, history: History, said: dict[str, str], holds: list[str]
) -> None:
    box.protect(REPO)
    assert box.mergeable(REPO, pull) == [WAITING]
    report(box, history.shas["change"], **said)
    assert box.mergeable(REPO, pull) == holds


def test_only_the_newest_run_on_the_newest_head_counts(box: Sandbox, pull: int, history: History) -> None:
    box.protect(REPO)
    report(box, history.shas["change"], conclusion="failure")
    report(box, history.shas["change"], conclusion="success")
    assert box.mergeable(REPO, pull) == []
    box.push(REPO, box.pull(REPO, pull).head_ref, history.shas["three"])
    assert WAITING in box.mergeable(REPO, pull)


def test_a_status_of_the_same_name_does_not_stand_in_for_the_app(box: Sandbox, pull: int, history: History) -> None:
    box.protect(REPO)
    path = f"/repos/{REPO}/statuses/{history.shas['change']}"
    forged = {"context": "codechill", "state": "success"}
    assert ask(box, path, box.token("ada"), "POST", forged)[0] == 201
    assert box.mergeable(REPO, pull) == [WAITING]
    box.protect(REPO, from_app=False)
    assert box.mergeable(REPO, pull) == []


def test_drafts_conflicts_and_missing_approvals_hold(box: Sandbox, history: History) -> None:
    box.protect(REPO, required_checks=(), approvals=1)
    clash = box.open_pull(REPO, title="Clash", head_sha=history.shas["clash"], draft=True).number
    assert box.mergeable(REPO, clash) == [
        "Pull Request is still a draft",
        "Pull Request has merge conflicts",
        "At least 1 approving reviews are required (0 given).",
    ]
    box.draft(REPO, clash, "ada", draft=False)
    box.review(REPO, clash, "ravi")
    assert box.mergeable(REPO, clash) == ["Pull Request has merge conflicts"]
    assert ask(box, f"/repos/{REPO}/pulls/{clash}", box.token("ada"))[1]["mergeable_state"] == "dirty"


def test_authors_cannot_approve_and_strangers_approvals_do_not_count(box: Sandbox, pull: int) -> None:
    box.protect(REPO, required_checks=(), approvals=1)
    with pytest.raises(Refusal, match="approve your own"):
        box.review(REPO, pull, "ada")
    box.add_person("stranger")
    box.grant(REPO, "stranger", "read")
    box.review(REPO, pull, "stranger")
    assert box.mergeable(REPO, pull) == ["At least 1 approving reviews are required (0 given)."]


def test_only_people_who_may_write_merge(box: Sandbox, pull: int, history: History) -> None:
    token = box.add_person("reader")
    box.grant(REPO, "reader", "read")
    status, body, _ = ask(box, f"/repos/{REPO}/pulls/{pull}/merge", token, "PUT", {})
    assert (status, body["message"]) == (403, "Must have write rights to Repository.")


def test_squashing_makes_one_commit_with_the_number(box: Sandbox, pull: int) -> None:
    before = box.tip(REPO)
    box.merge(REPO, pull, "maya", method="squash")
    _, made, _ = ask(box, f"/repos/{REPO}/commits/main", box.token("maya"))
    assert made["commit"]["message"] == f"A change (#{pull})\n\nwhy"
    assert [each["sha"] for each in made["parents"]] == [before]
    assert made["author"]["login"] == "maya"


def test_a_push_that_contains_the_head_merges_the_pull_request(box: Sandbox, history: History) -> None:
    box.push(REPO, "main", history.shas["two"])
    made = box.open_pull(REPO, title="Three", head_sha=history.shas["three"])
    box.push(REPO, "main", history.shas["three"], "maya")
    assert box.pull(REPO, made.number).merged_by == "maya"


def test_a_queue_entry_is_checked_on_its_own_commit_and_then_lands(
    box: Sandbox, pull: int, history: History, receiver: Receiver
) -> None:
    box.protect(REPO, merge_queue=True)
    with pytest.raises(Refusal, match="is expected"):
        box.enqueue(REPO, pull, "maya")
    report(box, history.shas["change"], conclusion="success")
    with pytest.raises(Refusal, match="merge queue"):
        box.merge(REPO, pull, "maya")
    box.webhook_url = receiver.url
    entry = box.enqueue(REPO, pull, "maya")
    box.settle()
    group = receiver.last("merge_group")["merge_group"]
    assert (group["head_sha"], group["base_sha"]) == (entry.head_sha, history.shas["three"])
    assert group["head_ref"] == f"refs/heads/gh-readonly-queue/main/pr-{pull}-{history.shas['three']}"
    assert group["base_ref"] == "refs/heads/main"
    assert box.tip(REPO, group["head_ref"]) == entry.head_sha
    report(box, entry.head_sha, conclusion="success")
    box.settle()
    assert box.tip(REPO) == entry.head_sha
    assert box.pull(REPO, pull).merged_by == "maya"
    assert receiver.last("merge_group")["reason"] == "merged"


def test_a_refused_entry_leaves_the_queue_with_all_behind_it(
    box: Sandbox, history: History, receiver: Receiver
) -> None:
    box.protect(REPO, merge_queue=True)
    first = box.open_pull(REPO, title="First", head_sha=history.shas["change"]).number
    second = box.open_pull(REPO, title="Second", head_sha=history.shas["change"], head_ref="again").number
    report(box, history.shas["change"], conclusion="success")
    entry = box.enqueue(REPO, first, "maya")
    assert box.enqueue(REPO, second, "maya").base_sha == entry.head_sha
    box.webhook_url = receiver.url
    report(box, entry.head_sha, conclusion="failure")
    box.settle()
    assert box.repository(REPO).queue == []
    assert box.pull(REPO, first).state == "open"
    assert receiver.events.count("merge_group.destroyed") == 2
    assert receiver.events.count("pull_request.dequeued") == 2


def test_a_new_head_leaves_the_queue(box: Sandbox, pull: int, history: History) -> None:
    box.protect(REPO, merge_queue=True)
    report(box, history.shas["change"], conclusion="success")
    box.enqueue(REPO, pull, "maya")
    box.push(REPO, box.pull(REPO, pull).head_ref, history.shas["clash"])
    assert box.repository(REPO).queue == []


def test_the_queue_is_entered_by_graphql_as_octokit_would(box: Sandbox, pull: int, history: History) -> None:
    box.protect(REPO, merge_queue=True)
    report(box, history.shas["change"], conclusion="success")
    node = ask(box, f"/repos/{REPO}/pulls/{pull}", box.token("maya"))[1]["node_id"]
    query = "mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) "
    query += "{ pullRequest { number } } }"
    given = {"query": query, "variables": {"input": {"pullRequestId": node, "expectedHeadOid": history.shas["one"]}}}
    headers = {"Content_Type": "application/json"}
    _, moved, _ = ask(box, "/graphql", box.token("maya"), "POST", given, **headers)
    assert "Expected head oid" in moved["errors"][0]["message"]
    del given["variables"]["input"]["expectedHeadOid"]
    _, done, _ = ask(box, "/graphql", box.token("maya"), "POST", given, **headers)
    assert done["data"]["enqueuePullRequest"]["pullRequest"]["number"] == pull
    assert [each.number for each in box.repository(REPO).queue] == [pull]


def test_the_word_for_a_pull_request_follows_what_holds_it(box: Sandbox, pull: int, history: History) -> None:
    def word() -> str:
        return str(ask(box, f"/repos/{REPO}/pulls/{pull}", box.token("ada"))[1]["mergeable_state"])

    assert word() == "clean"
    box.protect(REPO)
    assert word() == "blocked"
    report(box, history.shas["change"], conclusion="success")
    assert word() == "clean"
    box.protect(REPO, strict=True)
    assert word() == "behind"
    ask(box, f"/repos/{REPO}/pulls/{pull}/update-branch", box.token("ada"), "PUT", {})
    assert word() == "blocked"
    box.draft(REPO, pull, "ada")
    assert word() == "draft"
    box.close(REPO, pull, "ada")
    assert word() == "unknown"


def test_updating_the_branch_merges_the_base_into_it(box: Sandbox, pull: int, history: History) -> None:
    path = f"/repos/{REPO}/pulls/{pull}/update-branch"
    assert ask(box, path, box.token("ada"), "PUT", {"expected_head_sha": history.shas["one"]})[0] == 422
    assert ask(box, path, box.token("ada"), "PUT", {})[0] == 202
    _, made, _ = ask(box, f"/repos/{REPO}/commits/{box.pull(REPO, pull).head_sha}", box.token("ada"))
    assert [each["sha"] for each in made["parents"]] == [history.shas["change"], history.shas["three"]]


def test_deleting_the_branch_closes_the_pull_request_until_the_branch_is_back(
    box: Sandbox, pull: int, history: History
) -> None:
    branch = box.pull(REPO, pull).head_ref
    box.delete_branch(REPO, branch)
    assert box.pull(REPO, pull).state == "closed"
    with pytest.raises(Refusal) as refused:
        box.reopen(REPO, pull, "ada")
    assert refused.value.status == 422
    box.push(REPO, branch, history.shas["clash"])
    box.reopen(REPO, pull, "ada")
    assert (box.pull(REPO, pull).state, box.pull(REPO, pull).head_sha) == ("open", history.shas["clash"])


def test_new_permissions_are_accepted_and_told(box: Sandbox, pull: int, history: History, receiver: Receiver) -> None:
    token = installation_token(box)
    assert ask(box, f"/repos/{REPO}/pulls/{pull}/merge", token, "PUT", {})[0] == 403
    box.webhook_url = receiver.url
    box.accept_permissions(contents="write")
    box.settle()
    assert receiver.events == ["installation.new_permissions_accepted"]
    assert ask(box, f"/repos/{REPO}/pulls/{pull}/merge", installation_token(box), "PUT", {})[0] == 200
    assert box.pull(REPO, pull).merged_by == "codechill[bot]"


def test_merging_file_by_file_agrees_with_the_newer_git(box: Sandbox, history: History) -> None:
    git, main = Git(box.repository(REPO).folder), history.shas["three"]
    for other in ("one", "two", "change", "clash"):
        assert merged_by_index(git, main, history.shas[other]) == merged_tree(git, main, history.shas[other])
    history.git("checkout", "--quiet", "-b", "both", history.shas["change"])
    both = history.commit("both", engine="0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n")
    history.git("checkout", "--quiet", "-b", "top", history.shas["two"])
    top = history.commit("top", engine="1\n2\n3\nfour\n5\n6\n7\n8\n9\n10\n")
    history.git("checkout", "--quiet", "main")
    assert merged_by_index(git, both, top) == merged_tree(git, both, top)
    assert merged_by_index(git, both, top) is not None


@pytest.mark.parametrize(("shown_as", "classic", "newer"), [("branch protection", 200, 404), ("ruleset", 404, 200)])
def test_rules_show_as_branch_protection_or_as_a_ruleset(
    box: Sandbox, pull: int, shown_as: str, classic: int, newer: int
) -> None:
    box.protect(REPO, shown_as=[shown_as], enforce_admins=False)
    token = installation_token(box)
    assert ask(box, f"/repos/{REPO}/branches/main/protection", token)[0] == classic
    rows = ask(box, f"/repos/{REPO}/rules/branches/main", token)[1]
    assert [each["ruleset_id"] for each in rows] == ([1] if newer == 200 else [])
    assert len(ask(box, f"/repos/{REPO}/rulesets", token)[1]) == len(rows)
    status, one, _ = ask(box, f"/repos/{REPO}/rulesets/1", token)
    assert status == newer
    assert "bypass_actors" not in one
    branch = ask(box, f"/repos/{REPO}/branches/main", token)[1]
    level = branch["protection"]["required_status_checks"]["enforcement_level"]
    assert (branch["protected"], level) == (True, "non_admins" if classic == 200 else "off")
    assert box.mergeable(REPO, pull) == [WAITING]


def test_who_may_bypass_a_ruleset_is_shown_to_its_administrators(box: Sandbox) -> None:
    box.protect(REPO, enforce_admins=False)
    box.grant(REPO, "maya", "admin")
    one = ask(box, f"/repos/{REPO}/rulesets/1", box.token("maya"))[1]
    assert [each["actor_type"] for each in one["bypass_actors"]] == ["RepositoryRole"]
    box.protect(REPO)
    assert ask(box, f"/repos/{REPO}/rulesets/1", box.token("maya"))[1]["bypass_actors"] == []
