"""`codechill report auto-review`: what landing by itself came to, in numbers that can be counted again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot.backtest.words import count, hours, percent
from bot.commands.database import known_repository, with_stored
from bot.commands.guardrails import rounded
from bot.commands.jobs import Nothing
from bot.learning.auto_review import CAVEAT, THIN, Compared, breach
from bot.learning.auto_review_report import AutoReviewReport, Parts, read
from bot.learning.pace import Both, Median
from bot.plain import plain
from bot.policy.text.whole import visible
from bot.store import Repositories
from scoring.learning.rates import Rate, Ratio


@click.command("auto-review")
@with_stored(
    "repositories", "outcomes", "slots", "courses", "passages", "landings", "claims", "hindsights", "audit"
)  # fmt: skip
@click.option("--repository", required=True, metavar="OWNER/NAME", help="Its name, or its number.")
@click.option("--days", type=click.IntRange(31, 3650), default=180, show_default=True, help="How far back.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def auto_review(repositories: Repositories, repository: str, days: int, style: str, **stored: Any) -> None:
    """Count what landed by itself against all else: faults, time, what is left to read, what was refused and why.

    A landing counts from 30 days after it landed, with what was known against it by then. Rates have their 95 %
    interval (Wilson), comparisons the chance that there is no difference (Fisher's exact test, one-sided) and the ratio
    with its interval. Where fewer than 20 cases speak, only their number is said.

    \b
      codechill report auto-review --repository acme/shop
      codechill report auto-review --repository acme/shop --days 365 --format json

    Exit status: 0 no worse than all else, 1 what landed by itself does worse, 2 it could not be told.
    """
    home = known_repository(repositories, repository)
    seen = read(Parts(**stored), home, datetime.now(UTC), timedelta(days=days))
    if style == "json":
        click.echo(json.dumps(figures(home.full_name, seen), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(visible(home.full_name), seen)))
    if why := breach(seen.compared):
        raise Nothing(f"what landed by itself does worse than all else: {why}")


def figures(name: str, seen: AutoReviewReport) -> dict[str, Any]:
    """As plain data; what too few cases speak for is null."""
    return {
        "schema": 1,
        "repository": name,
        "at": seen.at.isoformat(),
        "since": seen.since.isoformat(),
        "landed_by_itself": seen.compared.alone,
        "all_else": seen.compared.others,
        "too_young": seen.compared.unripe,
        "comparisons": [] if seen.compared.thin else [_comparison(each) for each in _pairs(seen.compared)],
        "hours_to_close": _both(seen.pace.to_close),
        "hours_of_review": _both(seen.pace.review),
        "hours_in_queue": plain(seen.pace.queue, named=False),
        "read_within_24_hours": _rate(seen.pace.within_a_day),
        "waiting_for_a_reader": seen.pace.waiting,
        "lines_of_a_change": plain(seen.pressure.lines, named=False),
        "changes": seen.pressure.changes,
        "developers": seen.pressure.developers,
        "changes_of_a_developer": rounded(seen.pressure.a_developer),
        "automated": _rate(seen.pressure.automated),
        "files_nobody_read_for_90_days": _rate(seen.readership.unread),
        "readers": seen.readership.readers,
        "busiest_reader": _rate(seen.readership.busiest),
        "within_the_safest": [
            {"step": f"P{each.step}", "bots": _rate(each.bots), "people": _rate(each.people)} for each in seen.yields
        ],
        "dials": [
            {"source": each.source, "at": each.at.isoformat(), "from": each.before_dial, "to": each.after_dial,
             "passed_before": _rate(each.before), "passed_after": _rate(each.after)} for each in seen.moved
        ],
        "refusals": [plain(each, named=False) for each in seen.refusals],
        "would_a_person_have_caught_it": [
            {"claim": each.claim.id, "incident": each.claim.incident, "number": each.number,
             "answer": each.said.answer if each.said else None, "by": each.said.by if each.said else None}
            for each in seen.questions
        ],
        "hours_to_close_over_the_trend": plain(seen.sped_up, named=False),
        "caveat": CAVEAT,
    }  # fmt: skip


def _pairs(seen: Compared) -> Iterator[dict[str, Any]]:
    matched = {each.name: each for each in seen.matched}
    for each in seen.comparisons:
        yield {"of": each.name, "all": each, "matched": matched.get(each.name)}


def _comparison(pair: dict[str, Any]) -> dict[str, Any]:
    every, matched = pair["all"], pair["matched"]
    shown: dict[str, Any] = {
        "of": pair["of"],
        "landed_by_itself": _rate(every.first),
        "all_else": _rate(every.second),
        "p": float(f"{every.p:.4g}"),
        "ratio": _ratio(every.ratio),
    }
    if matched is not None:
        sizes = {"landed_by_itself": matched.alone, "all_else": matched.others, "strata": matched.strata}
        shown["matched"] = sizes | {"ratio": _ratio(matched.ratio)}
    return shown


def _both(each: Both) -> dict[str, Any]:
    return {
        "landed_by_itself": plain(each.alone, named=False),
        "all_else": plain(each.others, named=False),
        "times": rounded(each.ratio),
    }


def _rate(rate: Rate | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    thin = rate.whole < THIN
    return {"count": rate.part, "of": rate.whole} | {
        name: None if thin else rounded(getattr(rate, name)) for name in ("value", "low", "high")
    }


def _ratio(ratio: Ratio | None) -> dict[str, Any] | None:
    return None if ratio is None else {name: rounded(getattr(ratio, name)) for name in ("value", "low", "high")}


def _lines(name: str, seen: AutoReviewReport) -> Iterator[str]:
    yield f"{name}: {count(seen.compared.alone)} landings by themselves and {count(seen.compared.others)} others count."
    yield f"{count(seen.compared.unripe)} more landed by themselves less than 30 days ago."
    yield ""
    yield from _faults(seen.compared)
    yield from _times(seen)
    yield from _people(seen)
    yield ""
    yield from _ledger(seen)
    yield ""
    yield CAVEAT


def _faults(seen: Compared) -> Iterator[str]:
    if seen.thin:
        yield f"  Nothing is said of their faults: at least {THIN} of each are needed."
        return
    for pair in _pairs(seen):
        every, matched = pair["all"], pair["matched"]
        yield f"  {pair['of']:<9} by itself {_said(every.first)}; all else {_said(every.second)}"
        yield f"  {'':<9} {_times_said(every.ratio)}; chance alone makes it so high with p = {every.p:.2g}"
        if matched is not None and matched.strata:
            sizes = f"{matched.alone} and {matched.others} in {matched.strata} groups alike in size, path and author"
            yield f"  {'':<9} matched {_times_said(matched.ratio)}: {sizes}"


def _times(seen: AutoReviewReport) -> Iterator[str]:
    for words, both in (("published to closed", seen.pace.to_close), ("review, queue apart", seen.pace.review)):
        times = "" if both.ratio is None else f": {both.ratio:.2f} times as long"
        yield f"  {words:<20} by itself {_median(both.alone)}; all else {_median(both.others)}{times}"
    yield f"  {'in the queue':<20} {_median(seen.pace.queue)}"
    if seen.sped_up is not None:
        effect = seen.sped_up
        span = f"{effect.value:+.1f} h [{effect.low:+.1f}, {effect.high:+.1f}]"
        yield f"  hours to close of programs' changes moved {span} more than people's since the first landed by itself"


def _people(seen: AutoReviewReport) -> Iterator[str]:
    pressure, readers = seen.pressure, seen.readership
    yield f"  read within 24 hours: {_said(seen.pace.within_a_day)}; waiting for a reader now: {seen.pace.waiting}"
    lines = "–" if pressure.lines.value is None else f"{pressure.lines.value:g}"
    each = "–" if pressure.a_developer is None else f"{pressure.a_developer:.1f}"
    yield f"  {count(pressure.changes)} changes, median {lines} lines; {pressure.developers} developers, {each} each"
    yield f"  by programs: {_said(pressure.automated)}"
    yield f"  files that changed and nobody but their author read for 90 days: {_said(readers.unread)}"
    yield f"  {readers.readers} people read; the busiest did {_said(readers.busiest)}"


def _ledger(seen: AutoReviewReport) -> Iterator[str]:
    for each in seen.yields:
        yield f"  among the safest {each.step:>2} %: programs' {_said(each.bots)}; people's {_said(each.people)}"
    for move in seen.moved:
        passed = f"passed {_said(move.before)} before, {_said(move.after)} after"
        yield f"  {visible(move.source)} {move.before_dial} -> {move.after_dial} {move.at:%d %b %Y}: {passed}"
    for rule in seen.refusals:
        landed = f"{rule.landed} landed, {rule.unchanged} of them unchanged ({rule.reverted} reverted)"
        yield f"  {rule.stage}/{rule.rule}: {rule.changes} changes to a person; {landed}"
    for asked in seen.questions:
        said = f"{asked.said.answer} ({visible(asked.said.by)})" if asked.said else "nobody has said yet"
        yield f"  {visible(asked.claim.incident)} of #{asked.number}: would a person have caught it? {said}"
        if asked.said is None:
            yield f"    codechill incidents caught {asked.claim.id} yes|no|unsure --by NAME --because WHY"


def _said(rate: Rate | None) -> str:
    if rate is None:
        return f"too few to say (fewer than {THIN})"
    if rate.whole < THIN:
        return f"{rate.part} of {rate.whole}, too few to say"
    return f"{rate.part} of {count(rate.whole)}, {percent(rate.value)} [{percent(rate.low)}, {percent(rate.high)}]"


def _times_said(ratio: Ratio | None) -> str:
    return "no ratio" if ratio is None else f"{ratio.value:.2f} times [{ratio.low:.2f}, {ratio.high:.2f}]"


def _median(each: Median) -> str:
    return f"too few to say ({each.n})" if each.value is None else f"median {hours(each.value)} ({count(each.n)})"
