"""What the first line of a message says: its number, what it takes back or brings back, and how often.

A title takes a change back when it names it after a verb: in quotation marks (`Revert "Add cache"`), after a colon
(`revert: feat: add cache`), or bare (`Revert the cache`). Titles nest, and every taking back turns the meaning around:
`Revert "Revert "Add cache""` brings the cache back, one more takes it away again. So the number of takings back counts,
odd or even; `Reapply "…"` adds none.
"""

import re
from dataclasses import dataclass

LONGEST = 1000  # characters of a title that are looked at
_DEEPEST = 20  # titles within titles

_NUMBER = re.compile(r"\(#(\d+)\)\s*$|^(?:Merge pull request|Auto merge of) #(\d+)\b")
_MERGE = re.compile(
    r"^Merge pull request #\d+ from [^\s/]+/(?P<hub>\S+)"
    r"|^Merge remote-tracking branch '[^'/]+/(?P<far>[^']+)'|^Auto merge of #\d+ - [^\s:]+:(?P<bors>[^\s,]+)"
    r"|^Merge branch '(?P<lab>[^']+)'|^Merged in (?P<bucket>\S+) "
)
_FIX = re.compile(r"\b(?:fix(?:e[sd])?|bugs?|defects?|crash(?:es)?|regression|leaks?)\b", re.I)

_UNDO = r"(?:revert(?:s|ed|ing)?|back(?:s|ed|ing)?[ -]?out|roll(?:s|ed|ing)?[ -]?back|undo(?:es|ing)?|undid)"
_REDO = r"(?:re-?appl(?:y|ies|ied)|re-?land(?:s|ed|ing)?|un-?revert(?:s|ed)?|roll(?:s|ed)?[ -]?forward)"
_HOW = r"(?:(?:partial|manual|temporar|automatic|selective|clean|full|complete)(?:i?ly|y)?|automated|also)"
_VERB = rf"(?:{_HOW}[ ]+)*(?:(?P<undo>{_UNDO})|(?P<redo>{_REDO}))"
# what may stand before: a tag, a ticket, a type or a part of the code with its colon, an emoji
_BEFORE = re.compile(
    rf"(?!{_HOW}?[ ]*(?:{_UNDO}|{_REDO})\b)(?:\[[^\]]*\]|\([^()]*\)|[A-Z][A-Z0-9]*-\d+:?|\#\d+:?|Merged PR \d+:"
    r"|(?:bugs?|issues?|tickets?|tasks?)[ ]\#?\d+[ ]*[:,.-]?"
    r"|[\w./&+-]+(?:,[ ]?[\w./&+-]+)*(?:\([^()]*\))?!?:|[^\w\s\"“'‘`«]+)[ \t]*",
    re.I,
)
_STARTS = re.compile(rf"{_VERB}\b", re.I)
_QUOTED = re.compile(
    r"(?:[ ]+(?:of|the|commits?|changes?|changesets?|patch(?:es)?|PR|pull[ ]request|parts?|merge|\#\d+|D\d+"
    r"|[0-9a-f]{7,40}))*[ \t]*[:-]?[ \t]*([\"“'‘`«])",
    re.I,
)
# of `rollback: …` and `undo: …` the first word is a part of the code
_COLON = re.compile(r"(?:\([^()]*\))?!?:[ \t]*(?=\S)")
_AFTER_REFERENCE = re.compile(
    r"[ ]+(?:PR[ ]|pull[ ]request[ ]|commit[ ])?(?:[#Dr]\d+|[0-9a-f]{7,40})[ ]?[:-][ \t]*(?=\S)", re.I
)
# `Revert to the old look` and `Roll back on errors` speak of what the code does
_BARE = re.compile(r"[ ]+(?!(?:to|on|if|when|button|command|action|menu|icon|dialog|option)\b)\S", re.I)
_BARE_REFERENCE = re.compile(
    r"[ ]+(?:of[ ])?(?:the[ ])?(?:\d+[ ])?(?:commits?|changesets?|PR|pull[ ]request|[#Dr]\d+|[0-9a-f]{7,40})\b", re.I
)
_PAIRS = {'"': '"', "“": "”", "'": "'", "‘": "’", "`": "`'", "«": "»"}
_TYPES = ("feat", "fix", "perf", "refactor", "build", "ci", "docs", "style", "test", "chore")
_TYPED = re.compile(rf"(?:{'|'.join(_TYPES)})\b")
_BETWEEN = re.compile(r"[\"”'’»][ ]*(?:,|and|&)[ ]*[\"“'‘«]")


@dataclass(frozen=True, slots=True)
class Undoing:
    """A title that takes something back or brings it back."""

    back: bool  # it takes back itself, whatever the titles within say
    subject: str  # the title it speaks of, "" when it names none
    whole: bool  # False when the subject was cut before its closing mark
    said: str  # its own words after the subject
    scope: str = ""  # of a conventional `revert(cart): add cache`


def title_of(message: str) -> str:
    return message.split("\n", 1)[0].strip()


def number_of(title: str) -> int:
    """The pull request number that a title carries, or 0."""
    number = _NUMBER.search(title)
    return int(number[1] or number[2]) if number and len(number[1] or number[2]) < 10 else 0


def bare_title(title: str) -> str:
    """The title without the pull request number at its end."""
    title = title.strip()
    while title.endswith(")"):
        head, mark, number = title[:-1].rpartition("(#")
        if not mark or not number.isdecimal():
            break
        title = head.rstrip()
    return title


def is_fix(message: str) -> bool:
    """Whether the title speaks of repairing something."""
    return bool(_FIX.search(title_of(message)))


def branch_of(title: str) -> str:
    """The branch whose merge a title tells of, "" when it tells of none."""
    merge = _MERGE.match(title)
    return next(filter(None, merge.groups()), "") if merge else ""


def speaking_title(message: str) -> str:
    """The title that says what was done: of a merged pull request its own, which stands below."""
    title = title_of(message)
    below = message.partition("\n")[2].strip() if branch_of(title) else ""
    return title_of(below) or title


def without_marks(title: str) -> str:
    """The title without tags, tickets, types and parts of the code before it."""
    title = title[:LONGEST].strip()
    for _ in range(6):
        mark = _BEFORE.match(title)
        if not mark or mark.end() == len(title):
            return title
        title = title[mark.end() :]
    return title


def undoing(title: str) -> Undoing | None:
    """What a title takes or brings back, None when it does neither."""
    title = without_marks(title)
    verb = _STARTS.match(title)
    if not verb:
        return None
    back, rest = bool(verb["undo"]), title[verb.end() :]
    quoted = _QUOTED.match(rest)
    if quoted:
        inner = rest[quoted.end() :]
        end = max(inner.rfind(mark) for mark in _PAIRS[quoted[1]])
        return Undoing(back, inner[:end], True, inner[end + 1 :]) if end > 0 else Undoing(back, inner, False, "")
    plainly = verb["redo"] or verb["undo"].lower() in ("revert", "reverts")
    colon = (plainly and _COLON.match(rest)) or _AFTER_REFERENCE.match(rest)
    if colon:
        scope = rest[: colon.end()].strip(" :!") if rest.startswith("(") else ""
        return Undoing(back, bare_title(rest[colon.end() :]).strip('"“”'), True, "", scope)
    bare = (_BARE if plainly else _BARE_REFERENCE).match(rest)
    return Undoing(back, "", True, rest) if bare or (plainly and not rest.strip()) else None


def subjects(undo: Undoing | None) -> tuple[str, ...]:
    """The titles that it takes back, whole ones only."""
    while undo and not undo.back:
        undo = undoing(undo.subject)
    if not undo or not undo.subject or not undo.whole:
        return ()
    if undo.scope and not _TYPED.match(undo.subject):
        # `revert(cart): add cache` for what was `feat(cart): add cache`
        return tuple(f"{kind}{undo.scope}: {bare_title(undo.subject)}" for kind in _TYPES)
    several = () if undoing(undo.subject) else _BETWEEN.split(undo.subject)
    return tuple(bare_title(each) for each in several or (undo.subject,))


def _takes_back(title: str) -> bool | None:
    """True for an odd number of takings back, False for an even one, None when the title speaks of none."""
    odd, spoken = False, False
    for _ in range(_DEEPEST):
        undo = undoing(title)
        if undo is None:
            break
        odd, spoken, title = odd ^ undo.back, True, undo.subject
    return odd if spoken else None


def is_revert(message: str) -> bool:
    """Whether the title takes an earlier change back."""
    return _takes_back(speaking_title(message)) is True


def is_relanding(message: str) -> bool:
    """Whether the title brings back what had been taken back."""
    return _takes_back(speaking_title(message)) is False


def starts_undoing(message: str) -> bool:
    """Whether the title begins with a verb of taking back, whatever follows: `Back out the cache`."""
    verb = _STARTS.match(without_marks(speaking_title(message)))
    return bool(verb and verb["undo"])
