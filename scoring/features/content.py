"""How large the change is, and what kind of code its lines are."""

import re
from functools import lru_cache
from operator import attrgetter

from scoring.features.feature import Feature
from scoring.features.measures import OfFile, peak, share, total
from scoring.features.table1 import SPLIT
from scoring.history.lines import PROSE, extension
from scoring.history.state import FileFacts

_TEST = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|specs?|__tests__|testdata|fixtures?|e2e|mocks?)(?:[/_.-]|$)|_test\.|Tests?\.\w+$",
    re.I,
)
_BUILD = re.compile(
    r"(?:^|/)(?:makefile|cmakelists\.txt|meson\.build|build(?:\.bazel)?|dockerfile|configure\.ac|package\.json|cargo\.toml|setup\.py"
    r"|pyproject\.toml|go\.mod|gemfile|pom\.xml)$|\.(?:mk|am|cmake|gradle|bzl|ya?ml|toml|ini|cfg|conf|gni?)$|^\.github/|kconfig",
    re.I,
)
_VENDORED = re.compile(
    r"(?:^|/)(?:vendor|third[_-]?party|node_modules|external|deps|generated|gen)/|\.(?:lock|min\.js|pb\.go)$", re.I
)


@lru_cache(maxsize=1 << 16)
def _kinds(path: str) -> frozenset[str]:
    patterns = {"test": _TEST, "build": _BUILD, "vendored": _VENDORED}
    kinds = {name for name, pattern in patterns.items() if pattern.search(path)}
    return frozenset(kinds | {"prose"} if extension(path) in PROSE else kinds)


def is_test(file: FileFacts) -> bool:
    """Say whether a file looks like a test."""
    return "test" in _kinds(file.file.path)


def _is(kind: str) -> OfFile:
    return lambda file: kind in _kinds(file.file.path)


def is_source(file: FileFacts) -> bool:
    """Say whether a file is code that ships: neither test nor prose, build file or vendored."""
    return not (_kinds(file.file.path) or file.file.binary)


def _line(name: str) -> OfFile:
    return attrgetter(f"lines.{name}")


def _source(name: str) -> OfFile:
    count = _line(name)

    def of(file: FileFacts) -> float:
        return count(file) if is_source(file) else 0.0

    return of


def _churn(file: FileFacts) -> float:
    return float(file.lines.added + file.lines.deleted)


def _count(name: str, what: OfFile, words: str = "", topic: str = "", unit: str = "files") -> Feature:
    return Feature(name, "size", total(what), words, topic=topic, unit=unit, log=True)


def _most(name: str, words: str, topic: str, unit: str, low: str = "", hint: str = "") -> Feature:
    return Feature(name, "content", total(_line(name)), words, low, hint, unit, topic, log=True)


SIZE: tuple[Feature, ...] = (
    Feature(
        "lines_added",
        "size",
        total(_line("added")),
        "Adds many lines",
        "Adds few lines",
        SPLIT,
        "lines",
        "size",
        log=True,
    ),
    Feature(
        "lines_deleted", "size", total(_line("deleted")), "Deletes many lines", "", SPLIT, "lines", "size", log=True
    ),
    Feature(
        "churn", "size", total(_churn), "Changes many lines", "Changes few lines", SPLIT, "lines", "size", log=True
    ),
    Feature(
        "code_added",
        "size",
        total(_line("code_added")),
        "Adds much code",
        "Adds little code",
        SPLIT,
        "lines",
        "size",
        log=True,
    ),
    Feature(
        "code_deleted", "size", total(_line("code_deleted")), "Removes much code", "", "", "lines", "size", log=True
    ),
    Feature(
        "source_added",
        "size",
        total(_source("code_added")),
        "Adds much code outside tests",
        "Adds little code outside tests",
        SPLIT,
        "lines",
        "size",
        log=True,
    ),
    Feature("source_deleted", "size", total(_source("code_deleted")), "", "", "", "lines", "size", log=True),
    Feature("bytes_added", "size", total(_line("bytes_added")), "", "", "", "bytes", "size", log=True),
    Feature(
        "largest_file", "size", peak(_churn), "One file changes in many lines", "", SPLIT, "lines", "size", log=True
    ),
    Feature(
        "hunks",
        "size",
        total(_line("hunks")),
        "Changes many places",
        "Changes few places",
        SPLIT,
        "places",
        "spread",
        log=True,
    ),
    Feature("comments_added", "size", total(_line("comments_added")), "", "", "", "lines", "comments", log=True),
    Feature("deleted_share", "size", share(_line("deleted"), _churn), "", "", "", "of 1", "balance"),
    Feature("comment_share", "size", share(_line("comments_added"), _line("added")), "", "", "", "of 1", "comments"),
    _count("test_files", is_test, topic="tests"),
    Feature(
        "test_lines",
        "size",
        total(lambda f: f.lines.added if is_test(f) else 0),
        "",
        "Adds few lines of tests",
        "Add a test for what changes.",
        "lines",
        "tests",
        log=True,
    ),
    Feature(
        "test_share",
        "size",
        share(lambda f: f.lines.added if is_test(f) else 0, _line("added")),
        "",
        "",
        "",
        "of 1",
        "tests",
    ),
    _count("source_files", is_source, "Touches many source files", "spread"),
    Feature(
        "source_share",
        "size",
        share(is_source, lambda f: 1.0),
        "",
        "Touches hardly any source code",
        "",
        "of 1",
        "kind of files",
    ),
    _count("build_files", _is("build"), "Touches build or configuration files", "kind of files"),
    _count("vendored_files", _is("vendored"), "", "kind of files"),
    _count("prose_files", _is("prose"), "", "kind of files"),
    _count(
        "header_files",
        lambda f: extension(f.file.path) in {"h", "hpp", "hh", "pyi", "proto", "idl"},
        "Touches interfaces that other code includes",
        "kind of files",
    ),
    _count("binary_files", lambda f: f.file.binary, "Touches binary files", "kind of files"),
    _count("created_files", lambda f: f.file.status == "A", "Creates many files", "new files"),
    _count("deleted_files", lambda f: f.file.status == "D", "Deletes files", "kind of files"),
    _count("renamed_files", lambda f: f.file.status in "RC", "Renames files", "kind of files"),
    _count("mode_changes", lambda f: f.file.old_mode != f.file.new_mode and f.file.status == "M", "", "kind of files"),
)

CONTENT: tuple[Feature, ...] = (
    _most(
        "branches_added",
        "New branching code (if, for, except, …)",
        "branches",
        "branches",
        "Adds hardly any branching code",
        "Land the new branches behind a test for each.",
    ),
    _most("branches_deleted", "Removes branching code", "branches", "branches"),
    Feature(
        "source_branches",
        "content",
        total(_source("branches_added")),
        "New branching code outside tests",
        "",
        "Land the new branches behind a test for each.",
        "branches",
        "branches",
        log=True,
    ),
    Feature("densest_file", "content", peak(_line("branches_added")), "", "", "", "branches", "branches", log=True),
    Feature(
        "branch_share", "content", share(_line("branches_added"), _line("code_added")), "", "", "", "of 1", "branches"
    ),
    _most("calls_added", "Adds many calls", "calls", "calls", "Adds few calls"),
    _most("calls_deleted", "Removes many calls", "calls", "calls"),
    Feature("call_share", "content", share(_line("calls_added"), _line("code_added")), "", "", "", "of 1", "calls"),
    _most("words_added", "", "size", "words"),
    _most("distinct_added", "Brings in many different names", "vocabulary", "names", "Brings in few names"),
    Feature(
        "vocabulary_share",
        "content",
        share(_line("distinct_added"), _line("words_added")),
        "",
        "",
        "",
        "of 1",
        "vocabulary",
    ),
    _most("guards_added", "Adds error handling or assertions", "error handling", "places"),
    _most(
        "guards_deleted",
        "Removes error handling or assertions",
        "error handling",
        "places",
        "",
        "Say in the description why the removed checks are not needed.",
    ),
    _most("memory_added", "Handles memory by hand", "memory", "places"),
    _most(
        "concurrency_added",
        "Touches locking, threads or asynchronous code",
        "concurrency",
        "places",
        "",
        "Ask someone who knows the locking here for a review.",
    ),
    _most("control_added", "Adds returns and jumps", "branches", "places"),
    _most("definitions_added", "Adds definitions", "definitions", "definitions"),
)
