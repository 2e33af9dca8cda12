"""When a new name takes a program out of the counts of code, and what speaks for the name: what stood there before.

A name is the author's to choose, what the base branch has is not. So a new file that reads as a program keeps a name
for tests, other people's code, generated code, data or prose only where the base has such files in that place already,
or where the text itself reads as what the name says.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scoring.change import FileChange
from scoring.facts.kinds import LONGEST, MARK, MARKED, kinds
from scoring.facts.languages import Language, extension, of_path
from scoring.git import Git
from scoring.hidden.programs import COMPILED, bare, language_of_name, program

SIBLINGS = 5  # files beside it that are looked into
SOME = 3  # files of the base that make a habit
TESTS = 25  # lines of code, one of which speaks of testing in a test
_MOST = 200_000  # bytes of a file beside it
_TESTING = re.compile(
    rb"(?i:assert|expect|should|fixture|pytest|unittest|monkeypatch|\bmock|benchmark)"
    rb"|\b(?:EXPECT|REQUIRE|CHECK|TEST|VERIFY|KUNIT|TST|CU|ts|tst)_\w+|@Test\b|#\[test\]|\btest_\w+|\bTest\w+"
    rb"|\b(?:require|check|verify|fail|cmp|ok|is|like)(?:_\w+)?\(|\bt\.\w+\(|\b(?:describe|it|context|test)\b ?[({\"]"
)
_COMPLETING = re.compile(
    rb"\b(?:COMPREPLY|COMP_WORDS|COMP_CWORD|compgen|compdef|_arguments|_describe|_values|complete|compadd|opts"
    rb"|Register-ArgumentCompleter|CompletionResult|__fish\w*)\b|\+?=\"\""
)
_MAIN = re.compile(rb"^[\w \t*]*\bmain\s*\(", re.M)
_TAIL = re.compile(r"(?:[._-][^._/-]+)?\.[^./]+$")


@dataclass(frozen=True)
class Base:
    """What stood there before the change; read when first asked for."""

    git: Git
    commit: str  # "" for none

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The path of every file."""
        if not self.commit:
            return ()
        listing = self.git.run("ls-tree", "-r", "--name-only", "-z", "--full-tree", "--end-of-options", self.commit)
        return tuple(name.decode("utf-8", "surrogateescape") for name in listing.split(b"\0") if name)

    @cached_property
    def _by_ending(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for name in self.names:
            names.setdefault(extension(name), []).append(name)
        return names

    @cached_property
    def _basenames(self) -> Counter[str]:
        return Counter(name.rpartition("/")[2] for name in self.names)

    def alike(self, path: str, *, anywhere: bool = False) -> list[str]:
        """The files with the same ending, or the same name where there is none, in its folder first."""
        ending, folder = extension(path), path.rpartition("/")[0]
        same = [
            each
            for each in self._by_ending.get(ending, [])
            if ending or each.rpartition("/")[2] == path.rpartition("/")[2]
        ]
        beside = [each for each in same if each.rpartition("/")[0] == folder]
        return beside + ([each for each in same if each.rpartition("/")[0] != folder] if anywhere else [])

    def called(self, basename: str) -> int:
        """How many files have this name."""
        return self._basenames[basename]

    def texts(self, paths: Sequence[str]) -> list[bytes]:
        """The contents of the first files named, cut where they are long."""
        if not paths:
            return []
        with self.git.blobs(_MOST) as blobs:
            return [blobs.at(self.commit, path) for path in paths[:SIBLINGS]]


def is_kept_out(path: str) -> bool:
    """Say whether the name alone keeps lines out of the counts of code that ships."""
    return kinds(path) != {"source"} or (of_path(path) is None and extension(path) != "")


def arrives(file: FileChange) -> bool:
    """Say whether a change gives a file a name that keeps it out: a new file, or one that counted before."""
    if file.status == "A":
        return True
    return file.old_path is not None and not is_kept_out(file.old_path)


def is_earned(file: FileChange, text: bytes, language: Language, base: Base) -> bool:
    """Say whether what the base has, or the text itself, speaks for the name of a file that reads as a program."""
    roles = kinds(file.path)
    if "vendored" in roles:
        return _is_beside_others_code(file.path, base)
    if "generated" in roles:
        return _is_output(file.path, base)
    if "test" in roles and not roles & {"docs", "data", "build"}:
        return _is_test(file.path, text, language, base)
    if "data" in roles and language_of_name(file.path) is not None:
        return _speaks(text, language, _COMPLETING, 8)
    if "build" in roles and language_of_name(file.path) is not None:
        return bool(base.alike(file.path))
    return _is_habit(file.path, language, base)


def is_marked_there(path: str, base: Base) -> bool:
    """Say whether a file beside it carries a generator's mark."""
    texts = base.texts(base.alike(path))
    return any(MARK.search(b"\n".join(text.split(b"\n", MARKED)[:MARKED])) for text in texts)


def is_long_there(path: str, base: Base) -> bool:
    """Say whether a file beside it, or it itself before, has lines that nobody wrote by hand."""
    texts = base.texts([path, *base.alike(path)] if path in base.names else base.alike(path))
    return any(len(line) > LONGEST for text in texts for line in text.split(b"\n"))


def ordinary(path: str, language: Language) -> str:
    """The path without what keeps it out of the counts: the same folders and name otherwise."""
    ending = language.endings.split()[0]
    if not is_kept_out(path) and of_path(path) is language:
        return path
    *folders, name = path.split("/")
    plain = [folder for folder in folders if kinds(f"{folder}/a.{ending}") == {"source"}]
    named = path if language_of_name(path) is language else f"{name.split('.')[0]}.{ending}"
    name = next(
        each
        for each in (named.rpartition("/")[2], f"{name.split('.')[0]}.{ending}", f"unit.{ending}")
        if kinds(each) == {"source"}
    )
    return "/".join([*plain, name])


def _is_beside_others_code(path: str, base: Base) -> bool:
    """As deep below a folder of other people's code that holds such files already."""
    *folders, _ = path.split("/")
    for depth in range(1, len(folders) + 1):
        root = "/".join(folders[:depth]) + "/"
        if "vendored" in kinds(root + "a"):
            deeper = depth < len(folders)
            return any(
                each.startswith(root) and ("/" in each[len(root) :]) == deeper
                for each in base.alike(path, anywhere=True)
            )
    return False


def _is_output(path: str, base: Base) -> bool:
    """The base has output of the same tool: files with the same tail of their name."""
    tail = _TAIL.search(path)
    ending = tail[0] if tail else path
    return any(each.endswith(ending) and "generated" in kinds(each) for each in base.names)


def _is_test(path: str, text: bytes, language: Language, base: Base) -> bool:
    basename = path.rpartition("/")[2]
    if base.called(basename) >= SOME or _speaks(text, language, _TESTING, TESTS):
        return True
    # a program of its own among others, in a language that runs nothing it was not built with
    beside = len(base.alike(path)) >= SOME and language.name in COMPILED
    return beside and _MAIN.search(bare(text, language)) is not None


def _speaks(text: bytes, language: Language, words: re.Pattern[bytes], lines: int) -> bool:
    """One line of code in so many holds one of the words."""
    code = [line for line in bare(text, language).split(b"\n") if line.strip()]
    return lines * sum(words.search(line) is not None for line in code) >= len(code)


def _is_habit(path: str, language: Language, base: Base) -> bool:
    """Files beside it with the same ending are programs in the same language; anywhere where it is an odd ending."""
    anywhere = kinds(path) <= {"build", "source"}
    texts = base.texts(base.alike(path, anywhere=anywhere))
    return any((language_there := program(text)) is not None and language_there.name == language.name for text in texts)
