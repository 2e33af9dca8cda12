"""CLAIMS: every kind of sentence that may be said of a change, strongest evidence first.

A number is a count that git and a calculator give again: of lines, files, people or changes, never an average, an odds
ratio, a prior or a stand-in for what is not known. What a person did is never told, here or elsewhere in this table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor
from statistics import median

from scoring.assessment import Evidence
from scoring.claims.claim import Claim, Known, Sentence, before, many, stands_out
from scoring.claims.past import LAST, USUAL, Landed, Past
from scoring.facts.kinds import kinds
from scoring.facts.people import people

DAY = 86400
LEAST_CHANGES = 5  # to a place, below which a count of its faults says nothing
LEAST_FAULTS = 2
LEAST_BRANCHES = 5
LEAST_LINES = 20
LEAST_FILES = 4
MONTH = 30 * DAY


@dataclass(frozen=True, slots=True)
class Record:
    """How the last changes to one place went."""

    place: str
    changes: tuple[Landed, ...]
    faults: tuple[Landed, ...]

    @property
    def share(self) -> float:
        """Of its changes, how many were at fault."""
        return len(self.faults) / len(self.changes) if self.changes else 0.0


def _record(place: str, past: Past) -> Record:
    changes = past.of(place)
    return Record(place, changes, tuple(each for each in changes if each.sha in past.at_fault))


def _repaired(places: Iterable[str], known: Known) -> Sentence | None:
    """The place whose last changes went worst, when they went worse than changes do here."""
    past = known.past
    recent = past.changes[:USUAL]
    usual = sum(each.sha in past.at_fault for each in recent) / len(recent) if recent else 0.0
    records = [_record(place, past) for place in dict.fromkeys(places)]
    bad = [each for each in records if len(each.changes) >= LEAST_CHANGES and len(each.faults) >= LEAST_FAULTS]
    worst = max(bad, key=lambda each: (each.share, len(each.faults)), default=None)
    if worst is None or not stands_out(worst.share, usual, 0.0):
        return None
    words = (
        f"{len(worst.faults)} of the last {len(worst.changes)} changes to {{subject}} were later reverted or repaired"
    )
    evidence = tuple(Evidence(each.sha, past.at_fault[each.sha]) for each in worst.faults)
    return Sentence(words, worst.place, evidence)


def repaired_file(known: Known) -> Sentence | None:
    """The changes to one of its files were at fault more often than changes are here."""
    return _repaired((before(file) for file, _ in known.code if file.status != "A"), known)


def repaired_folder(known: Known) -> Sentence | None:
    """The same of a folder."""
    return _repaired((folder for file, _ in known.code if (folder := _folder(before(file)))), known)


def _folder(path: str) -> str:
    return path.rpartition("/")[0] + "/" if "/" in path else ""


def critical(known: Known) -> Sentence | None:
    """It touches a service that the configuration calls critical."""
    return Sentence(f"It touches a service of criticality tier {known.tier}") if known.tier else None


def branches(known: Known) -> Sentence | None:
    """It adds decisions to code that ships."""
    usual = known.usual["source_branches"]
    if not stands_out(sum(lines.branches_added for _, lines in known.code), usual, LEAST_BRANCHES):
        return None
    here, where = _where(known.count().branches, known)
    if not stands_out(here, usual, LEAST_BRANCHES):
        return None
    return Sentence(f"{many(here, 'new branch', 'new branches')} (`if`, `for`, `case`, …) {where.words}", where.subject)


def size(known: Known) -> Sentence | None:
    """It adds much code that ships."""
    usual = max(known.usual["source_added"], known.usual["lines_added"])
    here, where = _where(known.count().added, known)
    if not stands_out(here, usual, LEAST_LINES):
        return None
    words = f"{many(here, 'new line')} of code {where.words}; a usual change here adds {_lines(known, 'lines_added')}"
    return Sentence(words, where.subject)


def removed(known: Known) -> Sentence | None:
    """It removes much code that ships."""
    usual = max(known.usual["source_deleted"], known.usual["lines_deleted"])
    here, where = _where(known.count().removed, known)
    if not stands_out(here, usual, LEAST_LINES):
        return None
    words = f"{many(here, 'line')} of code gone {where.words}; a usual change here removes"
    return Sentence(f"{words} {_lines(known, 'lines_deleted')}", where.subject)


def _lines(known: Known, column: str) -> str:
    """The lines of any kind that a usual change has: half of the last ones had fewer."""
    return many(floor(known.usual[column]), "line")


def _where(counts: Mapping[str, int], known: Known) -> tuple[int, Sentence]:
    """A sum over the files of code and where they are; of the file that has most when some cannot be read."""
    have = sorted((count, path) for path, count in counts.items() if count)
    if not have:
        return 0, Sentence("")
    if len(have) == 1 or known.count().unread:
        return have[-1][0], Sentence("in {subject}", have[-1][1])
    return sum(count for count, _ in have), Sentence(f"in {len(have)} files outside tests")


def files(known: Known) -> Sentence | None:
    """It touches many files of code."""
    here = len({path for file, _ in known.files for path in (file.path, before(file)) if kinds(path) == {"source"}})
    recent = known.past.changes[:USUAL]
    usual = floor(median(sum(kinds(path) == {"source"} for path in each.paths) for each in recent)) if recent else 0
    if not stands_out(here, usual, LEAST_FILES):
        return None
    return Sentence(f"{many(here, 'file')} of code outside tests in one change; a usual change here has {usual}")


def untested(known: Known) -> Sentence | None:
    """It adds code that ships and touches no test, where changes to code usually come with one."""
    added = sum(lines.code_added for _, lines in known.code)
    if added < 10 or any("test" in kinds(file.path) for file, _ in known.files):
        return None
    coded = [each for each in known.past.changes[:USUAL] if any(kinds(path) == {"source"} for path in each.paths)]
    tested = sum(any("test" in kinds(path) for path in each.paths) for each in coded)
    if len(coded) < LAST or tested * 2 < len(coded):
        return None
    return Sentence(f"It touches no file of tests; {tested:,} of the last {len(coded):,} changes to code here did")


def new_files(known: Known) -> Sentence | None:
    """Much of it has no past that could speak for it."""
    code = known.code
    new = sum(file.status == "A" for file, _ in code)
    if not new or new * 2 < len(code):
        return None
    whole = new == len(code)
    if whole and new == 1:
        return Sentence("Its only file of code is new: nothing is known of it yet")
    return Sentence(f"{'All' if whole else new} of its {len(code)} files of code are new: nothing is known of them yet")


def hands(known: Known) -> Sentence | None:
    """Many people change one of its files."""
    crowds = []
    for file, _ in known.code:
        changes = known.past.of(before(file))
        if len(changes) == LAST:
            crowds.append((len(people(each.who for each in changes)), before(file)))
    count, path = max(crowds, default=(0, ""))
    if count < 6:
        return None
    return Sentence(f"The last {LAST} changes to {{subject}} came from {count} people", path)


def activity(known: Known) -> Sentence | None:
    """One of its files is changing often just now."""
    if not known.past.reaches(known.at - MONTH):
        return None
    counts = [(sum(known.at - MONTH <= each.at for each in known.past.of(before(file), 999)), before(file))
              for file, _ in known.code]  # fmt: skip
    count, path = max(counts, default=(0, ""))
    return Sentence(f"{{subject}} changed {many(count, 'time')} in the last 30 days", path) if count >= 6 else None


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "repaired_file",
        "faults",
        ("file_incident", "file_faults", "file_faults_recent", "file_fault_rate", "file_fault_mean", "file_fault_days",
         "file_fixes", "file_fixes_most", "fix_share"),
        repaired_file,
    ),
    Claim(
        "repaired_folder",
        "faults",
        ("folder_incident", "folder_faults", "folder_fault_rate", "folder_fault_mean", "folder_fault_days",
         "folder_fixes", "area_fixes", "area_fault_rate", "area_fault_mean"),
        repaired_folder,
    ),
    Claim("critical", "service", ("critical",), critical),
    Claim(
        "branches",
        "branches",
        ("branches_added", "source_branches", "densest_file", "branch_share", "control_added", "loops_added",
         "comparisons_added"),
        branches,
    ),
    Claim(
        "size",
        "size",
        ("relative_churn", "lines_added", "churn", "code_added", "source_added", "bytes_added", "largest_file",
         "words_added", "assignments_added", "distinct_added", "calls_added", "kamei_la"),
        size,
    ),
    Claim(
        "removed",
        "removed",
        ("lines_deleted", "code_deleted", "source_deleted", "branches_deleted", "calls_deleted", "control_deleted",
         "guards_deleted", "removals", "kamei_ld"),
        removed,
    ),
    Claim(
        "files",
        "spread",
        ("files_touched", "source_files", "hunks", "edits", "insertions", "functions", "folders", "areas", "entropy",
         "endings", "kamei_ns", "kamei_nd", "kamei_nf", "kamei_entropy"),
        files,
    ),
    Claim("untested", "tests", ("test_files", "test_lines", "test_share"), untested),
    Claim(
        "new_files",
        "new files",
        ("creates_files", "only_creates_files", "created_files", "unknown_share"),
        new_files,
    ),
    Claim("hands", "hands", ("prior_authors", "file_people", "kamei_ndev"), hands),
    Claim(
        "activity",
        "activity",
        ("file_activity_now", "file_activity", "file_changes", "file_changes_most", "file_churn", "kamei_nuc"),
        activity,
    ),
)  # fmt: skip
