"""Hidden marks in our own comments: which is the sticky one and what it shows, and which comment a reply answers."""

import re

_STICKY = re.compile(r"<!-- codechill:card ([0-9a-f]{12}) -->")
_NOTE = re.compile(r"<!-- codechill:note ([0-9a-f]{12}) -->")
_REPLY = re.compile(r"<!-- codechill:reply ([0-9]{1,20}) -->")


def sticky(digest: str) -> str:
    return f"<!-- codechill:card {digest} -->"


def reply(comment: int) -> str:
    return f"<!-- codechill:reply {comment} -->"


def note(digest: str) -> str:
    """For what answers no comment: known again by what it was made of."""
    return f"<!-- codechill:note {digest} -->"


def note_of(body: str) -> str | None:
    """The digest in the mark of a note; None when this is none."""
    found = _NOTE.search(body)
    return found[1] if found else None


def comment_digest(body: str) -> str | None:
    """The digest in the mark of a sticky comment; None when this is none."""
    found = _STICKY.search(body)
    return found[1] if found else None


def reply_to(body: str) -> int | None:
    """The id of the comment that this one answers; None when it answers none."""
    found = _REPLY.search(body)
    return int(found[1]) if found else None
