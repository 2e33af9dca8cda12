"""`codechill config replay`: what a changed file would have let land by itself, before it counts."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.commands.database import Unusable, known_repository, with_stored
from bot.commands.jobs import Nothing
from bot.commands.loading import FILE_TYPE, line
from bot.config.repository import ORGANISATION, composed, proposed
from bot.learning.replayed import Kind, Replayed, replay, table
from bot.policy.config import FILE, Config
from bot.policy.text.whole import visible
from bot.store import Configurations, Exhibits, KnownConfiguration, Outcomes, Repositories

CAVEAT = (
    "Decided on the facts as they were when each change was looked at: records of sources, ranks and reviews are not "
    "counted again, and what people said meanwhile is not in it."
)
_WORDS: dict[Kind, str] = {
    "passes": "pass under both",
    "newly": "would pass and do not now",
    "no_longer": "would not pass any more",
    "another_rule": "would go to a person for another reason",
    "refused": "go to a person for the same reason under both",
}


@click.command("replay")
@with_stored("repositories", "configurations", "exhibits", "outcomes")
@click.argument("file", type=FILE_TYPE, default=FILE, required=False)
@click.option("--repository", required=True, metavar="OWNER/NAME", help="Its name, or its number.")
@click.option("--branch", help="The base branch; needed where several are known.")
@click.option("--days", type=click.IntRange(1, 400), default=60, show_default=True, help="How far back.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def replay_(
    repositories: Repositories,
    configurations: Configurations,
    exhibits: Exhibits,
    outcomes: Outcomes,
    file: Path,
    repository: str,
    branch: str | None,
    days: int,
    style: str,
) -> None:
    """Decide again what automatic review decided, under FILE and under what is in force, on the same frozen facts.

    The organisation's file and the calendars are those that the server keeps. Read the table before you merge a change
    of `auto_review`: once it is in force, whatever waits to land begins its delay anew.

    \b
      codechill config replay .github/codechill.yml --repository acme/shop
      codechill config replay looser.yml --repository acme/shop --days 180 --format json

    Exit status: 0 nothing would pass that does not now, 1 something would, 2 it could not be told.
    """
    now = datetime.now(UTC)
    home = known_repository(repositories, repository)
    known = _known(configurations, home.id, branch)
    in_force, other = _in_force(known, now), _proposed(known, file, now)
    rows = replay(exhibits.of(home.id, now - timedelta(days=days)), in_force, other, outcomes.of(home.id))
    if not rows:
        raise Unusable(f"automatic review decided on no change of {visible(home.full_name)} in the last {days} days")
    if style == "json":
        click.echo(json.dumps(_figures(home.full_name, known.ref, rows), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(visible(home.full_name), known.ref, rows)))
    newly = sum(row.kind == "newly" for row in rows)
    if newly:
        raise Nothing(f"{newly} of {len(rows)} changes would pass that do not now: look at each before you merge it")


def _known(configurations: Configurations, repository_id: int, branch: str | None) -> KnownConfiguration:
    branches = configurations.in_force(ORGANISATION, [repository_id])
    chosen = [one for one in branches if branch in (None, one.ref)]
    if len(chosen) != 1:
        names = ", ".join(visible(one.ref) for one in branches) or "none"
        raise Unusable(f"name a branch with --branch: this server knows {names}")
    return chosen[0]


def _in_force(known: KnownConfiguration, now: datetime) -> Config:
    config = composed(known, now)
    if config is None:
        raise Unusable("the configuration that was kept is not valid for this version any more")
    return config


def _proposed(known: KnownConfiguration, file: Path, now: datetime) -> Config:
    try:
        config, problems = proposed(known, file.read_text("utf-8"), now)
    except UnicodeDecodeError:
        raise Unusable(f"{file} is not UTF-8 text") from None
    if config is None:
        raise Unusable("\n".join(line(problem) for problem in problems))
    return config


def _figures(name: str, ref: str, rows: tuple[Replayed, ...]) -> dict[str, Any]:
    counted = Counter(row.kind for row in rows)
    return {
        "schema": 1,
        "repository": name,
        "branch": ref,
        "changes": len(rows),
        "counts": {kind: counted[kind] for kind in _WORDS},
        "table": [
            {"source": source or None, "before": before, "after": after, "changes": number}
            for source, before, after, number in table(rows)
        ],
        "decided_otherwise": [
            {"number": row.number, "source": row.source or None, "before": row.before, "after": row.after,
             "landed": row.landed, "reverted": row.reverted} for row in rows if row.before != row.after
        ],
        "caveat": CAVEAT,
    }  # fmt: skip


def _lines(name: str, ref: str, rows: tuple[Replayed, ...]) -> Iterator[str]:
    yield f"{name}, {visible(ref)}: {len(rows)} {'change was' if len(rows) == 1 else 'changes were'} decided on"
    counted = Counter(row.kind for row in rows)
    for kind, words in _WORDS.items():
        yield f"  {counted[kind]:>5} {words}"
    for source, before, after, number in table(rows):
        yield f"  {visible(source or 'people'):<24} {before} -> {after}: {number}"
    for row in rows:
        if row.kind == "newly":
            yield f"  #{row.number} {row.before} -> passed; {_became(row)}"
    yield ""
    yield CAVEAT


def _became(row: Replayed) -> str:
    if row.landed is None:
        return "what became of it is not known yet"
    if not row.landed:
        return "closed without landing"
    return "landed, and was reverted" if row.reverted else "landed, and was not reverted"
