"""What the author says of a change, as a model reads it: its plan for testing and its body, without people.

Trailers, addresses and mentions are left out: a model that knew who wrote or reviewed a change would judge people.
"""

import re
from collections.abc import Collection, Sequence

HEADINGS = ("test plan", "testing", "how was this tested", "how has this been tested", "how it was tested")
_TRAILER = re.compile(r"([A-Za-z][A-Za-z-]*): ?\S")
_PERSONAL = re.compile(r"^\s*(?:[A-Za-z][A-Za-z-]*-by|cc|cc'd|reviewers?|author|subscribers?)\s*:.*$", re.I | re.M)
_ADDRESS = re.compile(r"<?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+>?")
_MENTION = re.compile(r"(?<![\w`/.])@[A-Za-z0-9][\w-]{0,38}(?:/[\w.-]{1,99})?")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)  # hints of a template that nobody sees
_HEADING = re.compile(
    r"^(?:#{1,6}\s+(?P<hash>.+?)\s*#*|\*\*(?P<bold>[^*]+?)\*\*|(?P<plain>[A-Za-z][A-Za-z ']{2,40}):(?P<rest>.*))\s*$"
)


def parted(message: str, headings: Sequence[str] = HEADINGS) -> tuple[str, str]:
    """(plan, body) of what stands below a title: the section under one of `headings`, and all the rest."""
    wanted = {heading.casefold() for heading in headings}
    plan: list[str] = []
    body: list[str] = []
    inside = ""  # the kind of heading that the plan stands under
    for line in unsigned(message, wanted).split("\n"):
        found = _HEADING.match(line.strip())
        kind = found.lastgroup if found else ""
        kind = "plain" if kind == "rest" else kind
        name = (found["hash"] or found["bold"] or found["plain"]).strip(" :?*").casefold() if found else ""
        if found and name in wanted:
            inside = kind or ""
            plan += [found["rest"] or ""] if kind == "plain" else []
            continue
        # a section ends where another of its kind begins; a mere word and a colon ends none under a real heading
        if found and inside and (kind != "plain" or inside == "plain"):
            inside = ""
        (plan if inside else body).append(line)
    return _tidy(plan), _tidy(body)


def unsigned(message: str, wanted: Collection[str] = ()) -> str:
    """A message without trailers (none of which is `wanted`), addresses, mentions and hidden comments."""
    text = _PERSONAL.sub("", _COMMENT.sub("", message.replace("\r\n", "\n")))
    paragraphs = re.split(r"\n\s*\n", text.strip("\n"))
    if all(_is_trailer(line, wanted) or line[:1].isspace() for line in paragraphs[-1].split("\n") if line):
        paragraphs.pop()
    return "\n\n".join(_ADDRESS.sub("", _MENTION.sub("", each)) for each in paragraphs)


def _is_trailer(line: str, wanted: Collection[str]) -> bool:
    named = _TRAILER.match(line)
    return named is not None and named[1].casefold() not in wanted


def _tidy(lines: Sequence[str]) -> str:
    kept = [line.strip() for line in lines]
    return "\n".join(line for line in kept if line)
