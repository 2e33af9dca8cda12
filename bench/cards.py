"""Cards of real changes, as the server would write them: python -m bench.cards --out docs/cards.md REPO ...

Of each history the landing is taken, among some spread over its later part, whose card says most: at the level of
notice or above, the most claims, the newest of equals.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bench.claims import card, change_of, landings, statements
from bench.plain import git
from scoring.errors import ScoringError
from scoring.scorer import SHIPPED, Scorer
from scoring.semantics.git import prove_range

HEAD = """\
# Ten cards

What the server would write below ten real changes, one a history, of histories in different languages. Made with

    {command}

on clones of the repositories named; links lead to an address that stands for the forge.
[What a card may say](claims.md)
gives the rules.
"""


def best(repo: Path, state: Path, tried: int) -> str:
    """The card that says most, under its heading."""
    scorer = Scorer(repo, state, shipped=SHIPPED)
    cards: list[tuple[int, int, str]] = []
    for place, sha in enumerate(landings(repo, tried)):
        change, tip = change_of(repo, sha)
        if not change.files:
            continue
        scorer.refresh(tip)
        scorer.fit()
        verdict = prove_range(repo, change.base, change.sha)
        risk = scorer.assess(change, proof=verdict.proof(), parts=verdict.parts())
        text = card(risk, change.at, anything=False)
        said = sum("No single thing" not in line and not line.startswith(("Model ", "**")) for line in statements(text))
        size = git(repo, "diff", "--shortstat", change.base, change.sha).strip()
        name = repo.resolve().parent.name.replace("+", "/")
        title = change.title.replace("`", "'")
        heading = f"## {name}\n\n`{sha[:12]}` `{title}` ({size})\n\n"
        quoted = "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))
        cards.append((said, place, heading + quoted))
    scorer.history.close()
    return max(cards)[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path, nargs="+")
    parser.add_argument("--tried", type=int, default=50, help="landings of each history")
    parser.add_argument("--state", type=Path, help="where indexes are kept; default: nowhere")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    names = " ".join(repo.resolve().parent.name for repo in asked.repo)
    parts = [HEAD.format(command=f"python -m bench.cards --tried {asked.tried} --out {asked.out} {names}")]
    with TemporaryDirectory() as nowhere:
        for repo in asked.repo:
            folder = (asked.state or Path(nowhere)) / repo.resolve().parent.name / repo.resolve().name
            try:
                parts.append(best(repo, folder, asked.tried))
            except ScoringError as error:
                click.echo(f"{repo}: {error}", err=True)
                return 2
            click.echo(f"{repo}: done", err=True)
    asked.out.write_text("\n\n".join(parts) + "\n", "utf-8", "surrogateescape")
    return 0


if __name__ == "__main__":
    sys.exit(main())
