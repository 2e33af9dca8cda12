"""Two builds' log lines for one request, compared by templates: what only one of them says."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from scoring.difftest.templates import words_of

# what a program writes when something failed
ALARM = re.compile(
    r"\b(?:FATAL|CRITICAL|PANIC|EMERG|SEVERE|ERROR)\b|^panic:|Traceback \(most recent call last\)"
    r"|\b\w+(?:Error|Exception)\b(?=[:\s(]|$)|\bsegmentation fault\b"
)


def only(lines: Iterable[str], others: Iterable[str]) -> list[str]:
    """The lines whose template appears more often than among `others`, once each, in order."""
    spare = Counter(_shape(each) for each in others)
    extra = []
    for line in lines:
        shape = _shape(line)
        if spare[shape] > 0:
            spare[shape] -= 1
        elif spare[shape] == 0:
            extra.append(line)
            spare[shape] = -1
    return extra


def alarms(lines: Sequence[str]) -> list[str]:
    """The lines that say that something failed."""
    return [each for each in lines if ALARM.search(each[:4_000])]


@lru_cache(maxsize=4_096)
def _shape(line: str) -> str:
    return " ".join(words_of(line))
