"""What an author's own diff causes never opens the gate, also where errors do."""

import pytest

from bot.demo import replay
from tests.bot.conftest import BASIC, OPEN_WINDOW, WHO, Place

OPEN_ON_ERRORS = BASIC + "gate: {on_error: {red: open}}\n" + OPEN_WINDOW.replace("LEVEL", "red")


PEOPLE = WHO | {"GIT_COMMITTER_NAME": "Ada Author", "GIT_COMMITTER_EMAIL": "ada@acme.example"}


def commit(place: Place, tree: str) -> str:
    return replay.git(place.folder, "commit-tree", "-m", "Change", "-p", place.base, tree, environment=PEOPLE)


def tree(place: Place, entries: bytes) -> str:
    made = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
    return replay.git(place.folder, *made, stdin=entries)


def many_files(place: Place) -> str:
    blob = bytes.fromhex(replay.git(place.folder, "hash-object", "-w", "--stdin", stdin=b"x\n"))
    return commit(place, tree(place, b"".join(b"100644 f%05d\0" % number + blob for number in range(3_001))))


def out_of_the_tree(place: Place) -> str:
    blob = bytes.fromhex(replay.git(place.folder, "hash-object", "-w", "--stdin", stdin=b"x\n"))
    return commit(place, tree(place, b"100644 ..\0" + blob))


def test_a_folder_whose_name_looks_like_the_other_side_of_a_diff_frees_nothing(place: Place) -> None:
    place.configure(OPEN_ON_ERRORS)
    risky = place.large()
    for path in ("plan b/notes.md", "tab\tin.md", "line\nbreak.md", 'quote".md', "end "):
        risky = place.change(path, b"# notes\n", risky)
    number = place.open(risky)
    assert place.check(number).conclusion == "failure"
    assert "riskier than" in (place.check(number).title or "")


@pytest.mark.parametrize(
    ("head", "words"),
    [(many_files, "the diff has 3,0"), (out_of_the_tree, "hasDotdot")],
    ids=["too many files", "a file outside of the tree"],
)
def test_what_cannot_be_scored_for_its_own_sake_is_held_and_says_why(place: Place, head, words: str) -> None:  # type: ignore[no-untyped-def]
    place.configure(OPEN_ON_ERRORS)
    number = place.open(head(place))
    assert place.check(number).conclusion == "failure"
    assert words in (place.check(number).summary or "")
