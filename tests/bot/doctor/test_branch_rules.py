"""What GitHub says of a branch's rules, in each form that servers old and new give it."""

import base64
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from github import GithubException
from github.Requester import Requester

from bot.doctor.branches import branches_of
from bot.doctor.endpoints import InstallationEndpoints
from bot.doctor.facts import Branch, Bypass, Requirement
from bot.doctor.wire import Unreachable, Wire
from bot.forge.github.hosts import Host
from bot.forge.github.shapes import RepositoryFacts
from bot.policy.config import FILE

HOST = Host("https://github.com", "https://api.github.com")
SHOP = RepositoryFacts(id=7, full_name="acme/shop", default_branch="main")
URL = "https://github.com/acme/shop/settings/branches"
CHECKS = {"required_status_checks": {"checks": [{"context": "codechill", "app_id": 9}]}}


@dataclass
class Answers:
    """GitHub, by path; what is not there is a 404."""

    by_path: dict[str, Any] = field(default_factory=dict)
    base_url = "https://api.github.com"

    def requestJsonAndCheck(self, verb: str, path: str, parameters: Any) -> tuple[dict[str, str], Any]:
        if path not in self.by_path:
            raise GithubException(404, {"message": "Not Found"}, {})
        return {}, self.by_path[path]


def looked_at(**answers: Any) -> list[Branch]:
    paths = {"branches": "branches", "rules": "rules/branches/main", "full": "branches/main/protection"}
    paths |= {"ruleset": "rulesets/3", "file": f"contents/{FILE}"}
    by_path = {f"/repos/acme/shop/{paths[name]}": answer for name, answer in answers.items()}
    answering = Answers({"/repos/acme/shop/branches": [], **by_path})
    return list(branches_of(InstallationEndpoints(Wire(cast("Requester", answering))), SHOP, HOST))


def protected(**summary: Any) -> list[dict[str, Any]]:
    return [{"name": "main", "protected": True, "protection": {"enabled": True, **summary}}]


def test_without_rules_nothing_is_required() -> None:
    assert looked_at() == [Branch("acme/shop", "main", URL)]


@pytest.mark.parametrize(
    ("checks", "required"),
    [
        ({"checks": [{"context": "ci", "app_id": 9}], "contexts": ["ci"]}, [("ci", 9)]),
        ({"checks": [{"context": "ci", "app_id": -1}], "contexts": ["ci"]}, [("ci", None)]),
        ({"checks": [{"context": "ci"}]}, [("ci", None)]),
        ({"contexts": ["ci", "docs"]}, [("ci", None), ("docs", None)]),  # older servers
        ({"checks": None, "contexts": None}, []),
        ({}, []),
        (None, []),
    ],
)
def test_classic_protection_requires_what_it_names(checks: Any, required: list[tuple[str, int | None]]) -> None:
    (branch,) = looked_at(branches=protected(required_status_checks=checks))
    assert branch.required == tuple(Requirement(*one, "branch protection") for one in required)
    assert branch.bypasses == (Bypass("branch protection", None, URL),)


@pytest.mark.parametrize(("level", "who"), [("non_admins", ("administrators",)), ("everyone", ()), ("off", None)])
def test_the_list_of_branches_tells_whether_administrators_are_bound(level: str, who: Any) -> None:
    (branch,) = looked_at(branches=protected(required_status_checks={"enforcement_level": level}))
    assert branch.bypasses == (Bypass("branch protection", who, URL),)


def test_protection_in_full_names_everybody_who_may_go_round_it() -> None:
    allowed = {"users": [{"login": "mia"}], "teams": [{"slug": "managers"}], "apps": [{"slug": "robot"}]}
    full = {"required_pull_request_reviews": {"bypass_pull_request_allowances": allowed}}
    (branch,) = looked_at(branches=protected(**CHECKS), full=full)
    assert branch.bypasses[0].actors == ("administrators", "mia", "team managers", "App robot")
    (branch,) = looked_at(branches=protected(**CHECKS), full={"enforce_admins": {"enabled": True}})
    assert branch.bypasses[0].actors == ()


def test_protection_that_is_switched_off_is_none() -> None:
    (branch,) = looked_at(branches=[{"name": "main", "protection": {"enabled": False}}])
    assert (branch.required, branch.bypasses) == ((), ())


def rule(**more: Any) -> dict[str, Any]:
    parameters = {"required_status_checks": [{"context": "codechill", "integration_id": 9}]}
    return {
        "type": "required_status_checks",
        "ruleset_id": 3,
        "ruleset_source": "acme",
        "parameters": parameters,
    } | more


def test_a_ruleset_requires_what_it_names_and_says_who_may_go_round_it() -> None:
    actors = [
        {"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "always"},
        {"actor_type": "RepositoryRole", "actor_id": 77, "bypass_mode": "pull_request"},
        {"actor_type": "OrganizationAdmin", "actor_id": None},
        {"actor_type": "Integration", "actor_id": 12, "bypass_mode": "always"},
        {"actor_type": "DeployKey", "actor_id": None},
    ]
    other = {"type": "deletion", "ruleset_id": 4, "ruleset_source": "acme", "parameters": None}
    (branch,) = looked_at(rules=[other, rule()], ruleset={"name": "Landing", "bypass_actors": actors})
    assert branch.required == (Requirement("codechill", 9, "ruleset 3 of acme"),)
    (bypass,) = branch.bypasses
    assert (bypass.source, bypass.url) == ("ruleset Landing", "https://github.com/acme/shop/rules/3")
    assert bypass.actors == (
        "administrators",
        "role 77 (through pull requests only)",
        "owners of the organisation",
        "Integration 12",
        "DeployKey",
    )


@pytest.mark.parametrize("ruleset", [None, {"name": "", "bypass_actors": None}])
def test_who_may_go_round_a_ruleset_that_does_not_say_is_not_known(ruleset: Any) -> None:
    (branch,) = looked_at(rules=[rule()], **({"ruleset": ruleset} if ruleset else {}))
    assert branch.bypasses == (Bypass("ruleset 3", None, "https://github.com/acme/shop/rules/3"),)


@pytest.mark.parametrize(
    ("file", "mode"),
    [
        ({"type": "file", "content": base64.encodebytes(b"version: 1\nmode: advise\n").decode()}, "advise"),
        ({"type": "file", "content": base64.encodebytes(b"mode: [").decode()}, "enforce"),
        ({"type": "file", "content": "", "encoding": "none"}, "enforce"),  # too large to be shown
        ([{"type": "dir"}], "enforce"),
    ],
)
def test_the_mode_is_what_the_repository_says_and_what_makes_no_sense_is_the_default(file: Any, mode: str) -> None:
    assert [branch.mode for branch in looked_at(file=file)] == [mode]


def test_rules_in_a_form_that_github_does_not_document_end_the_visit_with_their_place() -> None:
    with pytest.raises(
        Unreachable, match=r"about rules cannot be read \(parameters\.required_status_checks\.0\.context"
    ):
        looked_at(rules=[rule(parameters={"required_status_checks": [{}]})])
