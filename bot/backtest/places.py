"""What a change is about, for people: its folder, its language, whether its author was new. Never a name."""

from collections import Counter
from collections.abc import Iterable, Sequence

from scoring.history.persons import NOBODY

NEW = 10  # landings before which an author counts as new here
TOP = "(top folder)"
LANGUAGES = {
    "C": "c h", "C++": "cc cpp cxx hpp hh", "C#": "cs", "CSS": "css scss sass less", "Dart": "dart",
    "Documentation": "md rst txt adoc", "Go": "go", "HTML": "html htm erb", "Java": "java",
    "JavaScript": "js jsx mjs cjs", "Kotlin": "kt kts", "Build": "mk cmake am ac in bazel gradle",
    "Data": "json yaml yml toml xml ini cfg", "PHP": "php", "Python": "py pyi pyx", "Ruby": "rb rake gemspec",
    "Rust": "rs", "Shell": "sh bash at", "Swift": "swift", "TypeScript": "ts tsx", "Protocol buffers": "proto",
}  # fmt: skip
_BY_ENDING = {ending: name for name, endings in LANGUAGES.items() for ending in endings.split()}


def folder(paths: Sequence[str]) -> str:
    """The top folder that most files lie in; of equals the first in the alphabet."""
    return _most(path.partition("/")[0] + "/" if "/" in path else TOP for path in paths) or TOP


def language(paths: Sequence[str]) -> str:
    """The language of most files."""
    return (
        _most(_BY_ENDING.get(path.rpartition("/")[2].rpartition(".")[2].lower(), "other") for path in paths) or "other"
    )


def group(landings_before: float, author: int) -> str:
    """Newcomer or regular, by how much the author had landed when the change did; a program is neither."""
    if author == NOBODY:
        return "program"
    return "newcomer" if landings_before < NEW else "regular"


def _most(names: Iterable[str]) -> str:
    counted = Counter(names)
    return min(counted, key=lambda name: (-counted[name], name)) if counted else ""
