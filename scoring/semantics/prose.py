"""Whether a comment reads as prose, so that no tool can take it for an instruction.

Tools that obey comments cannot be listed to the end, so what is allowed is stated instead. A line of a comment is prose
when it begins like a sentence, holds nothing but words, numbers, quotes, addresses and ordinary punctuation, and either
joins its words as a sentence does (`words/joining.txt`) or is a note of ordinary words (`words/ordinary.txt`: those
that at least five files of Python's library, aiohttp and ansible use in comments or docstrings, names of tools taken
out) that does not begin with a command (`words/commands.txt`). Labels for people (`TODO:`), notices of copyright,
empty lines and rules (`-----`) are prose too. A block of comments is prose when all its lines are.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files


def _words(name: str) -> frozenset[str]:
    return frozenset(files(__package__ or "").joinpath("words", name).read_text(encoding="utf-8").split())


ORDINARY = _words("ordinary.txt")
# Words that join others in a sentence: in English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish,
# Danish, Norwegian and Polish. Instructions to tools hardly ever hold one.
JOINING = _words("joining.txt")
# What may begin a short note and yet is mostly said to tools. In a sentence these are words like others.
COMMANDS = _words("commands.txt")
# Notes for people that are labelled like an instruction.
LABEL = re.compile(
    r"(?:TODO|FIXME|XXX+|HACK|NOTE|NB|BUG|WARNING|IMPORTANT|CAUTION|REVIEW|OPTIMIZE|IDEA|QUESTION|Todo|Fixme|Note|Notes|"
    r"Warning|Example|Examples|See|See also|Hint|Tip|Reason|Example usage|Credits|Copyright|License|Licence|"
    r"SPDX-License-Identifier|(?:[Ii]ssue|[Bb]ug|PR|GH|pull request)?[ -]?#?\d{2,}|Authors?|Written by|Created|Date|"
    r"E-?mail|Contact|Maintainers?|[Nn]\.?[Bb]\.?|P\.?S\.?|i\.e\.|e\.g\.)"
    r"(?:[ ]?\([\w@.,#/ +-]{1,40}\))?(?::|[ ]-{1,2}(?=[ ])|(?=[ ]|$))[ ]*"
)
BULLET = re.compile(r"(?:[-*•–—][ ]+|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)][ ]+|\[\d{1,3}\][ ]+)(?=\S)")
RULE = re.compile(r"([-=*~_#.+])\1{3,}|#{0,3}|(?:\*[ ]?){4,}|(?:-[ ]){3,}-")
FRAME = re.compile(r"([-=*#])\1{2,}[ ]+(?P<left>.*?)[ ]*(?:\1{2,})?|(?P<right>.*?)[ ]+([-=*~_#])\4{2,}")
COPYRIGHT = re.compile(r"(?:Copyright|\([cC]\)|©|Portions copyright|All rights reserved)(?:\b|(?=\s)|$)", re.IGNORECASE)
# Addresses, and what stands in quotes: one word each, whatever they hold.
ADDRESS = re.compile(
    r"<?\b(?:https?|ftp)://[^\s<>`\"']+>?|<?\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+>?|"
    r"(?<![\w`])``[^`\n]{1,80}``|(?<![\w`])`[^`\n]{1,80}`(?!`)|"
    r"(?<![\w\"])\"[^\"\n]{1,80}\"(?![\w\"])|(?<![\w'])'[^'\n]{1,60}'(?![\w'])"
)
ALONE = re.compile(r"<?\bhttps?://[^\s<>`\"']+>?|<?\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+>?")
QUOTED = "quoted_"  # stands for one of these
START = re.compile(r"[(\[\"'“‘«„¿¡]?[^\W_]|\.\.\.|…|¿|¡")
SIGN = re.compile(r"-{1,3}|[–—…&/+*×±~]|[-=]>|<-|[→←↔≤≥≈≠]|[<>]=?|\.{3}|[.,;:!?)]")
DASHES = ("-", "--", "–", "—", "&", "/", "...", "…")
WORD = re.compile(
    r"[(\[“‘«„¿¡\"']{0,2}(?P<core>"
    r"#?\d[\d.,:/×x-]*\w{0,3}%?|"  # numbers, times, dates, issues
    r"~?/?[^\W_][\w’'/.+&-]*(?:\(\)|\((?:s|es|n|e)\))?|"  # words, names, paths
    r"\*[^\W_][\w’'-]*\*|_[^\W_]+_|"  # words that are stressed
    r"_{1,2}\w+(?:\(\))?|\.{1,2}/?[\w/.-]+|C#|F#|C\+\+"
    r")(?:['’]s)?[)\]”’»\"']{0,2}[.,;:!?…]{0,3}[)”’»\"']{0,2}"
)
LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
FOREIGN = re.compile(r"[^\W\d_a-zA-Z]")
HASHES = re.compile(r"#+(?=\s|$)|#")
WIDE = re.compile(
    "[\u3000-\u3002\u300c-\u300f\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]"
)  # Chinese and Japanese signs
LONGEST = 400  # letters of a line that is looked at


def without_hash(comment: str) -> str:
    """A comment that begins with `#` without its mark."""
    return HASHES.sub("", comment, count=1)


def is_sentence(line: str) -> bool:
    """Whether a line is prose and joins its words, so that it is more than a note of one or two words."""
    words = [_plain(word) for word in line.split()]
    return is_prose([line]) and len(words) > 2 and (not JOINING.isdisjoint(words) or bool(FOREIGN.search(line)))


def is_prose(lines: Sequence[str]) -> bool:
    """Whether every line of a block of comments, its marks (`#`, `//`) taken away, is said to people."""
    goes_on = False
    for line in lines:
        if not _is_line(line, goes_on):
            return False
        goes_on = bool(line.strip()) and line.rstrip()[-1:] not in ".:!?-=*#"
    return True


@lru_cache(maxsize=4096)
def _is_line(line: str, goes_on: bool) -> bool:
    """`goes_on`: whether the line before ended in the middle of a sentence."""
    text = WIDE.sub(" ", line).strip()
    if len(text) > LONGEST:
        return False
    if RULE.fullmatch(text) or COPYRIGHT.match(text):
        return all(_is_token(each) for each in ADDRESS.sub(QUOTED, text).split()) or RULE.fullmatch(text) is not None
    if text and not ALONE.sub("", text).strip("., "):
        return True
    if (frame := FRAME.fullmatch(text)) is not None:
        return _is_text(frame["left"] or frame["right"] or "", False, line[:1].isspace())
    if (bullet := BULLET.match(text)) is not None:
        text, goes_on = text[bullet.end() :], False
    return _is_text(text, goes_on, line[:1].isspace())


def _is_text(text: str, goes_on: bool, apart: bool) -> bool:
    """`apart`: whether a blank follows the sign of the comment, as it does where people write."""
    if (label := LABEL.match(text)) is not None:
        rest = text[label.end() :]
        if not rest or label[0].rstrip()[-1] in ":-":
            return all(_is_token(each) for each in ADDRESS.sub(QUOTED, rest).split())
    tokens = ADDRESS.sub(QUOTED, text).split()
    words = [word["core"] for each in tokens if (word := WORD.fullmatch(each)) is not None]
    if not words or not START.match(text) or not all(_is_token(each) for each in tokens) or _is_key(tokens):
        return False
    if _is_sentence(words):
        return apart or (len(words) > 3 and not words[0].isupper())
    if not apart or any(WORD.fullmatch(each) is None and each not in DASHES for each in tokens):
        return False
    return _is_note(words) or (goes_on and _is_rest(words))


def _is_token(token: str) -> bool:
    return WORD.fullmatch(token) is not None or SIGN.fullmatch(token) is not None


def _is_key(tokens: list[str]) -> bool:
    """Whether it begins like `key: value` or ends like a head, `Requirements:`."""
    at = next((at for at, each in enumerate(tokens) if each.endswith(":") or each == ":"), None)
    if at is None:
        return False
    before = tokens[: at + 1]
    return at < 2 and not any(_plain(word) in JOINING for word in before) and (at == 0 or at + 1 < len(tokens))


def _plain(word: str) -> str:
    return word.strip("()[]\"'“”‘’«».,;:!?…").lower().replace("’", "'")


def _is_sentence(words: list[str]) -> bool:
    """Words joined by those that join, or in letters that no tool asks for; names of things in the minority."""
    letters = [word for word in words if LETTERS.fullmatch(word)]
    if any(FOREIGN.search(word) for word in letters):
        return 2 * len(letters) >= len(words)
    if len(words) == 2:
        return len(letters) == 2 and words[0].lower() in JOINING - COMMANDS
    joined = any(_plain(word) in JOINING for word in letters)
    return joined and len(words) > 2 and 2 * len(letters) >= len(words)


def _is_note(words: list[str]) -> bool:
    """A few ordinary words: `user names`. Acronyms and numbers may follow, names may not."""
    first = _plain(words[0])
    if first in COMMANDS or not _is_ordinary(first) or 2 * sum(word[:1].isdigit() for word in words) > len(words):
        return False
    return all(
        _is_ordinary(_plain(word)) or word == QUOTED or (word.isupper() and word.isalpha() and len(word) < 6)
        for word in words[1:]
    )


def _is_ordinary(word: str) -> bool:
    return word.isdigit() or all(part in ORDINARY or part in JOINING for part in re.split(r"[-/]", word))


def _is_rest(words: list[str]) -> bool:
    """The rest of a sentence that began on the line before."""
    ordinary = sum(_is_ordinary(_plain(word)) for word in words)
    first = _plain(words[0])
    return first not in COMMANDS and _is_ordinary(first) and 2 * ordinary >= len(words)
