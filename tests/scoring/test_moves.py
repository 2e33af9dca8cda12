"""Moved code is told as moved and counted once: in a file, across files, edited, pasted twice, too small."""

from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from scoring.facts.lines import LineCounts
from scoring.facts.moves import CANDIDATES, END, _Removed, moved
from scoring.history.stream import parse_diff

BLOCK = ["if (request->length > limit)", "    return refuse(request);", "for (;;)", "    serve(request);"]


def patch(path: str, *hunks: tuple[list[str], list[str]]) -> str:
    told = ""
    for place, (gone, come) in enumerate(hunks):
        at = 100 * (place + 1)
        told += f"@@ -{at},{len(gone)} +{at},{len(come)} @@\n"
        told += "".join(f"-{line}\n" for line in gone) + "".join(f"+{line}\n" for line in come)
    return f"diff --git a/{path} b/{path}\nindex {'1' * 40}..{'2' * 40} 100644\n--- a/{path}\n+++ b/{path}\n{told}"


def counts(**patches: tuple[tuple[list[str], list[str]], ...]) -> list[LineCounts]:
    """The counts of each file of a change; a name's last underscore is the dot of its ending."""
    paths = {name: ".".join(name.rsplit("_", 1)) for name in patches}
    raw = "".join(f":100644 100644 {'1' * 40} {'2' * 40} M\0{path}\0" for path in paths.values())
    body = "".join(patch(paths[name], *hunks) for name, hunks in patches.items())
    return list(parse_diff(raw.encode(), body.encode())[1])


def shape(found: LineCounts) -> tuple[int, ...]:
    return found.moved_in, found.moved_out, found.code_added, found.code_deleted, found.branches_added


def test_a_block_that_moves_within_a_file_is_counted_once() -> None:
    (found,) = counts(a_c=((BLOCK, []), ([], BLOCK)))
    assert (found.added, found.deleted) == (4, 4)
    assert shape(found) == (4, 4, 0, 0, 0)
    assert (found.branches_deleted, found.branches_in, found.branches_out) == (0, 2, 2)
    assert (found.words, found.words_gone, found.calls_added) == (b"", b"", 0)


def test_a_block_that_moves_to_another_file_is_counted_once() -> None:
    one, two = counts(a_c=((BLOCK, []),), b_c=(([], ["int before;", *BLOCK, "int after;"]),))
    assert shape(one) == (0, 4, 0, 0, 0)
    assert shape(two) == (4, 0, 2, 0, 0)


def test_a_block_with_another_indent_and_blank_lines_between_is_moved() -> None:
    spread = [part for line in BLOCK for part in ("\t\t" + line, "")]
    (found,) = counts(a_c=((BLOCK, []), ([], spread)))
    assert shape(found) == (4, 4, 0, 0, 0)


def test_of_a_block_that_is_moved_and_edited_only_the_edit_is_new() -> None:
    edited = [BLOCK[0], BLOCK[1], "while (alive(request))", BLOCK[3]]
    (found,) = counts(a_c=((BLOCK, []), ([], edited)))
    # "serve(request);" alone is too small to be a block
    assert shape(found) == (2, 2, 2, 2, 1)


def test_a_block_pasted_twice_is_once_moved_and_once_new() -> None:
    (found,) = counts(a_c=((BLOCK, []), ([], BLOCK), ([], BLOCK)))
    assert shape(found) == (4, 4, 4, 0, 2)


def test_what_is_too_small_is_not_moved() -> None:
    (found,) = counts(a_c=((["}", "if (x)", "\treturn;"], []), ([], ["}", "if (x)", "\treturn;"])))
    assert shape(found) == (0, 0, 3, 3, 1)


def test_a_block_does_not_reach_from_one_hunk_into_the_next() -> None:
    half = ["if (first_one)"], ["if (second_one)"]
    (found,) = counts(a_c=((half[0], []), (half[1], []), ([], [*half[0], *half[1]])))
    assert found.moved_in == 0


def test_prose_does_not_move_into_code() -> None:
    one, two = counts(a_md=((BLOCK, []),), b_c=(([], BLOCK),))
    assert (one.moved_out, two.moved_in, two.branches_added) == (0, 0, 2)


LINES = st.lists(st.sampled_from([b"", b"}", b"x", b"return 0;", b"call(some, arguments);", b"a" * 30]), max_size=12)
SIDES = st.lists(LINES.map(lambda lines: [*lines, END]), max_size=4)


@given(SIDES, SIDES)
def test_each_moved_line_pairs_with_one_of_the_same_text(removed: list[list[bytes]], added: list[list[bytes]]) -> None:
    gone, come = moved(removed, added)
    texts = [
        sorted(lines[place] for lines, places in zip(side, found, strict=True) for place in places)
        for side, found in ((removed, gone), (added, come))
    ]
    assert texts[0] == texts[1]
    assert not {b"", END} & set(texts[0])


def test_equal_lines_by_the_thousand_take_no_longer_than_their_number() -> None:
    # a law of work, not of time: every run is bounded by CANDIDATES, and a run that is found is not looked at again
    lines = [[b"x"] * 3000 + [END]] * 2
    gone, come = moved(lines, lines)
    assert sum(map(len, gone)) == sum(map(len, come)) == 6000
    assert CANDIDATES <= 64


Placed = tuple[int, int, bytes]  # a line with its file and its place there


def hunks(files: list[list[bytes]]) -> list[list[Placed]]:
    found: list[list[Placed]] = [[]]
    for file, lines in enumerate(files):
        for place, line in enumerate(lines):
            if line == END:
                found.append([])
            elif line:
                found[-1].append((file, place, line))
    return found


def longest(removed: list[list[Placed]], here: list[Placed], taken: list[set[int]]) -> list[tuple[Placed, Placed]]:
    best: list[tuple[Placed, Placed]] = []
    for there, start in ((hunk, start) for hunk in removed for start in range(len(hunk))):
        pairs = zip(there[start:], here, strict=False)
        block = list(takewhile(lambda pair: pair[0][2] == pair[1][2] and pair[0][1] not in taken[pair[0][0]], pairs))
        best = block if len(block) > len(best) else best
    return best


def letters(line: bytes) -> int:
    return sum(chr(byte).isalnum() for byte in line)


def by_the_book(removed: list[list[bytes]], added: list[list[bytes]]) -> tuple[list[set[int]], list[set[int]]]:
    """The steps of docs/history.md, one by one."""
    gone: list[set[int]] = [set() for _ in removed]
    come: list[set[int]] = [set() for _ in added]
    for here in hunks(added):
        while here:
            block = longest(hunks(removed), here, gone)
            moves = letters(here[0][2]) > 0 and sum(letters(one[2]) for one, _ in block) >= 20
            for one, two in block if moves else ():
                gone[one[0]].add(one[1])
                come[two[0]].add(two[1])
            here = here[len(block) if moves else 1 :]
    return gone, come


@given(SIDES, SIDES)
def test_moved_lines_are_those_that_the_steps_in_the_docs_find(
    removed: list[list[bytes]], added: list[list[bytes]]
) -> None:
    assert moved(removed, added) == by_the_book(removed, added)


def test_taken_places_of_a_line_are_passed_once_not_for_each_line_of_its_text() -> None:
    reads = 0

    class Counted(list[bool]):
        def __getitem__(self, at):  # type: ignore[no-untyped-def]
            nonlocal reads
            reads += 1
            return super().__getitem__(at)

    size = 10_000
    removed = _Removed([[b"end"] * size], [set()], {b"end"})
    removed.take(1, size - 1 - CANDIDATES)
    removed.free = Counted(removed.free)
    asked = [list(removed.candidates(b"end")) for _ in range(100)]
    assert asked == [[0, *range(size - CANDIDATES, size - 1)]] * 100
    assert reads < 2 * size + 100 * 3 * CANDIDATES
