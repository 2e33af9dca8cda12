"""What may be said of a change: only what is true, told in whole numbers, and beyond what is usual."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, lines

from scoring.assessment import Evidence
from scoring.change import Change, FileChange
from scoring.claims import table
from scoring.claims.claim import Claim, Files, Known, Sentence
from scoring.claims.count import Counted
from scoring.claims.past import Landed, Past, read
from scoring.claims.table import CLAIMS
from scoring.claims.tell import SHARE, reasons
from scoring.claims.weights import shares
from scoring.facts.lines import LineCounts
from scoring.facts.people import is_bot, people
from scoring.features import BY_NAME, FEATURES
from scoring.git import Git

NOW = START + 100 * DAY
USUAL = dict.fromkeys(BY_NAME, 0.0)


def file(path: str, status: str = "M", **counts: int) -> tuple[FileChange, LineCounts]:
    return FileChange(path, status, counts.get("added", 1)), LineCounts(**counts)  # type: ignore[arg-type]


def landed(number: int, *paths: str, who: str = "ann") -> Landed:
    return Landed(f"{number:040x}", False, NOW - number * DAY, (f"{who} lee", f"{who}@x.org"), paths)


def known(files: Files, past: Sequence[Landed] = (), **more: object) -> Known:
    at = datetime.fromtimestamp(NOW, UTC)
    change = Change("f" * 40, "e" * 40, "ann@x.org", at, "", "", tuple(file for file, _ in files))
    repaired = more.pop("repaired", {})
    assert isinstance(repaired, dict)
    usual = USUAL | more.pop("usual", {})  # type: ignore[operator]
    return Known(change, files, Past(tuple(past), True, repaired), usual, **more)  # type: ignore[arg-type]


def words(sentence: Sentence | None) -> str | None:
    return sentence.words.format(subject=sentence.subject) if sentence else None


def test_every_column_of_every_claim_exists_and_no_two_claims_share_a_name() -> None:
    assert [column for claim in CLAIMS for column in claim.columns if column not in BY_NAME] == []
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)


def test_no_claim_explains_a_column_that_speaks_of_a_person() -> None:
    assert [column for claim in CLAIMS for column in claim.columns if BY_NAME[column].person] == []


def test_faults_of_a_file_are_counted_among_its_last_changes_with_the_commits_that_say_so() -> None:
    past = [landed(n, "a.c" if n % 2 else "b.c") for n in range(1, 41)]
    repaired = {past[4].sha: past[0].sha, past[8].sha: past[1].sha}
    told = table.repaired_file(known((file("a.c"),), past, repaired=repaired))
    assert words(told) == "2 of the last 20 changes to a.c were later reverted or repaired"
    assert told is not None
    assert told.evidence == (Evidence(past[4].sha, past[0].sha), Evidence(past[8].sha, past[1].sha))


@pytest.mark.parametrize(
    ("changes", "faults", "why"),
    [(4, 3, "few changes say nothing"), (20, 1, "one fault is no pattern"), (40, 40, "where all fail none stands out")],
)
def test_faults_are_not_told_where(changes: int, faults: int, why: str) -> None:
    past = [landed(n, "a.c") for n in range(1, changes + 1)]
    repaired = {each.sha: past[0].sha for each in past[:faults]}
    assert table.repaired_file(known((file("a.c"),), past, repaired=repaired)) is None, why


def test_a_fault_that_only_a_commit_of_later_tells_is_not_known() -> None:
    past = [landed(n, "a.c") for n in range(1, 9)] + [landed(n, "b.c") for n in range(9, 40)]
    assert table.repaired_file(known((file("a.c"),), past, repaired={each.sha: "9" * 40 for each in past[:4]})) is None


def counted(**of: dict[str, int]) -> Counted:
    return Counted(of.get("added", {}), of.get("removed", {}), of.get("branches", {}))


def test_tests_prose_data_and_generated_files_are_no_code() -> None:
    named = ("docs/a.md", "tests/test_a.py", "vendor/x.go", "api.pb.go", "data.json", "completions/bash-nvme.sh")
    files = tuple(file(path, added=900, code_added=900, branches_added=300) for path in named)
    assert (table.branches(known(files)), table.size(known(files)), table.files(known(files))) == (None, None, None)


def test_a_count_near_the_usual_is_no_reason() -> None:
    files = (file("a.c", added=30, code_added=30, branches_added=9),)
    here = {"count": lambda: counted(added={"a.c": 30}, branches={"a.c": 9})}
    assert words(table.branches(known(files, usual={"source_branches": 4.0}, **here))) == (
        "9 new branches (`if`, `for`, `case`, …) in a.c"
    )
    assert table.branches(known(files, usual={"source_branches": 5.0}, **here)) is None
    assert words(table.size(known(files, usual={"lines_added": 14.5}, **here))) == (
        "30 new lines of code in a.c; a usual change here adds 14 lines"
    )
    assert table.size(known(files, usual={"lines_added": 16.0}, **here)) is None


def test_one_of_something_is_told_in_the_singular_and_files_of_a_sum_are_counted() -> None:
    files = (file("a.c", added=25), file("b.c", added=5))
    here = known(files, usual={"lines_added": 1.0}, count=lambda: counted(added={"a.c": 25, "b.c": 5, "c.c": 0}))
    assert words(table.size(here)) == "30 new lines of code in 2 files outside tests; a usual change here adds 1 line"


def test_where_a_file_cannot_be_parsed_only_another_one_is_told_of() -> None:
    some = Counted({"a.c": 40, "b.c": 50}, {}, {}, frozenset({"c.lua"}))
    told = table.size(known((file("a.c"), file("b.c"), file("c.lua")), count=lambda: some))
    assert words(told) == "50 new lines of code in b.c; a usual change here adds 0 lines"


def test_new_files_are_said_to_be_new_and_nothing_else_is_said_of_their_past() -> None:
    new = known((file("a.c", "A"),), [landed(n, "a.c") for n in range(1, 21)])
    assert words(table.new_files(new)) == "Its only file of code is new: nothing is known of it yet"
    assert table.repaired_file(new) is None


def test_a_change_without_a_test_is_told_only_where_changes_to_code_have_one() -> None:
    files = (file("a.c", added=12, code_added=12),)
    with_tests = [landed(n, "a.c", *(["tests/test_a.c"] if n % 3 else [])) for n in range(1, 31)]
    assert words(table.untested(known(files, with_tests))) == (
        "It touches no file of tests; 20 of the last 30 changes to code here did"
    )
    assert table.untested(known(files, [landed(n, "a.c") for n in range(1, 31)])) is None
    assert table.untested(known((*files, file("tests/test_a.c")), with_tests)) is None


def test_people_are_joined_by_name_or_address_and_programs_are_left_out() -> None:
    whos = [("ann lee", "ann@x.org"), ("ann lee", "ann@home.org"), ("a. lee", "ann@home.org"), ("bob", "b@x.org"),
            ("bob", "bob@y.org"), ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")]  # fmt: skip
    assert len(people(whos)) == 3  # a name of one word joins nobody
    assert [is_bot((name, "")) for name in ("renovate-bot", "renovate[bot]", "jon abbot", "otto bottger")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_claim_is_said_only_when_its_columns_carry_their_share_and_one_of_each_story() -> None:
    past = [landed(n, "core/a.c", who=f"p{n % 9}") for n in range(1, 41)]
    repaired = {each.sha: past[0].sha for each in past[3:6]}
    files = (file("core/a.c", code_added=90, branches_added=30),)
    change = known(files, past, repaired=repaired, count=lambda: counted(branches={"core/a.c": 30}))
    none = {claim.name: 0.0 for claim in CLAIMS}
    assert reasons(change, none) == ()
    assert [each.claim for each in reasons(change, none | {"branches": SHARE, "size": SHARE - 0.01})] == ["branches"]
    told = reasons(change, none | {"repaired_file": 0.2, "branches": 0.5, "repaired_folder": 0.9})
    assert [each.claim for each in told] == ["branches", "repaired_file"]


def test_shares_are_what_the_score_loses_and_columns_that_are_gone_carry_nothing() -> None:
    names = [feature.name for feature in FEATURES]
    weight = np.zeros(len(names), dtype=np.float32)
    weight[names.index("branches_added")], weight[names.index("lines_added")] = 3.0, 1.0
    vector, usual = np.ones(len(names), dtype=np.float32), np.zeros(len(names), dtype=np.float32)
    found = shares(CLAIMS, names, vector, usual, lambda rows: rows.astype(np.float64) @ weight)
    assert {name: share for name, share in found.items() if share} == {"branches": 0.75, "size": 0.25}
    gone = [Claim("old", "old", ("long_gone",), lambda known: None)]
    assert shares(gone, names, vector, usual, lambda rows: rows.astype(np.float64) @ weight) == {"old": 0.0}


def test_the_past_is_what_git_log_lists_hostile_names_and_merges_included(tmp_path: Path) -> None:
    odd = 'core/a "b"\n\tc.c'
    steps = [
        Step("One", {"a.c": lines(3), odd: lines(2)}),
        Step("Two", {"b.c": lines(9)}, "bob@x.org", START + DAY),
        Step("Aside", {"c.c": lines(1)}, at=START + 2 * DAY, parents=(0,)),
        Step("Merge", {"c.c": lines(1)}, at=START + 3 * DAY, parents=(1, 2)),
        Step("Move", {}, at=START + 4 * DAY, renames=(("b.c", "d.c"),)),
    ]
    shas = build(tmp_path / "repo", steps)
    git = Git(tmp_path / "repo")
    past = read(git, shas[-1], {})
    assert [each.sha for each in past.landed] == shas[::-1]
    assert [set(each.paths) for each in past.changes] == [{"b.c", "d.c"}, {"c.c"}, {"b.c"}, {"a.c", odd}]
    assert ([each.sha for each in past.of("core/")], past.whole) == ([shas[0]], True)
    assert not read(git, shas[-1], {}, most=3).whole
    landings = read(git, shas[-1], {}, landings=True)
    assert [each.sha for each in landings.of("c.c")] == [shas[3]]


@pytest.mark.parametrize("place", ["a.py", "a/b/c.py", "a/", "a/b/", "a/b", "b/", "nothing"])
def test_the_changes_to_a_place_are_those_whose_paths_are_it_or_below_it(place: str) -> None:
    paths = [("a.py",), ("a/b/c.py", "a/b/d.py"), ("a/x.py",), ("b/a/b/c.py",), ("a/b/c.py",)]
    landed = tuple(Landed(f"{at:040}", False, at, ("", ""), each) for at, each in enumerate(paths))
    below = [any(path == place or (place[-1] == "/" and path.startswith(place)) for path in each) for each in paths]
    asked = Past(landed, whole=True).of(place)
    assert asked == tuple(each for each, is_below in zip(landed, below, strict=True) if is_below)
    assert Past(landed, whole=True).of(place, 1) == asked[:1]
