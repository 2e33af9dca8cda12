"""How large the change is, and what kind of code its lines are."""

from operator import attrgetter

from scoring.facts.kinds import Kind, kinds
from scoring.facts.moment import Facts, FileFacts, once
from scoring.features.feature import Feature
from scoring.features.measures import Of, OfFile, churn, largest_churn, line_share, line_total, line_totals, peak, total
from scoring.features.table1 import extensions


@once
def _each_kinds(facts: Facts) -> list[frozenset[Kind]]:
    return [kinds(file.file.path) for file in facts.files]


def _kind(name: str, *of_kind: Kind) -> Feature:
    def of(facts: Facts) -> float:
        return float(sum(not found.isdisjoint(of_kind) for found in _each_kinds(facts)))

    return Feature(f"{name}_files", "size", of, topic="kind of files", log=True)


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


def _count(name: str, what: OfFile, topic: str) -> Feature:
    return Feature(name, "size", total(what), topic=topic, log=True)


def _most(name: str, topic: str) -> Feature:
    return Feature(name, "content", line_total(name), topic=topic, log=True)


SIZE: tuple[Feature, ...] = (
    Feature("lines_added", "size", line_total("added"), topic="size", log=True),
    Feature("lines_deleted", "size", line_total("deleted"), topic="size", log=True),
    Feature("churn", "size", churn, topic="size", log=True),
    Feature("code_added", "size", line_total("code_added"), topic="size", log=True),
    Feature("code_deleted", "size", line_total("code_deleted"), topic="size", log=True),
    Feature("source_added", "size", _source("code_added"), topic="size", log=True),
    Feature("source_deleted", "size", _source("code_deleted"), topic="size", log=True),
    Feature("bytes_added", "size", line_total("bytes_added"), topic="size", log=True),
    Feature("largest_file", "size", largest_churn, topic="size", log=True),
    Feature("hunks", "size", line_total("hunks"), topic="spread", log=True),
    Feature("comments_added", "size", line_total("comments_added"), topic="comments", log=True),
    Feature("moved_lines", "size", line_total("moved_in"), topic="moved", log=True),
    Feature("moved_share", "size", line_share("moved_in", "added"), topic="moved"),
    Feature("deleted_share", "size", _deleted_share, topic="balance"),
    Feature("comment_share", "size", line_share("comments_added", "added"), topic="comments"),
    Feature("test_files", "size", lambda f: len(_tests(f)), topic="tests", log=True),
    Feature("test_lines", "size", _test_lines, topic="tests", log=True),
    Feature("test_share", "size", _test_share, topic="tests"),
    Feature("source_files", "size", lambda f: len(_sources(f)), topic="spread", log=True),
    Feature("source_share", "size", lambda f: len(_sources(f)) / max(1, len(f.files)), topic="kind of files"),
    _kind("build", "build"),
    _kind("vendored", "vendored", "generated"),
    _kind("prose", "docs", "data"),
    Feature(
        "header_files",
        "size",
        lambda f: sum(extensions(f)[ending] for ending in ("h", "hpp", "hh", "pyi", "proto", "idl")),
        topic="kind of files",
        log=True,
    ),
    _count("binary_files", lambda f: f.file.binary, "kind of files"),
    _count("created_files", lambda f: f.file.status == "A", "new files"),
    _count("deleted_files", lambda f: f.file.status == "D", "kind of files"),
    _count("renamed_files", lambda f: f.file.status in "RC", "kind of files"),
    _count("mode_changes", lambda f: f.file.old_mode != f.file.new_mode and f.file.status == "M", "kind of files"),
)

CONTENT: tuple[Feature, ...] = (
    _most("branches_added", "branches"),
    _most("branches_deleted", "branches"),
    Feature("source_branches", "content", _source("branches_added"), topic="branches", log=True),
    Feature("densest_file", "content", peak(_line("branches_added")), topic="branches", log=True),
    Feature("branch_share", "content", line_share("branches_added", "code_added"), topic="branches"),
    _most("calls_added", "calls"),
    _most("calls_deleted", "calls"),
    Feature("call_share", "content", line_share("calls_added", "code_added"), topic="calls"),
    _most("words_added", "size"),
    _most("distinct_added", "vocabulary"),
    Feature("vocabulary_share", "content", line_share("distinct_added", "words_added"), topic="vocabulary"),
    _most("guards_added", "error handling"),
    _most("guards_deleted", "error handling"),
    _most("memory_added", "memory"),
    _most("concurrency_added", "concurrency"),
    _most("control_added", "branches"),
    _most("definitions_added", "definitions"),
    _most("loops_added", "branches"),
    _most("imports_added", "definitions"),
    _most("nothings_added", "memory"),
    _most("control_deleted", "branches"),
    _most("members_added", "memory"),
    _most("indexes_added", "memory"),
    _most("comparisons_added", "branches"),
    _most("assignments_added", "size"),
    _most("bits_added", "bits"),
    _most("hexadecimals_added", "bits"),
    _most("strings_added", "strings"),
    _most("promises", "promises"),
    Feature("longest_line", "content", peak(_line("longest_line")), topic="vocabulary", log=True),
    _most("kept_words", "rewritten"),
    Feature("kept_share", "content", line_share("kept_words", "distinct_added"), topic="rewritten"),
    _most("insertions", "spread"),
    _most("removals", "spread"),
    Feature("edits", "content", total(_edits), topic="spread", log=True),
    _most("functions", "spread"),
)
