"""How long automatic review takes to decide, without a language model: the funnel alone, and all that is decided.

    python -m bench.funnel [--changes 2000] [--seed 1]

Changes of one file to 200 files and of up to 20 stretches each, as bots and people open them; most pass every stage, so
none is spared. What is measured is processor time of one process, so that a busy machine changes little. The exit
status is 1 where the 95th percentile of a decision is above 50 ms.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.policy.candidate import Commit, Consent, Inspection, Origin, SourceKey, Track, Trust, Wishes
from bot.policy.config import parse
from bot.policy.content import Content
from bot.policy.decide import decide
from bot.policy.pull import Person, PullRequest, Repository
from bot.policy.radar import funnel
from bot.policy.state import State
from scoring.assessment import Assessment
from scoring.inspection import Hunk, Judged

MOST_MS = 50.0
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
HEAD, BASE = "a" * 40, "b" * 40
ROBOT, ANA = Person(9, "robot[bot]", bot=True), Person(1, "ana")
CONFIG = """version: 1
auto_review:
  mode: enforce
  sources:
    codemod-x: {account: 9, branch: "codemod/*", kind: codemod, allowlisted: true, daily_limit: 2000}
"""


def state(chance: random.Random) -> State:
    """A change that is proved harmless, of the source or of a person who ships it."""
    author = chance.choice((ROBOT, ANA))
    files = int(2 ** chance.uniform(0, 7.7))
    paths = tuple(f"src/part{at % 17}/module{at}.py" for at in range(files))
    lines = {path: range(1, 3 * chance.randint(2, 20), 3) for path in paths}
    hunks = tuple(
        Judged(Hunk(path, line, 3, line, 3), "P", "docs_comments") for path, many in lines.items() for line in many
    )
    key = SourceKey(1, 7, "codemod-x" if author.bot else "people")
    return State(
        pull=pull(author),
        risk=Assessment(HEAD, NOW, 0.01, 0.001, 0.016, (), (), "memory-1", 500, 40),
        content=Content("patch", paths),
        granted={ANA.id: frozenset({"write"})},
        origin=Origin(7, "MEMBER", (Commit(HEAD, author, author, verified=True),)),
        inspection=Inspection((), hunks, files, 3 * len(hunks), proven=True, percentile=0.01),
        review=None,
        trust=Trust(key, Track(landed=400, judged=400), dial="P50", noted=True),
        wishes=Wishes(consent=Consent(ANA, NOW, "patch")),
        program="1",
    )


def pull(author: Person) -> PullRequest:
    return PullRequest(
        repository=Repository(7, "acme/shop", "main"), number=5, title="Explain it", author=author, head_sha=HEAD,
        head_ref="codemod/explain", base_sha=BASE, base_ref="main", draft=False, open=True, auto_merge=False,
        protected=True, updated_at=NOW - timedelta(hours=1),
    )  # fmt: skip


def timed(states: list[State], what: Callable[[State], object]) -> list[float]:
    """Milliseconds of processor time, sorted."""
    taken = []
    for each in states:
        began = time.process_time_ns()
        what(each)
        taken.append((time.process_time_ns() - began) / 1e6)
    return sorted(taken)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    config, chance = parse(CONFIG), random.Random(given.seed)  # noqa: S311
    states = [state(chance) for _ in range(given.changes)]
    passed = sum(funnel.passage(each, config, NOW, funnel.STAGES).through for each in states)
    rows = {
        "the funnel": timed(states, lambda each: funnel.passage(each, config, NOW, funnel.STAGES)),
        "all that is decided": timed(states, lambda each: decide(None, each, config, NOW)),
    }
    said = [f"{given.changes} changes, {passed} passed every stage", "| | median | p95 | most |", "|---|--:|--:|--:|"]
    for name, taken in rows.items():
        p95 = taken[int(len(taken) * 0.95)]
        said.append(f"| {name} | {statistics.median(taken):.2f} ms | {p95:.2f} ms | {taken[-1]:.2f} ms |")
    print("\n".join(said))  # noqa: T201 (its output is its purpose)
    return int(any(taken[int(len(taken) * 0.95)] > MOST_MS for taken in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
