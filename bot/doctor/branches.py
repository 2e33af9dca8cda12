"""What holds on the branches of a repository: checks required by classic protection and rulesets, and who bypasses."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from bot.doctor.facts import Branch, Bypass, Requirement
from bot.doctor.wire import Refused, Wire
from bot.forge.github.hosts import Host
from bot.policy.config import FILE, ConfigError, parse

_BRANCHES = 200  # of one repository


def branches_of(wire: Wire, repository: dict[str, Any], host: Host) -> Iterator[Branch]:
    """The default branch and every protected one."""
    name, default = repository["full_name"], repository["default_branch"]
    settings = f"{host.web}/{name}/settings/branches"
    try:
        mode = _mode(wire, name)
        rows = wire.pages(f"/repos/{name}/branches", most=_BRANCHES, protected="true")
        protected = {row["name"]: row for row in rows}
        for branch in dict.fromkeys((default, *protected)):
            summary = protected.get(branch, {}).get("protection") or {}
            required, bypasses = _held(wire, name, branch, summary, host)
            yield Branch(name, branch, settings, mode, branch == default, required, bypasses)
    except Refused as refused:
        if refused.limited:
            raise
        yield Branch(name, default, settings, problem=str(refused))


def _mode(wire: Wire, name: str) -> str:
    """What the repository's own configuration says; a file that makes no sense is taken for the defaults."""
    file = wire.get_or_none(f"/repos/{name}/contents/{FILE}")
    if not isinstance(file, dict) or file.get("encoding") != "base64":
        return str(parse("version: 1\n").mode)
    try:
        return str(parse(_text(file["content"])).mode)
    except ConfigError:
        return str(parse("version: 1\n").mode)


def _text(content: str) -> str:
    return base64.b64decode(content).decode("utf-8", "replace")


def _held(
    wire: Wire, name: str, branch: str, summary: dict[str, Any], host: Host
) -> tuple[tuple[Requirement, ...], tuple[Bypass, ...]]:
    rules = _rules(wire, name, branch)
    required = (*_by_protection(summary), *_by_rulesets(rules))
    classic = [_protection_bypass(wire, name, branch, summary, host)] if summary.get("enabled", bool(summary)) else []
    rulesets = dict.fromkeys(int(rule["ruleset_id"]) for rule in rules if rule["type"] == "required_status_checks")
    newer = [_ruleset_bypass(wire, name, number, host) for number in rulesets]
    return tuple(dict.fromkeys(required)), (*classic, *newer)


def _rules(wire: Wire, name: str, branch: str) -> list[dict[str, Any]]:
    """None where a plan or an older server has no rulesets."""
    try:
        return list(wire.pages(f"/repos/{name}/rules/branches/{quote(branch, safe='')}"))
    except Refused as refused:
        if refused.absent:
            return []
        raise


def _by_protection(summary: dict[str, Any]) -> Iterator[Requirement]:
    checks = summary.get("required_status_checks") or {}
    sources = {check["context"]: _source(check.get("app_id")) for check in checks.get("checks") or ()}
    # older servers name contexts only: they cannot hold a check to one source
    for context in dict.fromkeys((*sources, *(checks.get("contexts") or ()))):
        yield Requirement(context, sources.get(context), "branch protection")


def _by_rulesets(rules: list[dict[str, Any]]) -> Iterator[Requirement]:
    for rule in rules:
        if rule["type"] == "required_status_checks":
            source = f"ruleset {rule['ruleset_id']} of {rule['ruleset_source']}"
            for check in (rule.get("parameters") or {}).get("required_status_checks") or ():
                yield Requirement(check["context"], _source(check.get("integration_id")), source)


def _source(app_id: int | None) -> int | None:
    """GitHub says -1, or nothing, where any source is believed."""
    return app_id if app_id is not None and app_id > 0 else None


def _protection_bypass(wire: Wire, name: str, branch: str, summary: dict[str, Any], host: Host) -> Bypass:
    """In full where the App may read administration; else what the list of branches tells about administrators."""
    url = f"{host.web}/{name}/settings/branches"
    full = wire.get_or_none(f"/repos/{name}/branches/{quote(branch, safe='')}/protection")
    if full is not None:
        admins = () if (full.get("enforce_admins") or {}).get("enabled") else ("administrators",)
        allowed = (full.get("required_pull_request_reviews") or {}).get("bypass_pull_request_allowances") or {}
        return Bypass("branch protection", (*admins, *_named(allowed)), url)
    level = (summary.get("required_status_checks") or {}).get("enforcement_level")
    if level == "non_admins":
        return Bypass("branch protection", ("administrators",), url)
    return Bypass("branch protection", () if level == "everyone" else None, url)


def _named(allowed: dict[str, Any]) -> Iterator[str]:
    yield from (user["login"] for user in allowed.get("users") or ())
    yield from (f"team {team['slug']}" for team in allowed.get("teams") or ())
    yield from (f"App {app['slug']}" for app in allowed.get("apps") or ())


def _ruleset_bypass(wire: Wire, name: str, number: int, host: Host) -> Bypass:
    url = f"{host.web}/{name}/rules/{number}"
    ruleset = wire.get_or_none(f"/repos/{name}/rulesets/{number}") or {}
    source, actors = f"ruleset {number}", ruleset.get("bypass_actors")
    if ruleset.get("name"):
        source = f"ruleset {ruleset['name']}"
    if actors is None:
        return Bypass(source, None, url)
    return Bypass(source, tuple(_actor(actor) for actor in actors), url)


def _actor(actor: dict[str, Any]) -> str:
    kind, number = str(actor.get("actor_type")), actor.get("actor_id")
    # GitHub numbers the roles of a repository this way
    roles = {2: "maintainers", 4: "writers", 5: "administrators"}
    if kind == "RepositoryRole":
        words = roles.get(int(number or 0), f"role {number}")
    elif kind == "OrganizationAdmin":
        words = "owners of the organisation"
    else:
        words = f"{kind} {number}" if number else kind
    return f"{words} (through pull requests only)" if actor.get("bypass_mode") == "pull_request" else words
