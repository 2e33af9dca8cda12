from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.doctor import CHECKS, Facts, Finding, examine, worst
from bot.doctor.facts import App, Branch, Bypass, Delivery, Here, Hook, Installation, Lander, Part, Reached, Requirement
from bot.doors.health import Ranked, Work
from bot.setup.manifest import read
from bot.store import KnownSign

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MANIFEST = read("advisory")
APP = App(
    id=7,
    slug="codechill",
    permissions=MANIFEST.permissions,
    events=frozenset(MANIFEST.events),
    settings_url="https://github.com/organizations/acme/settings/apps/codechill",
    install_url="https://github.com/apps/codechill/installations/new",
)
INSTALLATION = Installation(
    1, "acme", MANIFEST.permissions, frozenset(MANIFEST.events), "https://github.com/i/1", repositories=1
)
OURS = Requirement("codechill", 7, "branch protection")
BRANCH = Branch("acme/shop", "main", "https://github.com/acme/shop/settings/branches", required=(OURS,))
SIGN = KnownSign(7, "labels", NOW, 0.1, 0.5, 250, True, "Labels hardly arrive any more.", "Import incidents.")
HERE = Here("/data", Part("ready"), Part("ready"), 10 << 30, (2, 47, 1))
WELL = Facts(
    now=NOW,
    here=HERE,
    skew=0.2,
    app=APP,
    public_url="https://chill.example.org",
    hook=Hook("https://chill.example.org/webhook"),
    reached=Reached("https://chill.example.org/healthz", 200),
    deliveries=(Delivery("a", NOW - timedelta(minutes=5), "push", 202, "OK"),),
    installations=(INSTALLATION,),
    branches=(BRANCH,),
)


def found(**changes: Any) -> tuple[Finding, ...]:
    return examine(replace(WELL, **changes), MANIFEST)


def told(**changes: Any) -> list[tuple[str, str]]:
    return [(finding.check, finding.severity) for finding in found(**changes)]


def without(wanted: str) -> dict[str, str]:
    return {name: level for name, level in MANIFEST.permissions.items() if name != wanted}


def delivery(guid: str, code: int, minutes: int = 5, status: str = "") -> Delivery:
    return Delivery(guid, NOW - timedelta(minutes=minutes), "push", code, status)


def test_where_all_is_well_nothing_is_found() -> None:
    assert found() == ()
    assert worst(()) is None


CASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"skew": 12.0}, [("clock", "warning")]),
    ({"skew": -90.0}, [("clock", "error")]),
    ({"skew": None}, []),
    ({"app": replace(APP, permissions=without("checks"))}, [("permissions", "error")]),
    ({"app": replace(APP, permissions={**MANIFEST.permissions, "checks": "read"})}, [("permissions", "error")]),
    ({"app": replace(APP, permissions={**MANIFEST.permissions, "contents": "write"})}, [("permissions", "warning")]),
    ({"app": replace(APP, permissions={**MANIFEST.permissions, "packages": "read"})}, []),
    ({"app": replace(APP, permissions=without("issues"))}, [("permissions", "note")]),
    ({"app": replace(APP, events=APP.events - {"issues"})}, [("events", "note")]),
    ({"installations": (replace(INSTALLATION, permissions=without("issues")),)}, [("installations", "note")]),
    ({"app": replace(APP, events=APP.events - {"merge_group"})}, [("events", "error")]),
    ({"installations": ()}, [("installations", "error")]),
    ({"installations": (replace(INSTALLATION, suspended=True),)}, [("installations", "error")]),
    ({"installations": (replace(INSTALLATION, permissions=without("checks")),)}, [("installations", "error")]),
    ({"installations": (replace(INSTALLATION, events=frozenset({"push"})),)}, [("installations", "error")]),
    ({"installations": (replace(INSTALLATION, problem="404 Not Found"),)}, [("installations", "warning")]),
    ({"installations": (replace(INSTALLATION, repositories=9, left_out=4),)}, [("installations", "note")]),
    ({"installations": (replace(INSTALLATION, repositories=0),)}, [("installations", "warning")]),
    ({"unseen": ("acme/gone",)}, [("installations", "error")]),
    ({"hook": Hook("http://127.0.0.1:8080/webhook"), "public_url": ""}, []),
    ({"hook": Hook("")}, [("webhook", "error")]),
    ({"hook": Hook("https://codechill.invalid/webhook")}, [("webhook", "error")]),
    ({"hook": Hook("http://chill.example.org/webhook")}, [("webhook", "warning"), ("webhook", "warning")]),
    ({"hook": replace(WELL.hook, content_type="form")}, [("webhook", "error")]),
    ({"hook": replace(WELL.hook, verifies=False)}, [("webhook", "warning")]),
    ({"hook": replace(WELL.hook, has_secret=False)}, [("webhook", "error")]),
    ({"hook": Hook("https://chill.example.org.evil.example/webhook")}, [("webhook", "warning")]),
    ({"reached": None}, []),
    ({"reached": Reached("https://chill.example.org/healthz", 502)}, [("reachable", "error")]),
    ({"reached": Reached("https://chill.example.org/healthz", 0, "refused")}, [("reachable", "error")]),
    ({"deliveries": ()}, [("deliveries", "note")]),
    ({"deliveries": (delivery("a", 401), delivery("b", 401))}, [("deliveries", "error")]),
    ({"deliveries": (delivery("a", 202), delivery("b", 502))}, [("deliveries", "warning")]),
    ({"deliveries": (delivery("a", 202, 1), delivery("a", 502, 9))}, []),
    ({"deliveries": (delivery("a", 202), delivery("b", 500, minutes=60 * 25))}, []),
    ({"branches": (replace(BRANCH, required=()),)}, [("required", "error")]),
    ({"branches": (replace(BRANCH, required=(), mode="advise"),)}, [("required", "note")]),
    ({"branches": (replace(BRANCH, required=(Requirement("codechill/score", 7, "x"),)),)}, [("required", "error")]),
    ({"branches": (replace(BRANCH, required=(replace(OURS, app_id=None),)),)}, [("required", "error")]),
    ({"branches": (replace(BRANCH, required=(replace(OURS, app_id=8),)),)}, [("required", "error")]),
    ({"branches": (replace(BRANCH, problem="403 no"),)}, [("required", "warning")]),
    ({"branches": (replace(BRANCH, bypasses=(Bypass("branch protection", (), "u"),)),)}, []),
    ({"branches": (replace(BRANCH, bypasses=(Bypass("branch protection", ("administrators",), "u"),)),)},
     [("bypass", "note")]),
    ({"branches": (replace(BRANCH, bypasses=(Bypass("ruleset 3", None, "u"),)),)}, [("bypass", "note")]),
    ({"here": replace(HERE, database=Part("absent"))}, [("database", "note")]),
    ({"here": replace(HERE, database=Part("behind", "0001"))}, [("database", "warning")]),
    ({"here": replace(HERE, database=Part("broken", "refused"))}, [("database", "error")]),
    ({"here": replace(HERE, model=Part("broken", "does not match its card"))}, [("model", "error")]),
    ({"here": replace(HERE, free=500 << 20)}, [("disk", "warning")]),
    ({"here": replace(HERE, free=5 << 20)}, [("disk", "error")]),
    ({"here": replace(HERE, git=())}, [("git", "error")]),
    ({"here": replace(HERE, git=(2, 25, 1))}, [("git", "error")]),
    ({"here": replace(HERE, unknown_settings=("unknown setting CODECHILL_APPID",))}, [("settings", "warning")]),
    ({"here": replace(HERE, work=Work((("pull", 1),), "x"))}, [("jobs", "error")]),
    ({"here": replace(HERE, work=Work((("redeliver", 1),), "x"))}, [("jobs", "warning")]),
    ({"here": replace(HERE, work=Work(failing=3))}, [("looks", "warning")]),
    ({"here": replace(HERE, work=Work(floods=(("acme/shop", 200),)))}, [("floods", "warning")]),
    ({"here": replace(HERE, work=Work(ranks=(Ranked("acme/cart", 90, 0),)))}, [("share", "warning")]),
    ({"here": replace(HERE, drift=(("acme/shop", SIGN),))}, [("drift", "warning")]),
    ({"here": replace(HERE, work=Work(ranks=(Ranked("acme/cart", 89, 0), Ranked("a/b", 500, 1))))}, []),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_each_fault_is_found_and_nothing_else(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(**changes) == expected


def test_every_check_has_a_fault_above() -> None:
    checked = {check for _, expected in CASES for check, _ in expected} | {"credentials", "landing"}
    assert checked == set(CHECKS)


@pytest.mark.parametrize("changes", [changes for changes, expected in CASES if expected])
def test_every_finding_says_what_to_do_in_a_sentence(changes: dict[str, Any]) -> None:
    for finding in found(**changes):
        assert finding.words.endswith(".")
        assert finding.fix.endswith(".")
        assert len(finding.fix) >= 10


def test_a_key_that_github_does_not_believe_is_all_there_is_to_say() -> None:
    facts = Facts(now=NOW, here=HERE, skew=0.1, refused="401 A JSON web token could not be decoded")
    (finding,) = examine(facts, MANIFEST)
    assert (finding.check, finding.severity) == ("credentials", "error")
    assert "CODECHILL_APP_ID" in finding.fix


def test_with_a_wrong_clock_the_key_is_not_blamed() -> None:
    findings = examine(Facts(now=NOW, here=HERE, skew=400.0, refused="401 no"), MANIFEST)
    assert [finding.check for finding in findings] == ["clock", "credentials"]
    assert "clock right first" in findings[1].fix


def test_what_the_app_itself_lacks_is_not_asked_of_every_account() -> None:
    less = without("checks")
    changes = {"app": replace(APP, permissions=less), "installations": (replace(INSTALLATION, permissions=less),)}
    assert told(**changes) == [("permissions", "error")]


def test_a_missing_permission_is_told_with_its_reason() -> None:
    (finding,) = found(app=replace(APP, permissions=without("merge_queues")))
    assert "merge_queues: read" in finding.words
    assert MANIFEST.reasons["merge_queues"] in finding.fix
    assert f"{APP.settings_url}/permissions" in finding.fix


def test_an_app_that_judges_and_could_merge_as_well_is_told_to_have_less() -> None:
    app = replace(APP, permissions={**APP.permissions, "contents": "write"})
    (finding,) = found(app=app, installations=(replace(INSTALLATION, permissions=app.permissions),))
    assert (finding.check, finding.severity) == ("permissions", "warning")


LANDER = Lander(
    App(9, "codechill-landing", read("landing").permissions, frozenset(), "https://x/settings", "https://x/install"),
    installations=(replace(INSTALLATION, permissions=read("landing").permissions),),
)


def test_the_app_that_lands_is_measured_by_its_own_manifest() -> None:
    assert found(lander=LANDER) == ()
    refused = found(lander=Lander(None, refused="401 Bad credentials"))
    assert [(each.check, each.severity) for each in refused] == [("landing", "error")]
    assert "GitHub does not believe the key" in refused[0].words
    assert LANDER.app is not None
    bare = replace(LANDER.app, permissions={"metadata": "read", "contents": "read"})
    (less,) = found(lander=replace(LANDER, app=bare))
    assert (less.severity, "contents: write" in less.words) == ("error", True)
    narrow = (replace(INSTALLATION, permissions={"contents": "read"}),)
    (unaccepted,) = found(lander=replace(LANDER, installations=narrow))
    assert "not accepted yet" in unaccepted.words
    (elsewhere,) = found(lander=replace(LANDER, installations=()))
    assert (elsewhere.severity, "nothing lands by itself" in elsewhere.words) == ("note", True)
    suspended = (replace(LANDER.installations[0], suspended=True),)
    assert [each.severity for each in found(lander=replace(LANDER, installations=suspended))] == ["error"]


def test_a_ruleset_offers_the_app_as_source_only_when_it_may_write_statuses() -> None:
    branch = replace(BRANCH, required=(Requirement("codechill", None, "ruleset 3 of acme"),))
    may_not, may = without("statuses"), {**MANIFEST.permissions, "statuses": "write"}
    fixes = [
        next(finding.fix for finding in found(app=replace(APP, permissions=given), branches=(branch,))
             if finding.check == "required")
        for given in (may_not, may)
    ]  # fmt: skip
    assert [fix.startswith("Grant statuses: write") for fix in fixes] == [True, False]
    assert fixes[1].startswith("Choose this App as the expected source")


def worked(work: Work) -> Here:
    return replace(HERE, work=work)


def test_jobs_that_were_given_up_are_told_with_the_newest_reason() -> None:
    (finding,) = found(here=worked(Work((("pull", 12), ("sweep", 1)), "GitError: the disk\nis full")))
    assert (finding.check, finding.severity) == ("jobs", "error")
    assert (
        finding.words == "Jobs were given up: 12 of kind pull, 1 of kind sweep. The newest: GitError: the disk is full."
    )
    assert "codechill jobs list --state dead" in finding.fix


def test_a_rank_that_no_pull_request_reaches_is_told_once_chance_cannot_explain_it() -> None:
    ranks = (Ranked("acme/shop", 89, 0), Ranked("acme/cart", 90, 0), Ranked("acme/till", 500, 1))
    (finding,) = found(here=worked(Work(ranks=ranks)))
    assert (finding.check, finding.about) == ("share", "acme/cart")
    assert finding.words.startswith("None of 90 scored pull requests ranks among the riskiest 5 %")


def test_the_worst_comes_first() -> None:
    findings = found(deliveries=(), skew=12.0, reached=Reached("u", 500))
    assert [finding.severity for finding in findings] == ["error", "warning", "note"]
    assert worst(findings) == "error"
