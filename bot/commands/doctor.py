"""`codechill doctor`: is the App well, and does its check hold what it says it holds."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commands.operator import Unusable, env_option, settings_from
from bot.commands.refusals import sentence
from bot.doctor import Facts, Finding, Refused, Scope, Unreachable, visit, worst
from bot.setup.manifest import PROFILES, ManifestError, Profile


def _now() -> datetime:
    return datetime.now(UTC)


@click.command()
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--repo", "repos", multiple=True, metavar="OWNER/NAME", help="Only this one; repeat for more.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Repositories an account."
)
@click.option("--profile", type=click.Choice(PROFILES), default="advisory", show_default=True)
@env_option
def doctor(layout: str, repos: tuple[str, ...], limit: int, profile: Profile, env_file: Path | None) -> None:
    """Check the App from GitHub's side and from this machine's. Reads only.

    Looked at: the clock, the key, permissions and events against the manifest, accounts that have not accepted them,
    the webhook and its last deliveries, whether the check is required on every protected branch and believed from this
    App only, who may bypass it, the database, the model, the disk, jobs that were given up, looks that keep failing.

    \b
    Exit status: 0  all is well (there may be notes)
                 1  something has to be put right
                 2  it could not be checked
    """
    settings = settings_from(env_file)
    try:
        facts, findings = visit(settings, os.environ, _now, scope=Scope(repos, limit), profile=profile)
    except (Unreachable, Refused, ManifestError, OSError, ValueError) as error:
        raise Unusable(sentence(error)) from None
    click.echo(_json(facts, findings) if layout == "json" else "\n".join(_text(facts, findings)))
    raise SystemExit(0 if worst(findings) in (None, "note") else 1)


def _json(facts: Facts, findings: tuple[Finding, ...]) -> str:
    report = {
        "at": facts.now.isoformat(),
        "app": None if facts.app is None else {"id": facts.app.id, "slug": facts.app.slug},
        "worst": worst(findings),
        "looked_at": {"installations": len(facts.installations), "branches": len(facts.branches)},
        "findings": [_row(finding) for finding in findings],
    }
    return json.dumps(report, indent=2)


def _row(finding: Finding) -> dict[str, str]:
    return {"check": finding.check, "severity": finding.severity, "about": finding.about,
            "found": finding.words, "fix": finding.fix}  # fmt: skip


def _text(facts: Facts, findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        yield f"{finding.severity:<8} {_visible(finding.about)}: {_visible(finding.words)}"
        if finding.fix:
            yield f"{'':<8} -> {_visible(finding.fix)}"
    who = f"{facts.app.slug} (App {facts.app.id})" if facts.app else "the App"
    looked = f"looked at accounts: {len(facts.installations)}, branches: {len(facts.branches)}"
    serious = sum(finding.severity != "note" for finding in findings)
    yield f"{_visible(who)}: {looked}; " + (f"{serious} to put right." if serious else "all is well.")


def _visible(text: str) -> str:
    """Names come from other people: nothing in them may drive a terminal."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
