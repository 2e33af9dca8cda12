"""`codechill guardrails`: what became of what was let through, held and excepted."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from bot.backtest.words import count, hours, percent
from bot.commands.database import known_repository, with_stored
from bot.commands.jobs import Nothing
from bot.learning.guardrails import CAVEAT, KINDS, Comparison, Guardrails
from bot.learning.guardrails import guardrails as counted
from bot.policy.text.whole import visible
from bot.store import FeedbackLog, Outcomes, Repositories
from scoring.learning.rates import Rate


@click.command()
@with_stored("repositories", "outcomes", "feedback")
@click.option("--repository", required=True, metavar="OWNER/NAME", help="Its name, or its number.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def guardrails(
    repositories: Repositories, outcomes: Outcomes, feedback: FeedbackLog, repository: str, style: str
) -> None:
    """Count reverts and incidents among what was let through, held, and landed by exception.

    A landing counts from 30 days after it landed, with what was known against it by then. Each rate has its 95 %
    interval, each comparison the chance that there is no difference (Fisher's exact test, one-sided).

    \b
      codechill guardrails --repository acme/shop
      codechill guardrails --repository acme/shop --format json

    Exit status: 0 no worse than before, 1 what was let through in the newest 90 days does worse than what was before,
    2 it could not be told.
    """
    known = known_repository(repositories, repository)
    seen = counted(outcomes.of(known.id), feedback.all(known.id), datetime.now(UTC))
    if style == "json":
        click.echo(json.dumps(figures(seen), indent=2))
    else:
        click.echo("".join(f"{line}\n" for line in _lines(visible(known.full_name), seen)), nl=False)
    if seen.worse:
        raise Nothing("what was let through in the newest 90 days does worse than what was let through before")


def figures(seen: Guardrails) -> dict[str, Any]:
    """As plain data; a share of nothing is null."""
    return {
        "schema": 1,
        "at": seen.at.isoformat(),
        "groups": [
            {"name": each.name, "words": each.words, "landings": each.landings, "median_hours": rounded(each.hours)}
            | {kind: _rate(each.rates[kind]) for kind in KINDS}
            for each in seen.groups
        ],
        "comparisons": [_comparison(each) for each in (*seen.comparisons, *seen.recent)],
        "fates": seen.fates,
        "unripe": seen.unripe,
        "median_hours_to_close": rounded(seen.hours_to_close),
        "median_hours_held": rounded(seen.hours_held),
        "feedback_useful": _rate(seen.useful),
        "worse": seen.worse,
        "caveat": CAVEAT,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "count": rate.part, "of": rate.whole, "rate": rounded(rate.value), "low": rounded(rate.low),
        "high": rounded(rate.high),
    }  # fmt: skip


def _comparison(each: Comparison) -> dict[str, Any]:
    span = each.ratio
    return {
        "of": each.name, "words": each.words, "first": _rate(each.first), "second": _rate(each.second),
        "p": float(f"{each.p:.4g}"),
        "ratio": None if span is None else {name: rounded(getattr(span, name)) for name in ("value", "low", "high")},
    }  # fmt: skip


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _lines(name: str, seen: Guardrails) -> Iterator[str]:
    yield f"{name}: {count(sum(each.landings for each in seen.groups))} landings are 30 days old or older,"
    yield f"{count(seen.unripe)} are younger; {count(seen.fates['censored'])} were held and never landed."
    yield ""
    for group in seen.groups:
        lasted = hours(group.hours)
        yield f"  {group.words:<20} {count(group.landings):>7} landings, median {lasted} from published to landed"
        for kind, rate in group.rates.items():
            yield f"  {'':<20} {kind:<9} {_said(rate)}"
    yield ""
    for each in (*seen.comparisons, *seen.recent):
        span = each.ratio
        times = "no ratio" if span is None else f"{span.value:.2f} times [{span.low:.2f}, {span.high:.2f}]"
        sizes = f"n = {each.first.whole} and {each.second.whole}"
        yield f"  {each.name:<9} {each.words}: {times}, p = {each.p:.2g} ({sizes})"
    yield ""
    closing, holding = hours(seen.hours_to_close), hours(seen.hours_held)
    yield f"  published to landed or closed: median {closing}; of what was held {holding}"
    yield f"  feedback that says useful: {_said(seen.useful)}"
    yield ""
    yield CAVEAT


def _said(rate: Rate) -> str:
    if not rate.whole:
        return "none of none"
    return f"{rate.part} of {count(rate.whole)}, {percent(rate.value)} [{percent(rate.low)}, {percent(rate.high)}]"
