"""Hidden marks in our own comments: which is the sticky one and what it shows, and which comment a reply answers."""

import hashlib
import re
from collections.abc import Sequence

_STICKY = re.compile(r"<!-- codechill:card ([0-9a-f]{12}) -->")
_SEAL = re.compile(r"<!-- codechill:text ([0-9a-f]{12}) -->\s*\Z")
_NOTE = re.compile(r"<!-- codechill:note ([0-9a-f]{12}) -->")
_REPLY = re.compile(r"<!-- codechill:reply ([0-9]{1,20}) -->")


def sticky(digest: str) -> str:
    return f"<!-- codechill:card {digest} -->"


def sealed(body: str) -> str:
    """With a mark of its own words: whoever may write here can edit our comments, and leave the other mark as it is."""
    return f"{body.rstrip()}\n<!-- codechill:text {_of_words(body)} -->\n"


def _of_words(body: str) -> str:
    return hashlib.sha256(" ".join(body.split()).encode("utf-8", "replace")).hexdigest()[:12]


def reply(comment: int) -> str:
    return f"<!-- codechill:reply {comment} -->"


def note(digest: str) -> str:
    """For what answers no comment: known again by what it was made of."""
    return f"<!-- codechill:note {digest} -->"


def note_of(body: str) -> str | None:
    """The digest in the mark of a note; None when this is none."""
    mark = _NOTE.search(body)
    return mark[1] if mark else None


def comment_digest(body: str) -> str | None:
    """The digest in the mark of a sticky comment, "" when its words are not those we wrote; None when this is none."""
    mark, seal = _STICKY.search(body), _SEAL.search(body)
    if mark is None:
        return None
    return mark[1] if seal and seal[1] == _of_words(body[: seal.start()]) else ""


def reply_to(body: str) -> int | None:
    """The id of the comment that this one answers; None when it answers none."""
    mark = _REPLY.search(body)
    return int(mark[1]) if mark else None


def doubles(ours: Sequence[tuple[int, str]]) -> list[int]:
    """Of comments by number and body: answers and notes that are there a second time, word for word, mark included."""
    answers = [(number, body) for number, body in ours if reply_to(body) is not None or note_of(body) is not None]
    first = {body: number for number, body in reversed(answers)}
    return [number for number, body in answers if first[body] != number]
