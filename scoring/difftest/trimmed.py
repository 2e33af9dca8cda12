"""Texts as they are kept: without secrets, no longer than a page, and with no character that does anything.

They are cut before they are masked, so that hostile length costs little, and a rest is left off in which a cut could
have hidden half a secret from the mask.
"""

from collections.abc import Callable, Iterable
from itertools import islice

from scoring.difftest.privacy import private_value

TEXT = 8_000  # characters of one text
LINE = 300  # of a name
LINES = 200  # of a log
WHOLE = 64_000  # characters of a log
SPARE = 400  # no secret but a key in many lines is longer
Mask = Callable[[str, str], str]


def as_it_is(name: str, text: str) -> str:
    """The mask of what was masked before."""
    return text


def text(value: str, mask: Mask = private_value, name: str = "") -> str:
    """`mask` is handed the name of the field, or "", and the text."""
    return _cut(value, TEXT, mask, name)


def line(value: str, mask: Mask = private_value) -> str:
    """One line, of a name or an address."""
    return " ".join(_cut(value, TEXT, mask, "").split())[:LINE]


def lines(values: Iterable[str], mask: Mask = private_value) -> tuple[str, ...]:
    """At most LINES of them, the first ones; masked together, since a key goes over many."""
    every = [each[: TEXT + SPARE].replace("\n", " ") for each in islice(values, LINES + 1)]
    more = ("… (more lines)",) if len(every) > LINES else ()
    whole = _cut("\n".join(every[:LINES]), WHOLE, mask, "")
    return (*(each[:TEXT] for each in whole.split("\n")), *more) if every else ()


def _cut(value: str, length: int, mask: Mask, name: str) -> str:
    clean = value[: length + SPARE].replace("\x00", "\ufffd")
    if not clean.isascii():
        clean = clean.encode("utf-8", "replace").decode("utf-8")
    masked = mask(name, clean)
    return masked if len(value) <= length and len(masked) <= length else f"{masked[: length - SPARE]}… (cut)"
