"""What git said of one commit, as the index keeps it: labels can change without a second reading of the history.

JSON, compressed: 0.7 kB a commit. Hostile text in it stays text, and any later Python reads it.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from scoring.change import FileChange
from scoring.facts.lines import COUNTS, LineCounts
from scoring.history.arrivals import Message
from scoring.history.stream import Commit
from scoring.incidents import Mention

_FILE = tuple(field.name for field in fields(FileChange))
_COMMIT = ("sha", "parents", "time", "author", "name", "message")
_MENTION = tuple(field.name for field in fields(Mention))
_MESSAGE = ("sha", "number", "title", "undo", "partial", "fault")


def dump(commit: Commit, brought: Sequence[Message] = ()) -> bytes:
    """A commit and what came with it when it is the landing of a branch."""
    files = [_values(file, _FILE) for file in commit.files]
    lines = [[*each[:COUNTS], _text(each.words), _text(each.words_gone)] for each in commit.lines]
    came = [[_values(each, _MESSAGE), [_values(blame, _MENTION) for blame in each.blames]] for each in brought]
    plain = [_values(commit, _COMMIT), files, lines, came]
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), 1)


def load(record: bytes) -> tuple[Commit, tuple[Message, ...]]:
    """What `dump` was given."""
    (sha, parents, time, author, name, message), files, lines, came = json.loads(zlib.decompress(record))
    changed = tuple(FileChange(*file) for file in files)
    counts = tuple(LineCounts(*each[:COUNTS], *map(b64decode, each[COUNTS:])) for each in lines)
    commit = Commit(sha, tuple(parents), time, author, name, message, changed, counts)
    return commit, tuple(_message(*each) for each in came)


def _message(values: Sequence[Any], blames: Sequence[Sequence[Any]]) -> Message:
    return Message(**dict(zip(_MESSAGE, values, strict=True)), blames=tuple(Mention(*blame) for blame in blames))


def _text(words: bytes) -> str:
    return b64encode(words).decode()


def _values(one: object, names: Sequence[str]) -> list[Any]:
    return [getattr(one, name) for name in names]
