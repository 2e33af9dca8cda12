"""The sentences of a message: which are its author's own, and which stand among examples and notes of others.

Quotations, code between fences and marked-up lists are left out altogether.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LINES = 2000  # of a message that are looked at
LONGEST = 2000  # characters of a sentence that are looked at
_LONGEST_HEADING = 5  # words

_FENCE = re.compile(r"\s*(?:```|~~~)")
_BULLET = re.compile(r"\s{0,12}(?:[-*+•‣]|\d{1,3}[.)])\s+")
_MARKUP = re.compile(r"<(/?)(?:blockquote|details|pre|code|ul|ol|table)\b", re.I)
_INDENTED = re.compile(r" {4}|\t| {1,3}\t")
_TRAILER = re.compile(r"[A-Za-z][\w-]*(?: [\w-]+){0,2}: ?\S")
_REFERENCE = re.compile(r"[\[(`'\"<]*(?:[0-9a-f]{7,64}\b|#\d|[\w.-]+/[\w.-]+[#@]\w|https?://)")
# a line that goes on where the last one broke seldom begins so
_OPENS = re.compile(
    r"(?:[Tt]his|It|We|Part\w*|Manual\w*|Auto\w*|Revert\w*|Back(?:s|ed)?|Backout|Roll(?:s|ed)?|Rollback|Undo\w*|Fixes|Refs?"
    r"|Original|Also|So)\b"
)
_HEADING = re.compile(r"#{1,6} |\*\*[^*]+\*\*:?$|__[^_]+__:?$|\*{3} .* \*{3}$")
_OWN = re.compile(
    r"(?:summary|description|details?|motivation|rationale|reasons?(?: for (?:the )?(?:revert|reverting|rollback))?"
    r"|background|context|notes?|why|what|problem|solution|fix|(?:root )?cause|purpose|overview|(?:commit )?message"
    r"|tl;?dr|(?:pr )?description|reverts?|rollback|scope|impact"
    r"|changes? (?:in|made by) this (?:pr|commit|pull request|change))",
    re.I,
)
_OTHERS = re.compile(
    r"release|change ?log|changes\b|what.?s (?:changed|new)|commits|example|sample|usage|how to|instruction"
    r"|original\b(?! commit ch)|upstream|history|quot|log\b|output|bumps?\b|updates?\b|notes from|cherry"
    r"|squashed|previous",
    re.I,
)
_UNDOING = re.compile(r"revert|rollback|fix", re.I)
# where a sentence ends, or a clause of this commit's own begins
_ENDS = re.compile(
    r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bcf\.)(?<!\bvs\.)(?<!\betc\.)[\"”’')\]*]* "
    r"|(?:[,;:-]|\b(?:so|therefore|thus|hence|and)) (?=this (?:commit|patch|change|pr) )"
    r"|(?:--|—|;) (?=(?:reverts?|back(?:s|ed)? ?out)\b)",
    re.I,
)
_REASON_FIRST = re.compile(
    r"(?:since|as|because|now that|given|due to|until|instead|for now|while) [^.]{1,600}?, "
    r"(?=(?:\w+ly )?(?:revert|back out|roll back|undo)\b)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in one line, and where it stands."""

    text: str
    opens: bool  # it begins a paragraph
    item: bool  # it begins an item of a list
    aside: bool  # it is indented like code or a quotation
    led: str  # the line ending in a colon that leads up to it, "" when none does
    theirs: bool  # it stands under a heading such as `Release notes` or `Example`


@dataclass(frozen=True, slots=True)
class _Unit:
    """Lines joined where they were only wrapped."""

    text: str
    item: bool
    aside: bool
    opens: bool


def sentences(body: str) -> Iterator[Sentence]:
    others, led, listing, last = False, "", False, ""
    for block in _blocks(body):
        units = list(_units(block))
        # what a colon announces is the next paragraph, or a list with empty lines between its items
        led = led if units and led and (led == last or (listing and units[0].item)) else ""
        for unit in units:
            last, listing = unit.text, unit.item or unit.aside
            name = unit.text.strip("#*_: ")
            short = len(name.split()) <= _LONGEST_HEADING
            heading = bool(_HEADING.match(unit.text)) and short and not (unit.item or name.endswith("."))
            announces = heading or (unit.text.endswith(":") and not unit.aside)
            if announces and _OWN.fullmatch(name):
                others, led = False, ""
                continue
            others |= announces and bool(_OTHERS.match(name)) and short
            if not heading:
                yield from _split(unit, led, theirs=others)
            if announces:
                led = "" if heading else unit.text


def _blocks(body: str) -> Iterator[list[str]]:
    """Paragraphs; an empty one stands for quotations, code between fences and marked-up lists."""
    block: list[str] = []
    lines = body.split("\n")[:MOST_LINES]
    fences = [place for place, line in enumerate(lines) if _FENCE.match(line)]
    fenced = {place for first, last in zip(fences[::2], fences[1::2], strict=False) for place in range(first, last + 1)}
    depth = 0
    for place, line in enumerate(lines):
        marks = _MARKUP.findall(line)
        inside = place in fenced or depth > 0 or bool(marks) or line.lstrip().startswith((">", "|"))
        depth = max(0, depth + sum(-1 if closing else 1 for closing in marks))
        if line.strip() and not inside:
            block.append(line)
            continue
        if block:
            yield block
            block = []
        if inside:
            yield []
    if block:
        yield block


def _units(block: list[str]) -> Iterator[_Unit]:
    text, item, aside, opens, last = "", False, False, True, ""
    for line in block:
        bullet = _BULLET.match(line)
        indented = bool(_INDENTED.match(line)) and not bullet
        words = " ".join(line[bullet.end() if bullet else 0 :].split())
        listed = bool(_REFERENCE.match(words)) and (last.endswith(":") or (item and bool(_REFERENCE.match(last))))
        starts = bullet or listed or last.endswith(":") or (indented != aside and not (indented and item))
        if text and (starts or _OPENS.match(words) or _TRAILER.match(words)):
            yield _Unit(text[:LONGEST], item, aside, opens)
            text, opens = "", False
        if not text:
            item, aside = bool(bullet) or listed, indented
        text, last = f"{text} {words}" if text else words, words
    if text:
        yield _Unit(text[:LONGEST], item, aside, opens)


def _split(unit: _Unit, led: str, *, theirs: bool) -> Iterator[Sentence]:
    text = unit.text
    label, colon, rest = text.partition(": ")
    if colon and _OWN.fullmatch(label.strip("#*_ ")) and not _UNDOING.match(label):
        text = rest
    reason = _REASON_FIRST.match(text)
    begin = start = reason.end() if reason else 0
    for end in [*(mark.end() for mark in _ENDS.finditer(text, start)), len(text)]:
        if start < end and not _is_open(text, start):
            first = start == begin
            opens, item = first and unit.opens and not unit.item, first and unit.item
            yield Sentence(text[start:end].strip(), opens, item, unit.aside, led, theirs)
        start = end


def _is_open(text: str, place: int) -> bool:
    """Whether a quotation that began before `place` has not ended there."""
    pairs = text.count("“", 0, place) > text.count("”", 0, place)
    return pairs or bool(text.count('"', 0, place) % 2 or text.count("`", 0, place) % 2)
