"""Source text with its comments taken out: a quick look before trees are built, and a second way to read C.

C with macros often cannot be parsed without running its preprocessor, but its comments can be found without.
"""

import re

from scoring.semantics.languages import Language

# A quote that never closes ends with its line, so that no pattern here can fail late and start over.
LINE_AND_BLOCK = re.compile(
    r"""(?P<comment>//[^\n]*|/\*(?:[\s\S]*?\*/|[\s\S]*))|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|`[^`]*`?"""
)
HASH = re.compile(
    r"""(?P<comment>(?<![^\s;])#[^\n]*|^=begin\b(?:[\s\S]*?^=end\b|[\s\S]*))|"(?:\\[\s\S]|[^"\\])*"?|'[^']*'?""",
    re.MULTILINE,
)
PHP = re.compile(
    r"""(?P<comment>//[^\n]*|#[^\n]*|/\*(?:[\s\S]*?\*/|[\s\S]*))|"(?:\\[\s\S]|[^"\\])*"?|'(?:\\[\s\S]|[^'\\])*'?"""
)
STYLES = {"Ruby": HASH, "Shell": HASH, "PHP": PHP}

# The words of code: what is left of Python and YAML without strings, comments, numbers and punctuation.
PYTHON_WORDS = re.compile(
    r"""(?:\b[rRbBfFuU]{1,2}(?=["']))?(?:\"{3}[\s\S]*?(?:\"{3}|\Z)|'{3}[\s\S]*?(?:'{3}|\Z)|"(?:\\[\s\S]|[^"\\\n])*"?|"""
    r"""'(?:\\[\s\S]|[^'\\\n])*'?)|#[^\n]*|(?P<word>\b[^\W\d]\w*)"""
)
YAML_WORDS = re.compile(r"(?<![^\s])#[^\n]*|(?P<word>\w+)")

UNREADABLE = re.compile(r"""\?\?[=/'()!<>-]|\bu?8?[LU]?R"|#[ \t]*include[ \t]*<[^>\n]*(?:/[/*]|["'])""")
JOINED = re.compile(r"\\[ \t]*(?:\n|$)")
NAMED_QUOTE = re.compile(r"(?<![0-9A-Za-z_])(?:u8|[uUL])$")


def might_be_equal(old: str, new: str, language: Language) -> bool:
    """False when the code surely differs in more than layout. Saves time; where it errs, nothing is proved."""
    return _squeezed(old, language) == _squeezed(new, language)


def words(text: str, style: re.Pattern[str]) -> list[str]:
    """The words of code, in order. Cheap to compare: where they differ, so does the code."""
    return [match["word"] for match in style.finditer(text) if match["word"]]


def without_hash_comments(text: str) -> str:
    """Python with its comments left out, and nothing else."""
    return PYTHON_WORDS.sub(lambda match: "" if match[0].startswith("#") else match[0], text)


def without_comments(text: str, language: Language) -> str:
    """The text with what looks like a comment left out."""
    style = STYLES.get(language.title, LINE_AND_BLOCK)
    return style.sub(lambda match: "" if match["comment"] else match[0], text)


def _squeezed(text: str, language: Language) -> str:
    return "".join(without_comments(text, language).split())


def c_lines(text: str) -> list[str] | None:
    """The lines of C or C++ that hold code, comments replaced by a blank as a compiler does; None when unsure."""
    if UNREADABLE.search(text):
        return None
    parts: list[str] = []
    at = 0
    for match in LINE_AND_BLOCK.finditer(text):
        before = text[at : match.start()]
        if not _trusted(match, before):
            return None
        parts += [before, " " if match["comment"] else match[0]]
        at = match.end()
    lines = "".join([*parts, text[at:]]).split("\n")
    return [line.rstrip() for line in lines if line.strip()]


def _trusted(match: re.Match[str], before: str) -> bool:
    """Whether a compiler surely sees the same comment or quoted text."""
    comment = match["comment"]
    if comment:
        closed = comment.startswith("//") or (len(comment) > 3 and comment.endswith("*/"))
        return closed and JOINED.search(comment) is None
    quote = match[0][0]
    closed = len(match[0]) > 1 and match[0].endswith(quote) and "`" not in match[0][:1]
    digits = quote == "'" and before[-1:].isalnum() and NAMED_QUOTE.search(before[-4:]) is None
    return closed and not digits


def c_comments(text: str) -> list[tuple[int, str]]:
    """Every comment of C or C++ with the number of lines of code that end before it."""
    comments: list[tuple[int, str]] = []
    lines = 0
    at = 0
    for match in LINE_AND_BLOCK.finditer(text):
        lines += sum(1 for line in text[at : match.start()].split("\n")[:-1] if line.strip())
        at = match.start()
        if match["comment"]:
            comments.append((lines, match["comment"]))
            at = match.end()
    return comments
