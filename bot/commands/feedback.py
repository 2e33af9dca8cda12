"""`codechill feedback`: what people thought of scores, beside the scores, to judge the next model with."""

import json
from typing import TextIO

import click

from bot.commands.database import repository_number, with_stored
from bot.plain import plain
from bot.store import FeedbackLog, Repositories
from bot.store.feedback import Feedback


@click.group()
def feedback() -> None:
    """What people thought of scores: `/chill feedback`, the buttons of the check, and 👍 or 👎 on the comment.

    Only the author's opinion and that of people who may write is kept.
    """


@feedback.command()
@with_stored("feedback", "repositories")
@click.option("--repository", help="Only this one: its number, or OWNER/NAME.")
@click.option("--output", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="A file; - prints.")
def export(feedback: FeedbackLog, repositories: Repositories, repository: str | None, output: TextIO) -> None:
    """Write opinions as JSON, one a line, oldest first, each with the score and the features it is about.

    \b
      codechill feedback export --output feedback.jsonl
      codechill feedback export --repository acme/shop
    """
    for each in feedback.all(repository_number(repositories, repository) if repository else None):
        output.write(json.dumps(_line(each)) + "\n")


def _line(each: Feedback) -> dict[str, object]:
    return {
        "repository_id": each.repository_id,
        "number": each.number,
        "head_sha": each.head_sha,
        "useful": each.useful,
        "text": each.text,
        "source": each.source,
        "by": {"id": each.by.id, "login": each.by.login},
        "at": each.at.isoformat(),
        "assessment": plain(each.assessment),
    }
