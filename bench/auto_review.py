"""Pool reports of `codechill backtest --auto-review --json`: one table of several histories, for docs/auto-review-evidence.md.

    python -m bench.auto_review REPORT.json ... [--format json]

Histories differ in how often faults are written down, so what passed is compared within each: observed faults of what
passed over those expected had it failed as often as all else there (a standardised ratio), with Garwood's exact Poisson
interval of what was observed. What is expected is taken as known.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from math import exp, lgamma, log
from pathlib import Path
from typing import Any

from scoring.learning.rates import wilson

Report = dict[str, Any]
DIALS = ("P5", "P10", "P20", "P25", "P50")


def row_of(report: Report, dial: str, *, given: bool, group: str = "programs") -> Report | None:
    wanted = (group, dial, given)
    return next((row for row in report["rates"] if (row["group"], row["dial"], row["given"]) == wanted), None)


def at_most(count: int, mean: float) -> float:
    """The chance of so many or fewer of a Poisson distribution."""
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1))


def garwood(count: int) -> tuple[float, float]:
    """The exact 95 % interval of a Poisson mean of which `count` was seen."""

    def solve(seen: int, chance: float) -> float:
        low, high = 1e-9, 10.0 + 4 * (seen + 1)
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if at_most(seen, middle) > chance else (low, middle)
        return low

    return (solve(count - 1, 0.975) if count else 0.0), solve(count, 0.025)


def pooled(reports: Sequence[Report], dial: str, *, given: bool, group: str = "programs") -> Report:
    rows = [row for report in reports if (row := row_of(report, dial, given=given, group=group))]
    of, passed, faults = (sum(row[name] for row in rows) for name in ("of", "passed", "faults"))
    expected = sum(row["passed"] * (row["others_rate"] or 0.0) for row in rows)
    low, high = garwood(faults)
    yields = wilson(passed, of) if of else (0.0, 0.0)
    return {
        "dial": dial, "given": given, "group": group, "histories": len(rows), "of": of, "passed": passed,
        "yield": passed / of if of else None, "yield_low": yields[0], "yield_high": yields[1], "faults": faults,
        "expected": expected, "ratio": faults / expected if expected else None,
        "ratio_low": low / expected if expected else None, "ratio_high": high / expected if expected else None,
    }  # fmt: skip


def layers(reports: Sequence[Report], dial: str, *, given: bool) -> list[tuple[str, int, int]]:
    """What sent programs' changes to people, and how many of all that a layer sent were later at fault."""
    counts: Counter[str] = Counter()
    for report in reports:
        for row in report["layers"]:
            if row["dial"] == dial and row["given"] is given and row["programs"]:
                counts[f"{row['layer']}: {row['rule']}"] += row["programs"]
    whole = sum(counts.values())
    return [(name, count, whole) for name, count in counts.most_common()]


def percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f} %"


def text(reports: Sequence[Report]) -> str:
    lines = ["| history | landings | faults | programs' | at fault | P20 pass | at fault | P50 pass | at fault | rate of all else |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]  # fmt: skip
    for report in reports:
        cells = [
            report["repository"]["name"],
            *(f"{report[name]:,}" for name in ("landings", "faults", "programs", "program_faults")),
        ]
        rows = [row_of(report, dial, given=True) for dial in ("P20", "P50")]
        for row in rows:
            cells += ["–", "–"] if row is None else [f"{row['passed']:,} ({percent(row['yield'])})", str(row["faults"])]
        cells.append(percent(rows[1]["others_rate"]) if rows[1] else "–")
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "| trust | at | of | pass | yield | at fault | expected | ratio |",
        "|---|---|--:|--:|---|--:|--:|---|",
    ]
    for given in (True, False):
        for dial in DIALS:
            row = pooled(reports, dial, given=given)
            around = f"{percent(row['yield'])} [{percent(row['yield_low'])}, {percent(row['yield_high'])}]"
            ratio = (
                "–" if row["ratio"] is None else f"{row['ratio']:.2f} [{row['ratio_low']:.2f}, {row['ratio_high']:.2f}]"
            )
            cells = ["given" if given else "earned", dial, f"{row['of']:,}", f"{row['passed']:,}", around]
            lines.append(f"| {' | '.join([*cells, str(row['faults']), format(row['expected'], '.1f'), ratio])} |")
    lines += ["", "| sent to people at P50, trust given | programs' changes | share |", "|---|--:|--:|"]
    lines += [
        f"| {name} | {count:,} | {percent(count / whole)} |"
        for name, count, whole in layers(reports, "P50", given=True)
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", type=Path, nargs="+", metavar="REPORT.json")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args()
    reports = [json.loads(path.read_text("utf-8")) for path in asked.reports]
    both = [pooled(reports, dial, given=given) for given in (True, False) for dial in DIALS]
    sys.stdout.write((json.dumps(both, indent=1) if asked.format == "json" else text(reports)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
