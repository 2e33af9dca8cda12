"""Whether the check holds anything: required on each branch, believed from this App only, and who need not obey."""

from collections.abc import Iterator

from bot.doctor.facts import App, Branch, Facts, Requirement
from bot.doctor.finding import Finding
from bot.policy.pull import CHECK
from bot.setup.manifest import Manifest, level_at_least


def required(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    if facts.app is not None:
        for branch in facts.branches:
            yield from _branch(branch, facts.app)


def _branch(branch: Branch, app: App) -> Iterator[Finding]:
    about = f"{branch.repository} {branch.name}"
    if branch.problem:
        words = f"What this branch requires could not be read: {branch.problem}."
        yield Finding("required", "warning", about, words, "Accept the App's permissions, then look again.")
        return
    ours = [requirement for requirement in branch.required if requirement.context == CHECK]
    if not ours:
        yield _not_required(branch, about)
    for requirement in ours:
        if requirement.app_id is None:
            words = f"Whoever may write can report {CHECK} themselves: {requirement.source} believes anybody."
            yield Finding("required", "error", about, words, _pin(requirement, branch, app))
        elif requirement.app_id != app.id:
            words = f"{requirement.source} waits for {CHECK} from App {requirement.app_id}; this is App {app.id}."
            fix = f"Choose this App as the expected source at {branch.settings_url}: nothing can be merged until then."
            yield Finding("required", "error", about, words, fix)


def _pin(requirement: Requirement, branch: Branch, app: App) -> str:
    fix = f"Choose this App as the expected source of the check at {branch.settings_url}."
    if requirement.source == "branch protection" or level_at_least(app.permissions.get("statuses"), "write"):
        return fix
    # so GitHub's documentation of rulesets says; branch protection offers every App that reported the check
    return f"Grant statuses: write at {app.settings_url}/permissions, for a ruleset offers no other Apps. {fix}"


def _not_required(branch: Branch, about: str) -> Finding:
    if branch.mode != "enforce":
        words = f"{CHECK} is not required, as befits mode {branch.mode}."
        return Finding("required", "note", about, words, "Require it before you set mode to enforce.")
    words = f"{CHECK} is not required, so a change that is held can be merged all the same."
    fix = f"Require the check {CHECK}, with this App as its source, at {branch.settings_url}."
    return Finding("required", "error", about, words, fix)


def bypass(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    """Who may merge a change that is held. That is an organisation's own choice, so it is told, not judged."""
    for branch in facts.branches:
        about = f"{branch.repository} {branch.name}"
        for way in branch.bypasses:
            if way.actors is None:
                words = f"{way.source}: GitHub shows this App not who may bypass it."
                yield Finding("bypass", "note", about, words, f"Look at {way.url}.")
            elif way.actors:
                words = f"{way.source} may be bypassed by {', '.join(way.actors)}."
                yield Finding("bypass", "note", about, words, f"Change that at {way.url}.")
