"""The report of a trial in words: on a terminal, and as a page of Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.backtest.words import count, percent
from bot.policy.text.whole import visible

Report = Mapping[str, Any]
HEAD = ("who", "at", "changes", "pass", "yield", "at fault", "rate", "others at fault", "ratio", "p")


def summary(report: Report) -> Iterator[str]:
    """For a terminal: the figures that decide, then which layer sent what to people."""
    yield from _opening(report)
    for given, title in ((True, "With a past that shuts no gate"), (False, "With the past that each source had")):
        yield ""
        yield f"{title}:"
        yield from _aligned([HEAD, *(_cells(row) for row in report["rates"] if row["given"] is given and row["of"])])
        yield ""
        yield from _aligned([("layer", "rule", "at", "programs", "people", "at fault"), *_layers(report, given)])
    yield ""
    yield from (_goal(goal) for goal in report["goals"] if goal["given"])
    yield from _notes(report)


def markdown(report: Report, command: str) -> str:
    """The same as a page."""
    lines = [f"# Automatic review, tried on {visible(report['repository']['name'])}", "", *_opening(report), ""]
    lines += ["```sh", command, "```", ""]
    for given, title in ((True, "With a past that shuts no gate"), (False, "With the past that each source had")):
        lines += [f"## {title}", ""]
        lines += _table(HEAD, [_cells(row) for row in report["rates"] if row["given"] is given and row["of"]])
        lines += ["", "Sent to people:", ""]
        lines += _table(("layer", "rule", "at", "programs", "people", "at fault"), list(_layers(report, given)))
        lines += [""]
    lines += ["## Goals", "", *(f"- {_goal(goal)}" for goal in report["goals"]), ""]
    lines += [
        "## What git does not tell",
        "",
        *(f"- {line}" for line in report["taken_as_given"]),
        "",
        report["caveat"],
    ]
    return "\n".join(lines) + "\n"


def _opening(report: Report) -> Iterator[str]:
    at = report["repository"]
    if report["partial"]:
        part = report["partial"]
        yield f"PARTIAL: {part['why']} after {count(part['tried'])} of {count(part['of'])} landings."
    yield f"{visible(at['name'])}: {at['from']} to {at['to']}, counted until {at['ripe_until']}, when faults are known."
    weak = " That is few: the figures are weak." if report["weak"] else ""
    yield (
        f"{count(report['landings'])} landings, {count(report['programs'])} of them by programs; later at fault: "
        f"{count(report['faults'])}, of programs {count(report['program_faults'])}.{weak}"
    )


def _cells(row: Report) -> tuple[str, ...]:
    return (
        visible(row["group"]), row["dial"], count(row["of"]), count(row["passed"]), _rate(row, "yield"),
        count(row["faults"]), _rate(row, "rate"),
        f"{count(row['others_faults'])} of {count(row['others'])} ({percent(row['others_rate'])})", _ratio(row),
        "" if row["p"] is None else f"{row['p']:.3f}",
    )  # fmt: skip


def _rate(row: Report, name: str) -> str:
    if row[name] is None:
        return "–"
    return f"{percent(row[name])} [{percent(row[f'{name}_low'])}, {percent(row[f'{name}_high'])}]"


def _ratio(row: Report) -> str:
    if row["ratio"] is None:
        return "–"
    return f"{row['ratio']:.2f} [{row['ratio_low']:.2f}, {row['ratio_high']:.2f}]"


def _layers(report: Report, given: bool) -> Iterator[tuple[str, ...]]:
    for row in report["layers"]:
        if row["given"] is given:
            counts = (count(row["programs"]), count(row["people"]), count(row["faults"]))
            yield (row["layer"], row["rule"], row["dial"], *counts)


def _goal(goal: Report) -> str:
    past = "given" if goal["given"] else "earned"
    parts = [f"Programs at {goal['dial']}, trust {past}:"]
    if goal["least_yield"] is not None:
        parts.append(f"{percent(goal['yield'])} pass (goal {percent(goal['least_yield'])}: {_met(goal['yields'])});")
    high = "unknown" if goal["ratio_high"] is None else f"{goal['ratio_high']:.2f}"
    parts.append(f"upper bound of the ratio {high} (goal {goal['most_ratio']:.2f}: {_met(goal['safe'])}).")
    return " ".join(parts)


def _met(answer: bool | None) -> str:
    return "met" if answer else "not met"


def _notes(report: Report) -> Iterator[str]:
    yield ""
    yield from report["taken_as_given"]
    yield report["caveat"]


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    if len(rows) == 1:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    rule = "|" + "---|" * len(head)
    return [f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)]
