"""Send every pull request of the corpus through the funnel: what passes that must not, and what is kept out.

    python -m bench.corpus [--yes-sayer] [--category NAME] [--format json] [--list refused|accepted]

Each comes from the most trusted source and is the safest of all by its score, so that only what it is may keep it out.
`--yes-sayer`: a language model says yes to all of it. Exit status 1: something unsafe passes.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.corpus import corpus
from bench.corpus.run import Judgement, judged
from bot.commands.progress import progress_bar
from bot.policy.candidate import ModelReview

YES = ModelReview(True, "", 10, 1, frozenset({"formatting"}))


def figures(judgements: Sequence[Judgement]) -> dict[str, Any]:
    """Counts, by category, language and what kept it out."""
    unsafe = [each for each in judgements if not each.case.safe]
    safe = [each for each in judgements if each.case.safe]
    proving = [each for each in safe if each.case.proves]
    return {
        "cases": len(judgements), "unsafe": len(unsafe), "safe": len(safe), "safe_where_proved": len(proving),
        "false_accepts": [named(each) for each in unsafe if each.accepted],
        "accepted": sum(each.accepted for each in safe),
        "accepted_where_proved": sum(each.accepted for each in proving),
        "share_where_proved": round(sum(each.accepted for each in proving) / max(1, len(proving)), 4),
        "categories": grouped(judgements, "category"), "languages": grouped(judgements, "language"),
        "kept_out_by": dict(Counter(rule(each) for each in unsafe if not each.accepted).most_common()),
        "kept_out_although_safe": dict(Counter(rule(each) for each in safe if not each.accepted).most_common()),
    }  # fmt: skip


def named(each: Judgement) -> str:
    return f"{each.case.category}, {each.case.language}: {each.case.name}"


def rule(each: Judgement) -> str:
    return f"{each.passage.stage}: {each.passage.answer.rule}"


def grouped(judgements: Sequence[Judgement], key: str) -> dict[str, dict[str, int]]:
    rows: dict[str, Counter[str]] = {}
    for each in judgements:
        row = rows.setdefault(getattr(each.case, key), Counter())
        kind = "safe" if each.case.safe else "unsafe"
        row[kind] += 1
        row[f"{kind}_accepted"] += each.accepted
    names = ("safe", "safe_accepted", "unsafe", "unsafe_accepted")
    return {name: {column: row[column] for column in names} for name, row in sorted(rows.items())}


def text(report: dict[str, Any]) -> str:
    lines = [
        f"{report['cases']} pull requests: {report['unsafe']} unsafe, {report['safe']} safe.",
        f"Unsafe and accepted: {len(report['false_accepts'])} of {report['unsafe']}.",
        f"Safe and accepted: {report['accepted']} of {report['safe']}; where the reviewer knows language and kind "
        f"{report['accepted_where_proved']} of {report['safe_where_proved']} ({report['share_where_proved']:.1%}).",
    ]
    lines += [f"  ! {each}" for each in report["false_accepts"]]
    for title in ("categories", "languages"):
        lines += ["", f"| {title} | safe | accepted | unsafe | accepted |", "|---|--:|--:|--:|--:|"]
        lines += [
            f"| {name} | {' | '.join(str(count) for count in row.values())} |" for name, row in report[title].items()
        ]
    for title in ("kept_out_by", "kept_out_although_safe"):
        lines += ["", f"| {title.replace('_', ' ')} | |", "|---|--:|"]
        lines += [f"| {name} | {count} |" for name, count in report[title].items()]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--yes-sayer", action="store_true")
    parser.add_argument("--category", help="only this one")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--list", choices=("refused", "accepted"), help="name the safe ones that are refused, or all that pass"
    )
    asked = parser.parse_args()
    cases = [case for case in corpus() if asked.category in (None, case.category)]
    with tempfile.TemporaryDirectory() as folder, progress_bar("Judging pull requests") as report:
        judgements = list(judged(cases, Path(folder) / "corpus.git", YES if asked.yes_sayer else None, report))
    counted = figures(judgements)
    sys.stdout.write((json.dumps(counted, indent=1) if asked.format == "json" else text(counted)) + "\n")
    for each in judgements:
        if asked.list and each.accepted == (asked.list == "accepted") and (each.case.safe or each.accepted):
            sys.stdout.write(f"{named(each)}: {rule(each)}: {each.passage.answer.why}\n")
    return 1 if counted["false_accepts"] else 0


if __name__ == "__main__":
    sys.exit(main())
