"""The report on a terminal: the few numbers that decide, then where the rest is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.backtest.words import count, difference, hours, percent
from bot.policy.text.whole import visible

Report = Mapping[str, Any]
COMPARED = 0.10  # the share at which the orders are compared in a sentence


def summary(report: Report) -> Iterator[str]:
    """The report in at most fifty lines."""
    at, sums, labels = report["repository"], report["summary"], report["labels"]
    yield from marked(report)
    yield f"{visible(at['name'])}, branch {visible(at['branch'])}: {at['from']} to {at['to']}"
    yield f"Calendar: {visible(report['configuration']['source'])} ({report['configuration']['timezone']})"
    yield ""
    yield f"  {count(sums['replayed'])} landings replayed, {count(sums['landings'])} of them while a window was open."
    yield f"  A hard freeze would have blocked all {count(sums['landings'])}. codechill would have held {held(sums)}"
    yield f"  and let {count(sums['let_through'])} through ({percent(sums['share_let_through'])})."
    yield f"  {caught(sums)}"
    yield f"  {count(sums['false_alarms'])} held landings have nothing known against them. {risk(sums)}"
    yield f"  {delay(sums)}"
    if sums["proven"]:
        yield f"  {count(sums['proven'])} more would have been held, but were proved harmless."
    yield ""
    yield from table("Windows", report["windows"], "window")
    yield from table("The same windows at other levels", report["levels"], "name")
    yield from table("Other calendars", report["calendars"], "name")
    yield from _curve(report["curve"])
    yield labelled(labels)
    yield from report["notes"][:1]


def marked(report: Report) -> Iterator[str]:
    """That it is partial, when it is."""
    part = report["partial"]
    if part:
        yield f"PARTIAL: {part['why']} after {count(part['decided'])} of {count(part['of'])} landings."


def held(sums: Report) -> str:
    if not sums["landings"]:
        return count(sums["held"])
    between = f"95 % interval {percent(sums['held_low'])} to {percent(sums['held_high'])}"
    return f"{count(sums['held'])} ({percent(sums['share_held'])}, {between}; target {percent(sums['target'])})"


def caught(sums: Report) -> str:
    """What was held of what was at fault, with its interval."""
    if not sums["faults"]:
        return "Nothing that landed in a window is known to have been at fault."
    between = f"{percent(sums['caught_low'])} to {percent(sums['caught_high'])}"
    return (
        f"Of {count(sums['faults'])} landings there that were later reverted or fixed, it would have held "
        f"{count(sums['caught'])} ({percent(sums['share_caught'])}; 95 % interval {between})."
    )


def delay(sums: Report) -> str:
    if sums["delay_median_hours"] is None:
        return ""
    half = f"Half of the held would have waited {hours(sums['delay_median_hours'])} or less"
    if sums["delay_hard_hours"] is None:
        return f"{half}."
    together, frozen = hours(sums["delay_total_hours"]), hours(sums["delay_hard_hours"])
    return f"{half}; all together {together}, under a hard freeze {frozen}."


def risk(sums: Report) -> str:
    """How much more often the held turned out to be at fault than the others."""
    if sums["rate_held"] is None or sums["rate_let"] is None:
        return ""
    return f"Of the held {percent(sums['rate_held'])} were at fault, of those let through {percent(sums['rate_let'])}."


def labelled(labels: Report) -> str:
    """How much the figures rest on."""
    weak = " That is few: the figures are weak." if labels["weak"] else ""
    kinds = f"{count(labels['reverted'])} reverted, {count(labels['fixed'])} fixed"
    kinds += f", {count(labels['incidents'])} named by incidents" if labels["incidents"] else ""
    return (
        f"Known faults: {count(labels['faults'])} ({kinds}), {percent(labels['rate'])} of landings.{weak} "
        f"Of the newest {count(labels['unripe'])} not much is known yet."
    )


def table(title: str, rows: Sequence[Report], name: str) -> Iterator[str]:
    """One line a row, columns aligned; nothing for no rows."""
    if not rows:
        return
    head = (title, "target", "landings", "held", "held %", "faults", "caught", "median wait")
    cells = [head, *(_cells(row, name) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    for line in cells:
        first = f"{line[0]:<{widths[0]}}"
        rest = (f"{cell:>{width}}" for cell, width in zip(line[1:], widths[1:], strict=True))
        yield "  ".join((first, *rest)).rstrip()
    yield ""


def _cells(row: Report, name: str) -> tuple[str, ...]:
    cells = [visible(str(row[name])), "" if row.get("target") is None else percent(row["target"])]
    cells += [count(row["landings"]), count(row["held"]), percent(row["share_held"]), count(row["faults"])]
    return (*cells, count(row["caught"]), hours(row["delay_median_hours"]))


def _curve(curve: Report) -> Iterator[str]:
    yield f"Of all {count(curve['faults'])} known faults, captured when exactly the riskiest share of all is gated:"
    yield "  gated   codechill                    Table I     size  random  (threshold really gates)"
    for row in curve["table"]:
        ours = row["codechill"]
        around = "" if ours["low"] is None else f"[{percent(ours['low'])}, {percent(ours['high'])}]"
        paper = percent(row["table1"]["captured"] if row["table1"] else None)
        others = f"{paper:>9}  {percent(row['churn']['captured']):>7}  {percent(row['random']):>6}"
        really = f"({percent(row['served'])})"
        yield f"  {percent(row['target']):<6}  {percent(ours['captured']):>7} {around:<19}{others}  {really}"
    yield from differences(curve)
    yield ""


def differences(curve: Report) -> Iterator[str]:
    """How codechill's order compares with the others where a tenth is gated, as far as chance lets anybody say."""
    row = next(row for row in curve["table"] if row["target"] == COMPARED)
    for key, words in (("over_table1", "the Table I regression"), ("over_churn", "the size of the change")):
        lead = row.get(key)
        if lead:
            sure = "" if lead["low"] > 0 or lead["high"] < 0 else ", so chance alone could explain it"
            points, order = abs(lead["value"] * 100), "fewer" if lead["value"] < 0 else "more"
            between = f"95 % interval {difference(lead['low'])} to {difference(lead['high'])}"
            yield (
                f"At {percent(COMPARED)} gated codechill captures {points:.1f} points {order} of the faults than "
                f"{words} ({between}{sure})."
            )
