"""What holds on the branches of a repository: checks required by classic protection and rulesets, and who bypasses."""

from collections.abc import Iterable, Iterator

from bot.doctor.endpoints import InstallationEndpoints
from bot.doctor.facts import Branch, Bypass, Requirement
from bot.doctor.wire import Refused
from bot.forge.github.hosts import Host
from bot.forge.github.protection import Allowances, BypassActor, Rule, Summary, source_of
from bot.forge.github.shapes import RepositoryFacts
from bot.policy.config import FILE, ConfigError, parse

_CHECKS = "required_status_checks"  # the type of a rule that requires them
_ROLES = {2: "maintainers", 4: "writers", 5: "administrators"}  # GitHub's numbers for the roles of a repository


def branches_of(reads: InstallationEndpoints, repository: RepositoryFacts, host: Host) -> Iterator[Branch]:
    """The default branch and every protected one."""
    name, default = repository.full_name, repository.default_branch
    settings = f"{host.web}/{name}/settings/branches"
    try:
        mode = _mode(reads, name)
        summaries = {branch.name: branch.protection for branch in reads.protected_branches(name)}
        for branch in dict.fromkeys((default, *summaries)):
            required, bypasses = _held(reads, name, branch, summaries.get(branch), host)
            yield Branch(name, branch, settings, mode, branch == default, required, bypasses)
    except Refused as refused:
        if refused.limited:
            raise
        yield Branch(name, default, settings, problem=str(refused))


def _mode(reads: InstallationEndpoints, name: str) -> str:
    """What the repository's own configuration says; a file that makes no sense is taken for the defaults."""
    file = reads.file(name, FILE)
    try:
        return str(parse(file.text() if file is not None and file.content else "version: 1\n").mode)
    except ConfigError:
        return str(parse("version: 1\n").mode)


def _held(
    reads: InstallationEndpoints, name: str, branch: str, summary: Summary | None, host: Host
) -> tuple[tuple[Requirement, ...], tuple[Bypass, ...]]:
    rules = tuple(rule for rule in reads.rules(name, branch) if rule.type == _CHECKS)
    required = (*_by_protection(summary), *_by_rulesets(rules))
    classic = (
        [_protection_bypass(reads, name, branch, summary, host)] if summary is not None and summary.enabled else []
    )
    newer = [_ruleset_bypass(reads, name, number, host) for number in dict.fromkeys(rule.ruleset_id for rule in rules)]
    return tuple(dict.fromkeys(required)), (*classic, *newer)


def _by_protection(summary: Summary | None) -> Iterator[Requirement]:
    checks = summary.required_status_checks if summary is not None else None
    if checks is not None:
        sources = {check.context: source_of(check.app_id) for check in checks.checks}
        # older servers name contexts only: they cannot hold a check to one source
        for context in dict.fromkeys((*sources, *checks.contexts)):
            yield Requirement(context, sources.get(context), "branch protection")


def _by_rulesets(rules: Iterable[Rule]) -> Iterator[Requirement]:
    for rule in rules:
        source = f"ruleset {rule.ruleset_id} of {rule.ruleset_source}"
        for check in rule.parameters.required_status_checks if rule.parameters is not None else ():
            yield Requirement(check.context, source_of(check.integration_id), source)


def _protection_bypass(reads: InstallationEndpoints, name: str, branch: str, summary: Summary, host: Host) -> Bypass:
    """In full where the App may read administration; else what the list of branches tells about administrators."""
    url = f"{host.web}/{name}/settings/branches"
    full = reads.full_protection(name, branch)
    if full is not None:
        admins = () if full.enforce_admins is not None and full.enforce_admins.enabled else ("administrators",)
        reviews = full.required_pull_request_reviews
        allowed = reviews.bypass_pull_request_allowances if reviews is not None else None
        return Bypass("branch protection", (*admins, *_named(allowed or Allowances())), url)
    level = summary.required_status_checks.enforcement_level if summary.required_status_checks is not None else None
    if level == "non_admins":
        return Bypass("branch protection", ("administrators",), url)
    return Bypass("branch protection", () if level == "everyone" else None, url)


def _named(allowed: Allowances) -> Iterator[str]:
    yield from (user.login for user in allowed.users)
    yield from (f"team {team.slug}" for team in allowed.teams)
    yield from (f"App {app.slug}" for app in allowed.apps)


def _ruleset_bypass(reads: InstallationEndpoints, name: str, number: int, host: Host) -> Bypass:
    ruleset, url = reads.ruleset(name, number), f"{host.web}/{name}/rules/{number}"
    source = f"ruleset {(ruleset.name if ruleset is not None else '') or number}"
    if ruleset is None or ruleset.bypass_actors is None:
        return Bypass(source, None, url)
    return Bypass(source, tuple(_actor(actor) for actor in ruleset.bypass_actors), url)


def _actor(actor: BypassActor) -> str:
    kind, number = actor.actor_type, actor.actor_id
    if kind == "RepositoryRole":
        words = _ROLES.get(number or 0, f"role {number}")
    elif kind == "OrganizationAdmin":
        words = "owners of the organisation"
    else:
        words = f"{kind} {number}" if number else kind
    return f"{words} (through pull requests only)" if actor.bypass_mode == "pull_request" else words
