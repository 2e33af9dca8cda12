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
        return float(sum(not names.isdisjoint(of_kind) for names in _each_kinds(facts)))

    return Feature(name=f"{name}_files", family="size", of=of, topic="kind of files", log=True)


def _line(name: str) -> OfFile:
    return attrgetter(f"lines.{name}")


@once
def _sources(facts: Facts) -> list[FileFacts]:
    # code that ships: neither test, docs, data nor build file, and written here
    both = zip(facts.files, _each_kinds(facts), strict=True)
    return [file for file, names in both if "source" in names and not file.file.binary]


@once
def _tests(facts: Facts) -> list[FileFacts]:
    return [file for file, names in zip(facts.files, _each_kinds(facts), strict=True) if "test" in names]


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
    return Feature(name=name, family="size", of=total(what), topic=topic, log=True)


def _most(name: str, topic: str) -> Feature:
    return Feature(name=name, family="content", of=line_total(name), topic=topic, log=True)


SIZE: tuple[Feature, ...] = (
    Feature(name="lines_added", family="size", of=line_total("added"), topic="size", log=True),
    Feature(name="lines_deleted", family="size", of=line_total("deleted"), topic="size", log=True),
    Feature(name="churn", family="size", of=churn, topic="size", log=True),
    Feature(name="code_added", family="size", of=line_total("code_added"), topic="size", log=True),
    Feature(name="code_deleted", family="size", of=line_total("code_deleted"), topic="size", log=True),
    Feature(name="source_added", family="size", of=_source("code_added"), topic="size", log=True),
    Feature(name="source_deleted", family="size", of=_source("code_deleted"), topic="size", log=True),
    Feature(name="bytes_added", family="size", of=line_total("bytes_added"), topic="size", log=True),
    Feature(name="largest_file", family="size", of=largest_churn, topic="size", log=True),
    Feature(name="hunks", family="size", of=line_total("hunks"), topic="spread", log=True),
    Feature(name="comments_added", family="size", of=line_total("comments_added"), topic="comments", log=True),
    Feature(name="moved_lines", family="size", of=line_total("moved_in"), topic="moved", log=True),
    Feature(name="moved_share", family="size", of=line_share("moved_in", "added"), topic="moved"),
    Feature(name="deleted_share", family="size", of=_deleted_share, topic="balance"),
    Feature(name="comment_share", family="size", of=line_share("comments_added", "added"), topic="comments"),
    Feature(name="test_files", family="size", of=lambda f: len(_tests(f)), topic="tests", log=True),
    Feature(name="test_lines", family="size", of=_test_lines, topic="tests", log=True),
    Feature(name="test_share", family="size", of=_test_share, topic="tests"),
    Feature(name="source_files", family="size", of=lambda f: len(_sources(f)), topic="spread", log=True),
    Feature(
        name="source_share", family="size", of=lambda f: len(_sources(f)) / max(1, len(f.files)), topic="kind of files"
    ),
    _kind("build", "build"),
    _kind("vendored", "vendored", "generated"),
    _kind("prose", "docs", "data"),
    Feature(
        name="header_files",
        family="size",
        of=lambda f: sum(extensions(f)[ending] for ending in ("h", "hpp", "hh", "pyi", "proto", "idl")),
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
    Feature(name="source_branches", family="content", of=_source("branches_added"), topic="branches", log=True),
    Feature(name="densest_file", family="content", of=peak(_line("branches_added")), topic="branches", log=True),
    Feature(name="branch_share", family="content", of=line_share("branches_added", "code_added"), topic="branches"),
    _most("calls_added", "calls"),
    _most("calls_deleted", "calls"),
    Feature(name="call_share", family="content", of=line_share("calls_added", "code_added"), topic="calls"),
    _most("words_added", "size"),
    _most("distinct_added", "vocabulary"),
    Feature(
        name="vocabulary_share", family="content", of=line_share("distinct_added", "words_added"), topic="vocabulary"
    ),
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
    Feature(name="longest_line", family="content", of=peak(_line("longest_line")), topic="vocabulary", log=True),
    _most("kept_words", "rewritten"),
    Feature(name="kept_share", family="content", of=line_share("kept_words", "distinct_added"), topic="rewritten"),
    _most("insertions", "spread"),
    _most("removals", "spread"),
    Feature(name="edits", family="content", of=total(_edits), topic="spread", log=True),
    _most("functions", "spread"),
)
