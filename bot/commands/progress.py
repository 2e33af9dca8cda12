"""How far a long piece of work is: a bar on a terminal, a line every few seconds in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

EVERY_S = 5.0  # between two lines where there is no terminal


@contextmanager
def progress_bar(label: str, steady: Callable[[], float] = time.monotonic) -> Iterator[Callable[[int, int], None]]:
    """Yields what to call with (done, total). On standard error, from the first report on."""
    with _bar(label) if sys.stderr.isatty() else _lines(label, steady) as report:
        yield report


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    shown: list[click._termui_impl.ProgressBar[int]] = []

    def report(done: int, total: int) -> None:
        if not shown:
            shown.append(click.progressbar(length=total, label=label, file=sys.stderr))
            shown[0].__enter__()
        shown[0].update(done - shown[0].pos)

    try:
        yield report
    finally:
        for bar in shown:
            bar.__exit__(None, None, None)


@contextmanager
def _lines(label: str, steady: Callable[[], float]) -> Iterator[Callable[[int, int], None]]:
    due = [steady()]

    def report(done: int, total: int) -> None:
        if steady() >= due[0] or done == total:
            due[0] = steady() + EVERY_S
            click.echo(f"{label}: {done:,} of {total:,} ({done * 100 // max(1, total)} %)", err=True)

    yield report


def counting(label: str, steady: Callable[[], float] = time.monotonic) -> Callable[[int], None]:
    """What to call with how much is done, where nobody knows how much there is: a line every few seconds."""
    due = [steady() + EVERY_S]

    def report(done: int) -> None:
        if steady() >= due[0]:
            due[0] = steady() + EVERY_S
            click.echo(f"{label}: {done:,}", err=True)

    return report
