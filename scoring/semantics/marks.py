"""Comments of Python that tools obey or may obey: which they are, and what each of them speaks of."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from scoring.semantics import prose
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
# A file that is a notebook, a pipeline or a script with a header: there comments are cells, commands and dependencies.
SCRIPT = re.compile(
    r"#\s*(?:%%|\+(?:\s|$)|-\s*$|-{3}\s*$|\||'|In\s?\[|<(?:code|markdown|raw)cell>|COMMAND\s|MAGIC\b|DBTITLE\b|"
    r"Databricks notebook|/{3}(?:\s|$)|\[VPYTHON:|Requirements:|pythran\b|fades\b|jupytext\b|pip-run\b|[%!$]\s?\w|\+\w|"
    r"@title|@param|(?:nbdev|default_exp|hide_input|marimo|papermill)\b)|#[A-Z]{2,8}\s+-"
)
PYTHON = re.compile(r"#!\s*/\S*(?:/|env )(?:python|pypy)[\d.]*(?:\s+-\w+)*\s*")  # the interpreter and nothing else
NOTEBOOK = re.compile(r"\bmarimo\.App\(|\bdbutils\.|\bget_ipython\(|^__requires__\b", re.MULTILINE)
# What programs look for anywhere in a file, comments included, to learn whether it is theirs or how to start it:
# Airflow's safe mode (2, and 3, which has assets as well), and Ansible of modules that are none of its own style.
SOUGHT = (("dag", "airflow"), ("asset", "airflow"), ("want_json",))
CODING = re.compile(r"coding[:=]\s*utf-?8", re.IGNORECASE)
IMPORTS = re.compile(r"\s*(?:import|from)\b")
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


@dataclass(frozen=True, slots=True)
class Unspoken:
    """A comment that does not read as prose, or stands in a block with one: some tool may obey it."""

    text: str
    alone: bool
    before: int  # words before it


def unspoken(text: str) -> list[Unspoken]:
    """Every comment that a tool not known here may act on. The text must be one that can be split into tokens."""
    blocks: list[list[tuple[tokenize.TokenInfo, Unspoken]]] = []
    words = 0
    for token in tokens(text):
        words += token.type in WORDS
        if token.type != tokenize.COMMENT:
            continue
        comment = (token, Unspoken(token.string, not token.line[: token.start[1]].strip(), words))
        goes_on = bool(blocks) and comment[1].alone and blocks[-1][-1][1].alone
        if goes_on and blocks[-1][-1][0].start[0] == token.start[0] - 1:
            blocks[-1].append(comment)
        else:
            blocks.append([comment])
    return [comment for block in blocks if not _is_said([token for token, _ in block]) for _, comment in block]


def _is_said(block: list[tokenize.TokenInfo]) -> bool:
    lines = [prose.without_hash(token.string) for token in block if not _is_head(token)]
    if IMPORTS.match(block[0].line):  # what stands behind an import is often read by whoever installs it
        return all(prose.is_sentence(line) for line in lines)
    return prose.is_prose(lines)


def _is_head(token: tokenize.TokenInfo) -> bool:
    """The line that picks the interpreter, or declares the encoding; both are compared byte for byte elsewhere."""
    return token.start[0] < 3 and (token.string.startswith("#!") or CODING.search(token.string) is not None)


def is_script(text: str) -> bool:
    """Whether comments are part of what the file is: a notebook, a pipeline, a script with a header."""
    return NOTEBOOK.search(text) is not None or any(_is_of_script(comment) for comment in comments(text))


def _is_of_script(comment: str) -> bool:
    return SCRIPT.match(comment) is not None or (comment.startswith("#!") and PYTHON.fullmatch(comment) is None)


def sought(text: str) -> list[bool]:
    """For each set of words that programs look for in whole files: whether all of them are there."""
    small = text.lower()
    return [all(word in small for word in words) for words in SOUGHT]


def is_obeyed(comment: str) -> bool:
    """Whether a tool may act on a comment, or on a second one inside it, as in `# because of X  # noqa`."""
    parts = ["#" + part for part in comment.split("#")[2:]]
    directive = any(DIRECTIVE.match(part) for part in [comment, *parts])
    return directive or ANYWHERE.search(comment) is not None or TEMPLATE.search(comment) is not None


def same_head(old: str, new: str) -> bool:
    """Whether what is looked for in the first bytes of a program is, or is not, there in both versions."""
    early = [EARLY in text.encode()[:EARLY_BYTES].decode("utf-8", "replace") for text in (old, new)]
    return early[0] == early[1]
