"""The trailers of a commit's message: lines of its last paragraph, like `Codemod-Id: tidy-imports`."""

import re

_TRAILER = re.compile(r"[A-Za-z][A-Za-z0-9-]*: .*")


def trailers(message: str) -> tuple[str, ...]:
    """As they stand there, without blanks around them; the first paragraph is the subject and holds none."""
    paragraphs = [part for part in re.split(r"\n[ \t]*\n", message.replace("\r\n", "\n").strip()) if part.strip()]
    lines = (line.strip() for line in paragraphs[-1].splitlines()) if len(paragraphs) > 1 else ()
    return tuple(line for line in lines if _TRAILER.fullmatch(line))
