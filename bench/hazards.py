"""What the static rules say of real changes: how often each speaks, and what it costs to ask them all.

Changes are the newest commits of a history that are no merges. Nothing is written to the repository.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

from scoring.errors import ScoringError
from scoring.git import Git
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
    parser.add_argument("--show", metavar="RULE", help="tell every place where this rule speaks")
    options = parser.parse_args()
    names = [rule.name for rule in RULES]
    print(f"| history | changes | any rule | p50 ms | p95 ms | {' | '.join(names)} |")  # noqa: T201 (its purpose)
    print("|---" + "|--:" * (4 + len(names)) + "|")  # noqa: T201
    for path in options.repositories:
        spoken, times, total = Counter[str](), [], 0
        git = Git(path)
        shas = git.run("log", "--no-merges", "--format=%H %P", f"-n{options.changes}", git.resolve("HEAD"), "--")
        for line in shas.decode().splitlines():
            head, _, base = line.partition(" ")
            started = time.perf_counter()
            told = _told(git, base, head)
            times.append(1000 * (time.perf_counter() - started))
            rules = {each.rule for each in told}
            total += bool(rules)
            spoken.update(rules)
            for each in told:
                if each.rule == options.show:
                    print(head[:12], each.path, each.line, each.words)  # noqa: T201
        times.sort()
        cells = [path.resolve().parent.name if path.name == "repo" else path.resolve().name, len(times), total]
        cells += [f"{times[len(times) // 2]:.1f}", f"{times[int(len(times) * 0.95)]:.1f}"]
        print(f"| {' | '.join(map(str, [*cells, *(spoken[name] for name in names)]))} |", flush=True)  # noqa: T201


def _told(git: Git, base: str, head: str) -> tuple[Hazard, ...]:
    try:
        with git.blobs(MOST) as blobs:
            return hazards(sides_of(read(git, base, head), blobs))
    except (TooMuchToRead, ScoringError) as error:
        return (Hazard("unread", str(error)),)


if __name__ == "__main__":
    main()
