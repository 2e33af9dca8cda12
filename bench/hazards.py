"""What the static rules say of real changes: how often each speaks, and what it costs to ask them all.

Changes are the newest commits of a history that are no merges. Nothing is written to the repository.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

from scoring.errors import ScoringError
from scoring.git import Git
from scoring.hazards.dependencies.judge import judge
from scoring.hazards.rule import MOST, TooMuchToRead, sides_of
from scoring.hazards.table import RULES, hazards
from scoring.history.diff import read
from scoring.inspection import Hazard


def main() -> None:
    """Print a table: of how many changes each rule speaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repo", dest="repositories", type=Path, action="append", required=True, help="repeat for more"
    )
    parser.add_argument("--changes", type=int, default=300, help="of each history")
    parser.add_argument(
        "--author", default="", help="only changes whose author git finds by this: 'dependabot\\|renovate'"
    )
    parser.add_argument("--show", metavar="RULE", help="tell every place where this rule speaks")
    options = parser.parse_args()
    names = [rule.name for rule in RULES]
    heads = ["history", "changes", "any rule", "p50 ms", "p95 ms", "of packages", "explained", *names]
    print(f"| {' | '.join(heads)} |\n|---{'|--:' * (len(heads) - 1)}|")  # noqa: T201 (its output is its purpose)
    for path in options.repositories:
        spoken, times, total, packages = Counter[str](), [], 0, Counter[str]()
        git = Git(path)
        asked = ("--no-merges", "--format=%H %P", f"-n{options.changes}", f"--author={options.author}")
        shas = git.run("log", *asked, git.resolve("HEAD"), "--")
        for line in shas.decode().splitlines():
            head, _, base = line.partition(" ")
            started = time.perf_counter()
            told, explained = _told(git, base, head)
            times.append(1000 * (time.perf_counter() - started))
            packages.update(explained)
            rules = {each.rule for each in told}
            total += bool(rules)
            spoken.update(rules)
            for each in told:
                if each.rule == options.show:
                    print(head[:12], each.path, each.line, each.words)  # noqa: T201
        times.sort()
        cells = [path.resolve().parent.name if path.name == "repo" else path.resolve().name, len(times), total]
        cells += [f"{times[len(times) // 2]:.1f}", f"{times[int(len(times) * 0.95)]:.1f}"]
        cells += [packages["touched"], packages["explained"]]
        print(f"| {' | '.join(map(str, [*cells, *(spoken[name] for name in names)]))} |", flush=True)  # noqa: T201


def _told(git: Git, base: str, head: str) -> tuple[tuple[Hazard, ...], list[str]]:
    """What speaks against a change, and whether it touches packages and that is explained."""
    try:
        with git.blobs(MOST) as blobs:
            sides = sides_of(read(git, base, head), blobs)
            dependencies, of_packages = judge(sides)
            touched = ["touched"] if dependencies else []
            return hazards(sides), touched + (["explained"] if dependencies and not of_packages else [])
    except (TooMuchToRead, ScoringError) as error:
        return (Hazard("unread", str(error)),), []


if __name__ == "__main__":
    main()
