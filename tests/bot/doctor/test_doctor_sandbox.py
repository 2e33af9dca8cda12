"""The doctor against the stand-in for GitHub, over HTTP, with a real server behind the webhook."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.doctor import doctor
from bot.doctor import Facts, examine
from bot.doctor.facts import Here, Part, Requirement
from bot.doctor.fetch import Scope, fetch
from bot.doctor.wire import Refused, Unreachable, Wires
from bot.sandbox import Sandbox
from bot.sandbox.access import key_pair
from bot.setup.manifest import read
from bot.store import Store

MANIFEST = read("advisory")
HERE = Here("/data", Part("ready"), Part("ready"), 10 << 30, (2, 47))
REPO = "acme/shop"


def now() -> datetime:
    return datetime.now(UTC)


def a_repository(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, content in {"README.md": "shop\n", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "m"]):
        subprocess.run(["git", "-C", folder, *who, *command], check=True, capture_output=True)
    return folder


ENFORCING = {".github/codechill.yml": "version: 1\nmode: enforce\n"}

ADVISING = {".github/codechill.yml": "version: 1\nmode: advise\n"}


@pytest.fixture(scope="module")
def closing() -> Iterator[ThreadPoolExecutor]:
    """A server takes a second to close: the next test need not wait for it."""
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    return key_pair()


@pytest.fixture
def sandbox(tmp_path: Path, closing: ThreadPoolExecutor, keys: tuple[str, str]) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path / "github", keys=keys, permissions=MANIFEST.permissions, events=MANIFEST.events)
    made.start()
    made.add_repository(REPO, a_repository(tmp_path / "shop", **ENFORCING))
    made.protect(REPO, "main")
    yield made
    closing.submit(made.stop)


def looked(sandbox: Sandbox, key: str = "", api: str = "", **how: object) -> Facts:
    how = {"clock": now, "scope": Scope()} | how
    with Wires(sandbox.app_id, key or sandbox.private_key_pem, api or sandbox.api) as wires:
        return fetch(wires, api=api or sandbox.api, here=HERE, **how)  # type: ignore[arg-type]


def told(facts: Facts) -> list[tuple[str, str]]:
    return [(finding.check, finding.severity) for finding in examine(facts, MANIFEST)]


def test_a_required_and_pinned_check_is_well(sandbox: Sandbox) -> None:
    facts = looked(sandbox)
    (branch,) = facts.branches
    assert (branch.repository, branch.name, branch.default, branch.mode) == (REPO, "main", True, "enforce")
    assert {requirement.app_id for requirement in branch.required} == {sandbox.app_id}
    assert {requirement.source for requirement in branch.required} == {"branch protection", f"ruleset 1 of {REPO}"}
    # the sandbox has no address for webhooks here, and shows nobody who may bypass a ruleset
    assert told(facts) == [("webhook", "error"), ("bypass", "note")]


def test_a_check_that_is_not_required_is_found(sandbox: Sandbox) -> None:
    sandbox.protect(REPO, "main", ["build"])
    assert ("required", "error") in told(looked(sandbox))


def test_a_branch_that_is_not_protected_is_found(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.add_repository("acme/open", a_repository(tmp_path / "open", **ENFORCING))
    facts = looked(sandbox, scope=Scope(["acme/OPEN"]))
    assert [branch.repository for branch in facts.branches] == ["acme/open"]
    assert ("required", "error") in told(facts)


def test_a_repository_that_only_takes_advice_needs_no_required_check(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.add_repository("acme/new", a_repository(tmp_path / "new", **ADVISING))
    facts = looked(sandbox, scope=Scope(["acme/new"]))
    assert ("required", "note") in told(facts)


def test_a_check_that_anybody_may_report_is_found(sandbox: Sandbox) -> None:
    sandbox.protect(REPO, "main", from_app=False)
    facts = looked(sandbox)
    assert Requirement("codechill", None, "branch protection") in facts.branches[0].required
    assert ("required", "error") in told(facts)


def test_every_protected_branch_is_looked_at(sandbox: Sandbox) -> None:
    tip = sandbox.tip(REPO, "main")
    sandbox.push(REPO, "release/1.0", tip)
    sandbox.push(REPO, "feature", tip)
    sandbox.protect(REPO, "release/1.0", ["build"])
    facts = looked(sandbox)
    assert [branch.name for branch in facts.branches] == ["main", "release/1.0"]
    about = {finding.about for finding in examine(facts, MANIFEST) if finding.check == "required"}
    assert about == {f"{REPO} release/1.0"}


def test_permissions_that_nobody_accepted_are_found(sandbox: Sandbox) -> None:
    sandbox.world.installation.permissions = {**MANIFEST.permissions, "checks": "read"}
    findings = examine(looked(sandbox), MANIFEST)
    (finding,) = [finding for finding in findings if finding.check == "installations"]
    assert "checks: write" in finding.words


def test_contents_that_may_not_be_read_do_not_end_the_visit(sandbox: Sandbox) -> None:
    sandbox.world.installation.permissions = {"metadata": "read", "checks": "write"}
    facts = looked(sandbox)
    assert facts.branches[0].problem.startswith("403")
    assert ("required", "warning") in told(facts)


def test_a_suspended_installation_is_told(sandbox: Sandbox) -> None:
    sandbox.suspend()
    facts = looked(sandbox)
    assert facts.installations[0].suspended
    assert ("installations", "error") in told(facts)


def test_an_app_that_is_installed_nowhere_is_told(sandbox: Sandbox) -> None:
    sandbox.uninstall()
    assert ("installations", "error") in told(looked(sandbox))


def test_a_wrong_clock_is_measured_against_githubs(sandbox: Sandbox) -> None:
    facts = looked(sandbox, clock=lambda: now() + timedelta(minutes=7))
    assert facts.skew == pytest.approx(420, abs=3)
    assert ("clock", "error") in told(facts)
    assert abs(looked(sandbox).skew or 99) < 3


def test_another_apps_key_is_not_believed(sandbox: Sandbox, tmp_path: Path) -> None:
    other = Sandbox(tmp_path / "other").private_key_pem
    facts = looked(sandbox, other)
    assert facts.app is None
    assert facts.refused.startswith("401")
    assert abs(facts.skew or 99) < 3
    assert told(facts) == [("credentials", "error")]


def test_deliveries_that_do_not_arrive_are_counted(sandbox: Sandbox) -> None:
    sandbox.webhook_url = "http://127.0.0.1:9/webhook"
    sandbox.push(REPO, "feature", sandbox.tip(REPO, "main"))
    assert sandbox.settle()
    facts = looked(sandbox)
    assert facts.deliveries
    (finding,) = [finding for finding in examine(facts, MANIFEST) if finding.check == "deliveries"]
    assert (finding.severity, "failed to connect" in finding.words) == ("error", True)


def test_a_hiccup_of_github_does_not_matter(sandbox: Sandbox) -> None:
    sandbox.faults.answer(502, times=1, path="/app/installations$")
    assert looked(sandbox).branches


@pytest.mark.parametrize("status", [403, 404])
def test_where_there_are_no_rulesets_branch_protection_counts(sandbox: Sandbox, status: int) -> None:
    sandbox.faults.answer(status, path="/rules/branches/")
    facts = looked(sandbox)
    assert facts.branches[0].required == (Requirement("codechill", sandbox.app_id, "branch protection"),)
    assert facts.branches[0].problem == ""


@pytest.mark.parametrize("path", ["/rules/branches/", "/installation/repositories", "/contents/"])
def test_a_limit_ends_the_visit_and_is_not_taken_for_an_answer(sandbox: Sandbox, path: str) -> None:
    sandbox.faults.primary_limit(now() + timedelta(hours=1), times=9, path=path)
    with pytest.raises(Refused, match="rate limit"):
        looked(sandbox)


def test_a_secondary_limit_is_not_slept_through(sandbox: Sandbox) -> None:
    sandbox.faults.secondary_limit(retry_after=600, times=9, path="/contents/")
    began = now()
    with pytest.raises(Refused, match="rate limit"):
        looked(sandbox)
    assert now() - began < timedelta(minutes=5)


def test_a_github_that_stays_broken_is_told_as_such(sandbox: Sandbox) -> None:
    sandbox.faults.answer(503, times=20, path="/app$")
    with pytest.raises(Unreachable, match="503"):
        looked(sandbox)


def test_where_there_is_no_github_that_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        looked(sandbox, api="http://127.0.0.1:9/api/v3")


def test_no_more_repositories_are_looked_at_than_asked_for(sandbox: Sandbox, tmp_path: Path) -> None:
    for name in ("a", "b"):
        sandbox.add_repository(f"acme/{name}", a_repository(tmp_path / name))
    facts = looked(sandbox, scope=Scope(limit=1))
    assert (len(facts.branches), facts.installations[0].repositories, facts.installations[0].left_out) == (1, 3, 2)
    assert ("installations", "note") in told(facts)


def test_a_repository_that_the_app_does_not_reach_is_told(sandbox: Sandbox) -> None:
    facts = looked(sandbox, scope=Scope([REPO, "acme/none"]))
    assert facts.unseen == ("acme/none",)
    assert ("installations", "error") in told(facts)


def test_the_doctor_writes_nothing_to_github(sandbox: Sandbox) -> None:
    sandbox.faults.answer(500, times=100, method="POST|PUT|PATCH|DELETE", path="/repos/")
    looked(sandbox)
    assert all(fault.left == 100 for fault in sandbox.faults.armed)


# --- the command


def run(sandbox: Sandbox, folder: Path, *arguments: str, **settings: str) -> Result:
    key = folder / "key.pem"
    key.write_text(sandbox.private_key_pem)
    environment = {name: "" for name in os.environ if name.startswith("CODECHILL_")} | {
        "CODECHILL_APP_ID": str(sandbox.app_id),
        "CODECHILL_PRIVATE_KEY": str(key),
        "CODECHILL_WEBHOOK_SECRET": sandbox.webhook_secret,
        "CODECHILL_GITHUB_API": sandbox.api,
        "CODECHILL_FOLDER": str(folder / "state"),
        **settings,
    }
    return CliRunner().invoke(doctor, arguments, env=environment)


def test_the_command_prints_findings_with_their_fixes_and_exits_1(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.protect(REPO, "main", ["build"])
    result = run(sandbox, tmp_path)
    assert result.exit_code == 1
    assert f"error    {REPO} main: codechill is not required" in result.output
    assert f"-> Require the check codechill, with this App as its source, at {sandbox.address}/{REPO}" in result.output
    assert "looked at accounts: 1, branches: 1; 2 to put right." in result.output


def test_the_command_exits_0_when_all_is_well(sandbox: Sandbox, tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path}/state/codechill.db").close()
    sandbox.webhook_url = "https://chill.example.org/webhook"
    result = run(sandbox, tmp_path, "--format", "json")
    answer = json.loads(result.output)
    assert (result.exit_code, answer["worst"]) == (0, "note")
    assert answer["app"] == {"id": sandbox.app_id, "slug": "codechill"}
    assert answer["looked_at"] == {"installations": 1, "branches": 1}
    assert {finding["check"] for finding in answer["findings"]} == {"bypass", "deliveries"}


def test_the_command_exits_2_when_it_cannot_look(sandbox: Sandbox, tmp_path: Path) -> None:
    result = run(sandbox, tmp_path, CODECHILL_GITHUB_API="http://127.0.0.1:9/api/v3")
    assert (result.exit_code, "does not answer" in result.output) == (2, True)
    result = run(sandbox, tmp_path, CODECHILL_APP_ID="none")
    assert (result.exit_code, "CODECHILL_APP_ID" in result.output) == (2, True)


def test_the_command_shows_no_secret(sandbox: Sandbox, tmp_path: Path) -> None:
    outputs = [run(sandbox, tmp_path, *arguments).output for arguments in ((), ("--format", "json"))]
    outputs.append(run(sandbox, tmp_path, CODECHILL_PRIVATE_KEY=sandbox.private_key_pem[40:]).output)
    secrets = [sandbox.webhook_secret, sandbox.private_key_pem.splitlines()[3], *sandbox.world.tokens]
    assert not [secret for secret in secrets if any(secret in output for output in outputs)]
