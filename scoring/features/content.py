"""How large the change is, and what kind of code its lines are."""

from operator import attrgetter

from scoring.facts.kinds import Kind, kinds
from scoring.features.feature import Feature
from scoring.features.measures import Of, OfFile, churn, largest_churn, line_share, line_total, line_totals, peak, total
from scoring.features.table1 import SPLIT, extensions
from scoring.history.state import Facts, FileFacts, once


@once
def _each_kinds(facts: Facts) -> list[frozenset[Kind]]:
    return [kinds(file.file.path) for file in facts.files]


def _kind(name: str, *of_kind: Kind, words: str = "") -> Feature:
    def of(facts: Facts) -> float:
        return float(sum(not found.isdisjoint(of_kind) for found in _each_kinds(facts)))

    return Feature(f"{name}_files", "size", of, words, topic="kind of files", unit="files", log=True)


def _line(name: str) -> OfFile:
    return attrgetter(f"lines.{name}")


@once
def _sources(facts: Facts) -> list[FileFacts]:
    # code that ships: neither test, docs, data nor build file, and written here
    both = zip(facts.files, _each_kinds(facts), strict=True)
    return [file for file, found in both if "source" in found and not file.file.binary]


@once
def _tests(facts: Facts) -> list[FileFacts]:
    return [file for file, found in zip(facts.files, _each_kinds(facts), strict=True) if "test" in found]


def _source(name: str) -> Of:
    count = _line(name)
    return lambda facts: float(sum(map(count, _sources(facts))))


def _test_lines(facts: Facts) -> float:
    return float(sum(file.lines.added for file in _tests(facts)))


def _test_share(facts: Facts) -> float:
    added = line_totals(facts).added
    return _test_lines(facts) / added if added else 0.0


def _deleted_share(facts: Facts) -> float:
    changed = churn(facts)
    return line_totals(facts).deleted / changed if changed else 0.0


def _edits(file: FileFacts) -> float:
    lines = file.lines
    return float(lines.hunks - lines.insertions - lines.removals)


def _count(name: str, what: OfFile, words: str = "", topic: str = "", unit: str = "files") -> Feature:
    return Feature(name, "size", total(what), words, topic=topic, unit=unit, log=True)


def _most(name: str, words: str, topic: str, unit: str, low: str = "", hint: str = "") -> Feature:
    return Feature(name, "content", line_total(name), words, low, hint, unit, topic, log=True)


SIZE: tuple[Feature, ...] = (
    Feature(
        "lines_added",
        "size",
        line_total("added"),
        "Adds many lines",
        "Adds few lines",
        SPLIT,
        "lines",
        "size",
        log=True,
    ),
    Feature("lines_deleted", "size", line_total("deleted"), "Deletes many lines", "", SPLIT, "lines", "size", log=True),
    Feature(
        "churn",
        "size",
        churn,
        "Changes many lines",
        "Changes few lines",
        SPLIT,
        "lines",
        "size",
        log=True,
    ),
    Feature(
        "code_added",
        "size",
        line_total("code_added"),
        "Adds much code",
        "Adds little code",
        SPLIT,
        "lines",
        "size",
        log=True,
    ),
    Feature("code_deleted", "size", line_total("code_deleted"), "Removes much code", "", "", "lines", "size", log=True),
    Feature(
        "source_added",
        "size",
        _source("code_added"),
        "Adds much code outside tests",
        "Adds little code outside tests",
        SPLIT,
        "lines",
        "size",
        log=True,
    ),
    Feature("source_deleted", "size", _source("code_deleted"), "", "", "", "lines", "size", log=True),
    Feature("bytes_added", "size", line_total("bytes_added"), "", "", "", "bytes", "size", log=True),
    Feature(
        "largest_file",
        "size",
        largest_churn,
        "One file changes in many lines",
        "",
        SPLIT,
        "lines",
        "size",
        log=True,
    ),
    Feature(
        "hunks",
        "size",
        line_total("hunks"),
        "Changes many places",
        "Changes few places",
        SPLIT,
        "places",
        "spread",
        log=True,
    ),
    Feature("comments_added", "size", line_total("comments_added"), "", "", "", "lines", "comments", log=True),
    Feature("moved_lines", "size", line_total("moved_in"), "", "", "", "lines", "moved", log=True),
    Feature("moved_share", "size", line_share("moved_in", "added"), "", "", "", "of 1", "moved"),
    Feature("deleted_share", "size", _deleted_share, "", "", "", "of 1", "balance"),
    Feature("comment_share", "size", line_share("comments_added", "added"), "", "", "", "of 1", "comments"),
    Feature("test_files", "size", lambda f: len(_tests(f)), topic="tests", unit="files", log=True),
    Feature(
        "test_lines",
        "size",
        _test_lines,
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
        _test_share,
        "",
        "",
        "",
        "of 1",
        "tests",
    ),
    Feature(
        "source_files",
        "size",
        lambda f: len(_sources(f)),
        "Touches many source files",
        topic="spread",
        unit="files",
        log=True,
    ),
    Feature(
        "source_share",
        "size",
        lambda f: len(_sources(f)) / max(1, len(f.files)),
        "",
        "Touches hardly any source code",
        "",
        "of 1",
        "kind of files",
    ),
    _kind("build", "build", words="Touches build or configuration files"),
    _kind("vendored", "vendored", "generated"),
    _kind("prose", "docs", "data"),
    Feature(
        "header_files",
        "size",
        lambda f: sum(extensions(f)[ending] for ending in ("h", "hpp", "hh", "pyi", "proto", "idl")),
        "Touches interfaces that other code includes",
        topic="kind of files",
        unit="files",
        log=True,
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
        "Adds branches (if, for, case, &&, …)",
        "branches",
        "branches",
        "Adds hardly any branching code",
        "Land the new branches behind a test for each.",
    ),
    _most("branches_deleted", "Removes branches (if, for, case, &&, …)", "branches", "branches"),
    Feature(
        "source_branches",
        "content",
        _source("branches_added"),
        "Adds branches outside tests",
        "",
        "Land the new branches behind a test for each.",
        "branches",
        "branches",
        log=True,
    ),
    Feature("densest_file", "content", peak(_line("branches_added")), "", "", "", "branches", "branches", log=True),
    Feature("branch_share", "content", line_share("branches_added", "code_added"), "", "", "", "of 1", "branches"),
    _most("calls_added", "Adds many calls and signatures", "calls", "calls", "Adds few calls"),
    _most("calls_deleted", "Removes many calls and signatures", "calls", "calls"),
    Feature("call_share", "content", line_share("calls_added", "code_added"), "", "", "", "of 1", "calls"),
    _most("words_added", "", "size", "words"),
    _most("distinct_added", "", "vocabulary", "names"),
    Feature(
        "vocabulary_share",
        "content",
        line_share("distinct_added", "words_added"),
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
    _most("memory_added", "Calls memory functions (malloc, free, memcpy, new, …)", "memory", "places"),
    _most(
        "concurrency_added",
        "Adds locking, threads or asynchronous code",
        "concurrency",
        "places",
        "",
        "Ask someone who knows the locking here for a review.",
    ),
    _most("control_added", "Adds returns and jumps", "branches", "places"),
    _most("definitions_added", "", "definitions", "definitions"),
    _most("loops_added", "Adds loops", "branches", "loops"),
    _most("imports_added", "Adds imports", "definitions", "imports"),
    _most("nothings_added", "Names null, None, nil or undefined", "memory", "places"),
    _most("control_deleted", "Removes returns and jumps", "branches", "places"),
    _most("members_added", "Follows many pointers", "memory", "places"),
    _most("indexes_added", "", "memory", "places"),
    _most("comparisons_added", "Adds many comparisons (==, !=, <=, >=)", "branches", "comparisons"),
    _most("assignments_added", "", "size", "assignments"),
    _most("bits_added", "", "bits", "places"),
    _most("hexadecimals_added", "", "bits", "numbers"),
    _most("strings_added", "", "strings", "texts"),
    _most("promises", "Leaves work for later (TODO, FIXME, XXX)", "promises", "places"),
    Feature("longest_line", "content", peak(_line("longest_line")), "", "", "", "characters", "vocabulary", log=True),
    _most("kept_words", "", "rewritten", "names"),
    Feature("kept_share", "content", line_share("kept_words", "distinct_added"), "", "", "", "of 1", "rewritten"),
    _most("insertions", "", "spread", "places"),
    _most("removals", "", "spread", "places"),
    Feature("edits", "content", total(_edits), "Changes lines in many places", "", SPLIT, "places", "spread", log=True),
    _most("functions", "", "spread", "functions"),
)
