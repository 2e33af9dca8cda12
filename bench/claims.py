"""The claims audit: every number of every card on real changes, derived again by plain git and text tools.

    python -m bench.claims REPO ... [--changes 50] [--state FOLDER] [--cards FILE.md]

The landings looked at are spread evenly over the later part of each history and seen as of the moment before they
landed, as pull requests. Every card is rendered as the server renders it, and holds each claim that is true of the
change, whatever its rank and whatever the claim carries, so that what is seldom shown is audited as well. Prints
checked and false for each kind of claim; ends with 1 when any is false.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bench.plain import Where, git, judge
from bot.line.render import Markdown
from bot.policy.config import Config
from bot.policy.decide import case_of
from bot.policy.pull import Person, PullRequest, Repository
from bot.policy.state import State
from scoring.assessment import Assessment
from scoring.change import Change
from scoring.claims.known import Witness
from scoring.claims.table import CLAIMS
from scoring.claims.tell import reasons
from scoring.errors import ScoringError
from scoring.history.read import commit_change, lines_of, read_change
from scoring.scorer import SHIPPED, Scorer
from scoring.semantics.git import prove_range

NAMES = tuple(claim.name for claim in CLAIMS)
PAGE = "https://github.example/acme/shop"
LATER = 0.3  # of a history: where changes are taken from


def landings(repo: Path, count: int) -> list[str]:
    """Landings of the later part, evenly, oldest first."""
    line = git(repo, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    late = line[max(1, int(len(line) * (1 - LATER))) :]
    step = max(1, len(late) // count)
    return late[::-step][:count][::-1]


def change_of(repo: Path, sha: str) -> tuple[Change, str]:
    """A landing as the pull request that it was, and the commit that it landed on."""
    parents = git(repo, "rev-list", "--parents", "-n1", sha).split()[1:]
    landed = commit_change(repo, sha)
    if len(parents) < 2:
        return landed, parents[0]
    head = commit_change(repo, parents[1])
    return read_change(
        repo, parents[0], head.sha, at=landed.at, author=head.author, title=landed.title, message=landed.message
    ), parents[0]


def card(risk: Assessment, at: datetime, *, anything: bool) -> str:
    """What the server would write as its comment; `anything` explains at any rank."""
    settings = replace(Config.default(), notice=0.0) if anything else Config.default()
    nobody = Person(0, "nobody")
    pull = PullRequest(
        repository=Repository(0, "acme/shop", "main"), number=1, title="", author=nobody, head_sha=risk.sha,
        head_ref="",
        base_sha=risk.base, base_ref="main", draft=False, open=True, auto_merge=False,
        protected=True, updated_at=at,
    )  # fmt: skip
    state = State(pull=pull, risk=risk, page=PAGE)
    return Markdown().card(case_of(state, settings, at).card)


def statements(text: str) -> Iterator[str]:
    """The lines of a card that say something of the change or its history."""
    inside = False
    for line in text.split("\n"):
        if line.startswith(("**Why", "**What would")):
            inside = True
        elif line.startswith(("**What it is made of", "Model ", "No single thing")):
            yield line
        elif inside and line.startswith("- "):
            yield line[2:]
        elif line.startswith(("**", "###", "<details>")):
            inside = False


def audit(repo: Path, count: int, state: Path, model: Path, cards: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (kind, what is false or "") for each line of the cards of a history."""
    scorer = Scorer(repo, state, shipped=model)
    for sha in landings(repo, count):
        change, tip = change_of(repo, sha)
        if not change.files:
            continue
        scorer.refresh(tip)
        scorer.fit()
        verdict = prove_range(repo, change.base, change.sha)
        risk = scorer.assess(change, proof=verdict.proof(), parts=verdict.parts())
        known = Witness(scorer.history).known(change, lines_of(repo, change), tip=tip)
        every = [reason for claim in CLAIMS for reason in reasons(known, dict.fromkeys(NAMES, 0.0) | {claim.name: 1.0})]
        shown = card(replace(risk, reasons=tuple(every), proof=None), change.at, anything=True)
        cards.append(f"## {repo.parent.name} {sha[:12]}: {change.title}\n\n{card(risk, change.at, anything=False)}")
        where = Where(repo, change.base, change.sha, tip, int(change.at.timestamp()))
        for line in statements(shown):
            judged = judge(line, where)
            yield judged.kind, "; ".join(judged.false) and f"{sha[:12]} {line}\n      {'; '.join(judged.false)}"
    scorer.history.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path, nargs="+")
    parser.add_argument("--changes", type=int, default=50, help="of each history")
    parser.add_argument("--state", type=Path, help="where indexes are kept; default: nowhere")
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--cards", type=Path, help="write the cards as they would be shown")
    asked = parser.parse_args()
    checked: Counter[str] = Counter()
    false: Counter[str] = Counter()
    cards: list[str] = []
    with TemporaryDirectory() as nowhere:
        for repo in asked.repo:
            try:
                folder = (asked.state or Path(nowhere)) / repo.resolve().parent.name / repo.resolve().name
                for kind, wrong in audit(repo, asked.changes, folder, asked.model, cards):
                    checked[kind] += 1
                    if wrong:
                        false[kind] += 1
                        click.echo(f"FALSE {kind}: {repo} {wrong}")
            except ScoringError as error:
                click.echo(f"{repo}: {error}", err=True)
                return 2
            click.echo(f"{repo}: {checked.total():,} lines so far, {false.total()} false", err=True)
    click.echo("\n| claim | checked | false |\n|---|--:|--:|")
    click.echo("\n".join(f"| {kind} | {count:,} | {false[kind]} |" for kind, count in checked.most_common()))
    click.echo(f"| all, on {len(cards)} changes | {checked.total():,} | {false.total()} |")
    if asked.cards:
        asked.cards.write_text("\n\n".join(cards) + "\n", "utf-8", "surrogateescape")
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
