"""The queue at a terminal, by the keyboard alone: one key answers a group."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import click

from bot.commands.difftest_shown import card
from scoring.difftest.answers import Answer
from scoring.difftest.labels import Label
from scoring.difftest.queue import Waiting

KEYS = {"n": Label.NOISE, "f": Label.NEW_FEATURE, "r": Label.REGRESSION}
HELP = (
    "n noise · f new feature · r regression · enter as suggested · s same again · w why · space next · u undo · q stop"
)


class Review:
    """Hands each answer to `keep` at once: whoever stops loses nothing."""

    def __init__(
        self,
        by: str,
        keep: Callable[[Sequence[Answer]], None],
        clock: Callable[[], datetime],
        key: Callable[[], str] = lambda: click.getchar(),
        line: Callable[[str], str] = lambda words: str(click.prompt(words, default="", show_default=False)),
    ) -> None:
        self._by, self._keep, self._clock, self._key, self._line = by, keep, clock, key, line
        self._given: list[list[Answer]] = []

    def over(self, waiting: Iterable[Waiting]) -> int:
        """Ask about each until the end or until somebody stops; how many answers hold."""
        click.echo(HELP)
        queue = list(waiting)
        place = 0
        while 0 <= place < len(queue):
            click.echo(card(queue[place], place + 1, len(queue)))
            step = self._ask(queue[place])
            if step is None:
                break
            place += step
        return len(self._given)

    def _ask(self, one: Waiting) -> int | None:
        """How far to go: 1 to the next, -1 back to what was taken back, None to stop."""
        why = ""
        while True:
            key = self._key()
            label = self._label(key, one)
            if label is not None:
                self._answer(one.answers(label, self._by, self._clock(), why))
                return 1
            match key:
                case " " | "j":
                    return 1
                case "w":
                    why = self._line("why")
                case "u" if self._given:
                    last, now = self._given.pop(), self._clock()
                    self._keep([Answer(each.group, None, self._by, now) for each in last])
                    click.echo(f"taken back: {last[0].label}")
                    return -1 if last[0].group != one.group.id else 0
                case "q" | "\x03" | "\x04":
                    return None
                case _:
                    click.echo(HELP)

    def _label(self, key: str, one: Waiting) -> Label | None:
        """A regression is never taken over by one key that says something else."""
        if key in ("\r", "\n") and not one.suspected:
            return one.suggestion.label
        if key == "s" and self._given:
            return self._given[-1][0].label
        return KEYS.get(key)

    def _answer(self, answers: list[Answer]) -> None:
        self._keep(answers)
        self._given.append(answers)
        click.echo(f"  → {answers[0].label}")
