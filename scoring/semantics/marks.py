"""Comments of Python that tools obey: which they are, and what each of them speaks of."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from scoring.semantics.directives import EVERYWHERE

DIRECTIVE = re.compile(
    r"#\s*(?:type:|noqa|nopep8|pylint:|pragma|fmt:|isort:|mypy:|nosec|nosemgrep|noinspection|cython:|distutils:|doctest:|"
    r"ruff:|flake8[:-]|(?:based)?pyright:|pytype:|pyre-|pyrefly|ty:|yapf:|autopep8:|autoflake:|black:|skipcq|gazelle:|"
    r"buildifier|keep\b|%%|/// ?\w*|///$|@|<[xs]?w?bar\.|vim?:|-\*-|lgtm|codeql|renovate:|language=|codespell:|cspell:|"
    r"nuitka|pants:|lint-(?:ignore|fixme)|sphinx_gallery_|jupyter|PYTHON_ARGCOMPLETE_OK|chkconfig|"
    r"\[(?:start|end) |\+(?:\s|$)|-\s*$|!)|#:|coding[:=]|NOSONAR|"
    r"^#(?:SBATCH|PBS|BSUB|MSUB|COBALT|OAR|MOAB|\$ )|^##\s*[\w ]+=",
    re.IGNORECASE,
)
ANYWHERE = re.compile(EVERYWHERE)
# A comment of a template is code for whoever fills the template in.
TEMPLATE = re.compile(r"\{\{|\{%|\{#|<%|%>|@@\w+@@|\$\{")
# Between these marks a generator keeps its program and what it wrote, as comments and code.
GENERATOR = re.compile(r"\[\[\[(?:cog|end)|BEGIN INIT INFO|--8<--")
# Read by the shell's completion from the first bytes of a program, to learn whether it may be run.
EARLY, EARLY_BYTES = "PYTHON_ARGCOMPLETE_OK", 1024
WORDS = (tokenize.NAME, tokenize.NUMBER, tokenize.STRING)


@dataclass(frozen=True, slots=True)
class Mark:
    """An obeyed comment. Words are names, numbers and strings: what no layout adds or takes away."""

    text: str
    alone: bool  # whether on a line of its own
    before: int  # words before it
    beside: int  # words on the line it speaks of: its own, or the next that holds any


def tokens(text: str) -> list[tokenize.TokenInfo]:
    """Raises SyntaxError or tokenize.TokenError where the text is not Python."""
    return list(tokenize.generate_tokens(io.StringIO(text.removeprefix("\ufeff")).readline))


def comments(text: str) -> list[str]:
    """Every comment in order; empty when the text cannot be split into tokens."""
    try:
        return [token.string for token in tokens(text) if token.type == tokenize.COMMENT]
    except (SyntaxError, tokenize.TokenError):
        return []


def obeyed(text: str) -> list[Mark] | None:
    """Every comment that a tool acts on, and what it speaks of; None when the text cannot be split into tokens."""
    try:
        stream = tokens(text)
    except (SyntaxError, tokenize.TokenError):
        return None
    return list(_obeyed(stream))


def _obeyed(stream: list[tokenize.TokenInfo]) -> Iterator[Mark]:
    rows: dict[int, int] = {}
    for token in stream:
        for row in {token.start[0], token.end[0]} if token.type in WORDS else ():
            rows[row] = rows.get(row, 0) + 1
    words, inside_script = 0, False
    for token in stream:
        words += token.type in WORDS
        if token.type != tokenize.COMMENT:
            continue
        if token.string.startswith("# ///"):
            inside_script = not inside_script
        if inside_script or is_obeyed(token.string):
            row = token.start[0]
            alone = not token.line[: token.start[1]].strip() and not rows.get(row)
            spoken_of = min((each for each in rows if each > row), default=row) if alone else row
            yield Mark(token.string, alone, words, rows.get(spoken_of, 0))


def is_obeyed(comment: str) -> bool:
    """Whether a tool may act on a comment, or on a second one inside it, as in `# because of X  # noqa`."""
    parts = ["#" + part for part in comment.split("#")[2:]]
    found = any(DIRECTIVE.match(part) for part in [comment, *parts])
    return found or ANYWHERE.search(comment) is not None or TEMPLATE.search(comment) is not None


def same_head(old: str, new: str) -> bool:
    """Whether what is looked for in the first bytes of a program is, or is not, there in both versions."""
    found = [EARLY in text.encode()[:EARLY_BYTES].decode("utf-8", "replace") for text in (old, new)]
    return found[0] == found[1]
