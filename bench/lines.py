"""How right the counting of code is: decision words beside those of syntax trees, in whole files and in real hunks.

`python -m bench.lines --repo PATH [--repo PATH ...]`. The other side is tree-sitter's grammars and Python's own
tokens; a file that they cannot read without errors is left out.
"""

import argparse
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from tree_sitter import Language as Grammar
from tree_sitter import Parser

from scoring.errors import ScoringError
from scoring.facts.languages import of_path
from scoring.facts.lexis import masked
from scoring.facts.lines import read, tokens_of
from scoring.git import Git
from scoring.semantics.languages import LANGUAGES

WORDS = frozenset(
    [
        "if",
        "for",
        "while",
        "case",
        "catch",
        "elsif",
        "unless",
        "until",
        "when",
        "foreach",
        "match",
        "elif",
        "except",
        "and",
        "or",
    ]
)
_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.M)
Place = tuple[int, str]  # line and word


@cache
def _parser(suffix: str) -> Parser | None:
    for language in LANGUAGES:
        if suffix in language.suffixes:
            return Parser(Grammar(getattr(import_module(language.module), language.function)()))
    return None


def truth(path: str, content: bytes) -> list[Place] | None:
    """Where the keywords stand, None when nobody can read the file."""
    if path.endswith(".py"):
        try:
            tokens = list(tokenize.tokenize(io.BytesIO(content).readline))
        except (tokenize.TokenError, SyntaxError, UnicodeError):
            return None
        return [(token.start[0], token.string) for token in tokens if token.type == tokenize.NAME]
    parser = _parser(Path(path).suffix)
    tree = parser.parse(content) if parser else None
    if tree is None or tree.root_node.has_error:
        return None
    nodes, places = [tree.root_node], []
    while nodes:
        node = nodes.pop()
        nodes.extend(node.children)
        if not node.child_count and node.type in WORDS:
            places.append((node.start_point[0] + 1, node.type))
    return places


def ours(code: Iterable[bytes], path: str) -> "Counter[str]":
    """The decision words in lines of code; those of the preprocessor are no words to a grammar."""
    language = of_path(path)
    if language is None:
        return Counter()
    text = b"\n".join(line for line in code if not (language.pointers and line.startswith(b"#")))
    counts: Counter[str] = Counter()
    for token, number in tokens_of(text, language).items():
        counts[token.decode().rstrip("(")] += number
    return counts


def whole_files(git: Git, tip: str, most: int) -> Iterator[tuple[str, "Counter[str]", "Counter[str]"]]:
    """Yield path, true words and ours for files at `tip`, evenly from the list."""
    paths = git.run("ls-tree", "-r", "--name-only", "-z", tip).decode(errors="replace").split("\0")
    paths = [path for path in paths if of_path(path) and (path.endswith(".py") or _parser(Path(path).suffix))]
    for path in paths[:: max(1, len(paths) // most)]:
        content = git.run("cat-file", "blob", f"{tip}:{path}").replace(b"\0", b" ")
        places, language = truth(path, content), of_path(path)
        if places is not None and language is not None:
            code = [line.strip() for line in masked(b"\n" + content + b"\n\0", language.lexis).split(b"\n")]
            yield path, Counter(word for _, word in places), ours(code, path)


def real_hunks(git: Git, tip: str, most: int) -> Iterator[tuple[str, "Counter[str]", "Counter[str]"]]:
    """Yield the same for the added sides of the files that the last commits modify."""
    shas = git.run("rev-list", "--no-merges", f"--max-count={most}", tip).decode().split()
    for sha in shas:
        patch = git.run("log", "-1", "-p", "-U0", "--no-color", "--format=", "--diff-filter=M", sha)
        for section in (b"\n" + patch).split(b"\ndiff --git ")[1:]:
            path = section.partition(b"\n")[0].rpartition(b" b/")[2].decode(errors="replace")
            start = section.find(b"\n@@ ")
            if start < 0 or of_path(path) is None:
                continue
            places = truth(path, git.run("cat-file", "blob", f"{sha}:{path}"))
            if places is not None:
                lines = {
                    line
                    for match in _HUNK.finditer(section[start:])
                    for line in range(int(match[1]), int(match[1]) + int(match[2] or 1))
                }
                here = Counter(word for line, word in places if line in lines)
                yield f"{sha[:9]} {path}", here, ours(read(section[start:], path).added.code, path)


def table(read_files: Iterable[tuple[str, "Counter[str]", "Counter[str]"]]) -> dict[str, list[int]]:
    """For each ending: files, true words, ours, words that differ, files with one that does."""
    rows: dict[str, list[int]] = {}
    for path, true, counted in read_files:
        language = of_path(path.rpartition(" ")[2])
        words = {word.decode() for word in language.branches} & WORDS if language else set()
        differ = sum(abs(true[word] - counted[word]) for word in words)
        row = rows.setdefault(Path(path).suffix, [0] * 5)
        counts = (1, sum(true[word] for word in words), sum(counted[word] for word in words), differ, differ > 0)
        rows[Path(path).suffix] = [sum(pair) for pair in zip(row, counts, strict=True)]
    return rows


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repo", dest="repositories", type=Path, action="append", required=True, help="repeat for more"
    )
    parser.add_argument("--files", type=int, default=60, help="of each repository")
    parser.add_argument("--commits", type=int, default=60, help="of each repository")
    options = parser.parse_args()
    for title, work, most in (("whole files", whole_files, options.files), ("hunks", real_hunks, options.commits)):
        rows: dict[str, list[int]] = {}
        for path in options.repositories:
            try:
                git = Git(path)
                for ending, row in table(work(git, git.resolve("HEAD"), most)).items():
                    rows[ending] = [sum(pair) for pair in zip(rows.get(ending, [0] * 5), row, strict=True)]
            except ScoringError as error:
                print(f"{path}: {error}")  # noqa: T201
        print(f"\n| {title} | files | words | ours | differ | files that differ |\n|---|--:|--:|--:|--:|--:|")  # noqa: T201
        for ending, row in sorted(rows.items()):
            print(f"| {ending} | {' | '.join(f'{cell:,}' for cell in row)} |")  # noqa: T201


if __name__ == "__main__":
    main()
