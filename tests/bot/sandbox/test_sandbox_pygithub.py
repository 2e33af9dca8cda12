"""The contract as PyGithub sees it, over real HTTP and unchanged but for its base_url."""

import pytest
from github import Github, GithubException
from sandbox_kit import REPO, History, as_person, integration

from bot.sandbox import Sandbox


def test_the_app_finds_its_installation_by_every_road(box: Sandbox) -> None:
    app = integration(box)
    assert app.get_app().slug == "codechill"
    assert [each.id for each in app.get_installations()] == [box.installation_id]
    assert app.get_repo_installation("acme", "rocket").id == box.installation_id
    assert app.get_org_installation("acme").id == box.installation_id
    assert [each.full_name for each in app.get_app_installation(box.installation_id).get_repos()] == [REPO]


def test_a_pull_request_reads_as_it_is(box: Sandbox, bot: Github, pull: int, history: History) -> None:
    known = bot.get_repo(REPO).get_pull(pull)
    assert (known.title, known.body, known.user.login, known.state) == ("A change", "why", "ada", "open")
    assert (known.head.sha, known.base.sha) == (history.shas["change"], history.shas["three"])
    assert (known.commits, known.changed_files, known.additions, known.deletions) == (1, 2, 2, 0)
    assert known.mergeable is True
    assert [(each.filename, each.status, each.patch) for each in known.get_files()] == [
        ("engine", "modified", "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3"),
        ("fuel", "added", "@@ -0,0 +1 @@\n+full"),
    ]
    assert [each.commit.message for each in known.get_commits()] == ["change"]
    assert [each.number for each in bot.get_repo(REPO).get_pulls(state="all")] == [pull]


def test_a_pull_request_from_a_fork_keeps_its_head_when_the_fork_is_gone(
    box: Sandbox, bot: Github, history: History
) -> None:
    made = box.open_pull(REPO, title="From afar", head_sha=history.shas["change"], fork=True)
    known = bot.get_repo(REPO).get_pull(made.number)
    assert known.head.repo.full_name == "ada/rocket"
    assert known.head.repo.fork
    box.delete("ada/rocket")
    after = bot.get_repo(REPO).get_pull(made.number)
    assert after.head.repo is None
    assert box.tip(REPO, f"refs/pull/{made.number}/head") == history.shas["change"]


def test_comments_are_written_edited_reacted_to_and_deleted(box: Sandbox, bot: Github, pull: int) -> None:
    known = bot.get_repo(REPO).get_pull(pull)
    made = known.create_issue_comment("first")
    made.edit("second")
    made.create_reaction("eyes")
    read = known.get_issue_comment(made.id)
    assert (read.body, read.user.login, read.user.type) == ("second", "codechill[bot]", "Bot")
    assert read.raw_data["performed_via_github_app"]["id"] == box.app_id
    assert [each.content for each in read.get_reactions()] == ["eyes"]
    made.delete()
    assert list(known.get_issue_comments()) == []


def test_check_runs_go_from_in_progress_to_a_conclusion_with_buttons(
    box: Sandbox, bot: Github, pull: int, history: History
) -> None:
    repository, sha = bot.get_repo(REPO), history.shas["change"]
    run = repository.create_check_run("codechill", sha, status="in_progress", external_id="7")
    assert box.check_run(REPO, sha).status == "in_progress"
    action = {"label": "Approve", "identifier": "approve", "description": "Let it pass"}
    output = {"title": "Held", "summary": "until Monday", "annotations": [note("engine")] * 50}
    run.edit(status="completed", conclusion="failure", output=output, actions=[action])
    run.edit(output={"title": "Held", "summary": "until Monday", "annotations": [note("fuel")]})
    read = next(iter(repository.get_commit(sha).get_check_runs(check_name="codechill")))
    assert (read.status, read.conclusion, read.external_id) == ("completed", "failure", "7")
    assert (read.output.title, read.output.annotations_count) == ("Held", 51)
    assert len(list(read.get_annotations())) == 51
    assert read.app.id == box.app_id
    assert [each.number for each in read.pull_requests] == [pull]
    assert [each.head_sha for each in repository.get_commit(sha).get_check_suites()] == [sha]
    assert repository.get_check_suite(read.check_suite.id).conclusion == "failure"


def note(path: str) -> dict[str, object]:
    return {"path": path, "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "look here"}


def test_the_configuration_is_read_from_the_base_branch(bot: Github, box: Sandbox) -> None:
    content = bot.get_repo(REPO).get_contents(".github/codechill.yml", ref="main")
    assert content.decoded_content == b"version: 1\n"
    assert {each.name for each in bot.get_repo(REPO).get_contents("docs", ref="main")} == {"read"}
    with pytest.raises(GithubException) as missing:
        bot.get_repo(REPO).get_contents("none.yml", ref="main")
    assert missing.value.status == 404


def test_branches_protection_and_rules_tell_of_the_required_check(box: Sandbox, bot: Github) -> None:
    box.protect(REPO, approvals=1)
    branch = bot.get_repo(REPO).get_branch("main")
    assert branch.protected
    checks = branch.get_required_status_checks()
    assert (checks.contexts, checks.raw_data["checks"]) == (["codechill"], [{"context": "codechill", "app_id": 4711}])
    assert branch.get_protection().required_pull_request_reviews.required_approving_review_count == 1
    _, rules = bot.requester.requestJsonAndCheck("GET", f"/repos/{REPO}/rules/branches/main")
    assert rules[0]["parameters"]["required_status_checks"] == [{"context": "codechill", "integration_id": 4711}]


def test_people_teams_and_permissions_are_known(box: Sandbox, bot: Github) -> None:
    team = bot.get_organization("acme").get_team_by_slug("release-managers")
    assert [each.login for each in team.get_members()] == ["maya"]
    assert team.get_team_membership("maya").state == "active"
    assert {each.login for each in bot.get_organization("acme").get_members()} == {"ada", "ravi", "maya"}
    repository = bot.get_repo(REPO)
    assert repository.get_collaborator_permission("ada") == "write"
    assert repository.get_collaborator_role_name("maya") == "maintain"
    box.add_person("stranger")
    assert repository.get_collaborator_permission("stranger") == "none"
    assert bot.get_user("maya").id == 103


def test_commits_compare_and_statuses(box: Sandbox, bot: Github, history: History) -> None:
    box.open_pull(REPO, title="A change", head_sha=history.shas["change"])
    repository, sha = bot.get_repo(REPO), history.shas["change"]
    compared = repository.compare("main", sha)
    assert (compared.status, compared.ahead_by, compared.behind_by) == ("diverged", 1, 1)
    assert [each.filename for each in compared.files] == ["engine", "fuel"]
    commit = repository.get_commit(sha)
    assert (commit.commit.message, commit.stats.additions, commit.author.login) == ("change", 2, "ada")
    commit.create_status("failure", context="ci", description="broken")
    commit.create_status("success", context="ci")
    assert repository.get_commit(sha).get_combined_status().state == "success"
    assert [each.state for each in commit.get_statuses()] == ["success", "failure"]


def test_reviews_reviewers_and_labels(box: Sandbox, bot: Github, pull: int) -> None:
    known = bot.get_repo(REPO).get_pull(pull)
    known.create_review_request(reviewers=["ravi"], team_reviewers=["release-managers"])
    assert [each.login for each in known.get_review_requests()[0]] == ["ravi"]
    as_person(box, "ravi").get_repo(REPO).get_pull(pull).create_review(event="APPROVE")
    assert [(each.user.login, each.state) for each in known.get_reviews()] == [("ravi", "APPROVED")]
    known.add_to_labels("risky", "freeze")
    known.remove_from_labels("freeze")
    assert [each.name for each in known.get_labels()] == ["risky"]


def test_long_lists_come_in_pages_with_links(box: Sandbox, bot: Github, pull: int) -> None:
    for number in range(7):
        box.comment(REPO, pull, "ada", f"comment {number}")
    bot.per_page = 3
    listed = bot.get_repo(REPO).get_pull(pull).get_issue_comments()
    assert [each.body for each in listed] == [f"comment {number}" for number in range(7)]
    assert [each.body for each in listed.reversed] == [f"comment {number}" for number in reversed(range(7))]


def test_merging_obeys_the_check_and_the_head(box: Sandbox, bot: Github, pull: int, history: History) -> None:
    box.protect(REPO)
    maya = as_person(box, "maya").get_repo(REPO).get_pull(pull)
    with pytest.raises(GithubException) as waiting:
        maya.merge()
    assert waiting.value.status == 405
    assert waiting.value.data["message"] == 'Required status check "codechill" is expected.'
    bot.get_repo(REPO).create_check_run("codechill", history.shas["change"], conclusion="success")
    with pytest.raises(GithubException) as moved:
        maya.merge(sha=history.shas["one"])
    assert moved.value.status == 409
    assert maya.merge(sha=history.shas["change"]).merged
    assert box.pull(REPO, pull).merged_by == "maya"
    assert box.tip(REPO) == box.pull(REPO, pull).merge_commit_sha
    assert maya.is_merged()


def test_auto_merge_waits_for_the_check(box: Sandbox, bot: Github, pull: int, history: History) -> None:
    box.protect(REPO)
    as_person(box, "maya").get_repo(REPO).get_pull(pull).enable_automerge()
    assert box.pull(REPO, pull).merged_at is None
    bot.get_repo(REPO).create_check_run("codechill", history.shas["change"], conclusion="success")
    assert box.pull(REPO, pull).merged_by == "maya"


def test_auto_merge_of_what_can_be_merged_at_once_is_refused(box: Sandbox, pull: int) -> None:
    with pytest.raises(GithubException) as refused:
        as_person(box, "maya").get_repo(REPO).get_pull(pull).enable_automerge()
    assert "clean status" in str(refused.value.data)


def test_a_renamed_repository_is_found_by_its_old_name(box: Sandbox, bot: Github, pull: int) -> None:
    known = bot.get_repo(REPO).get_pull(pull)
    box.rename(REPO, "spaceship")
    assert bot.get_repo(REPO).full_name == "acme/spaceship"
    assert known.get_issue_comments().totalCount == 0


def test_a_person_opens_edits_and_closes_a_pull_request(box: Sandbox, history: History) -> None:
    box.push(REPO, "topic", history.shas["two"])
    ada = as_person(box, "ada").get_repo(REPO)
    with pytest.raises(GithubException) as nothing_new:
        ada.create_pull(base="main", head="topic", title="Nothing")
    assert nothing_new.value.status == 422
    box.push(REPO, "three", history.shas["three"])
    box.push(REPO, "main", history.shas["two"])
    made = ada.create_pull(base="main", head="three", title="Third", body="b", draft=True)
    made.edit(title="The third", state="closed")
    assert (box.pull(REPO, made.number).title, box.pull(REPO, made.number).state) == ("The third", "closed")


def test_rate_limits_are_told(bot: Github, box: Sandbox) -> None:
    before = bot.get_rate_limit().rate.remaining
    bot.get_repo(REPO)
    assert bot.get_rate_limit().rate.remaining == before - 1
