"""People are people: however many names and addresses they have, and programs are none."""

from pathlib import Path

import numpy as np
import pytest
from histories import DAY, START, Step, build, extend

from scoring.facts.entry import HALF_YEAR, Entry, joined
from scoring.facts.people import is_bot, keys, people
from scoring.features import FEATURES
from scoring.history.index import History

NOW = START + 4000 * DAY
COLUMNS = [feature.name for feature in FEATURES]


@pytest.mark.parametrize(
    ("whos", "count"),
    [
        ([("ann lee", "ann@x.org"), ("ann lee", "ann@home.org")], 1),
        ([("ann lee", "ann@x.org"), ("ann", "ann@x.org")], 1),
        ([("ann lee", "a@x"), ("ann", "a@x"), ("ann", "b@x"), ("ann lee", "c@x")], 2),  # "ann" alone joins nobody
        ([("ann", "12+ann@users.noreply.github.com"), ("new", "12+annlee@users.noreply.github.com")], 1),
        ([("a", "12+ann@users.noreply.github.com"), ("b", "ann@users.noreply.github.com")], 1),
        ([("a", "12+ann@users.noreply.github.com"), ("b", "13+bob@users.noreply.github.com")], 2),
        ([("ann lee", "noreply@github.com"), ("bob ray", "noreply@github.com")], 2),
        ([("ann lee", "root@localhost"), ("bob ray", "root@localhost")], 2),
        ([("ann lee", ""), ("bob ray", "")], 2),
        ([("unknown author", "a@x"), ("unknown author", "b@x")], 2),
        ([("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"), ("ann lee", "a@x")], 1),
    ],
)
def test_the_same_name_or_address_is_one_person(whos: list[tuple[str, str]], count: int) -> None:
    assert len(people(whos)) == count


def test_programs_are_told_by_what_they_call_themselves_or_as_known_ones() -> None:
    programs = ["renovate[bot]", "shop-bot", "release bot", "github-actions", "k8s-ci-robot", "bot", "web-flow"]
    persons = ["jon abbot", "otto bottger", "robot lee", "ann lee", "botond", ""]
    assert [is_bot((name, "x@y.org")) for name in programs + persons] == [True] * 7 + [False] * 6
    assert is_bot(("acme", "12+acme[bot]@users.noreply.github.com"))
    assert keys(("root", "root@localhost")) == ()


def past(folder: Path, authors: list[str]) -> list[str]:
    """One commit a day to one file, by each of these (`name <address>`) in turn."""
    shas: list[str] = []
    for n, author in enumerate(authors):
        step = Step(f"Change {n}", {"f": b"%d\n" % n}, author, START + n * DAY)
        onto = shas[-1] if shas else ""
        shas += extend(folder, [step], first=n, onto=onto) if n else build(folder, [step])
    return shas


def read(folder: Path, state: Path, *tips: str) -> History:
    for tip in tips:
        history = History(folder, state)
        history.refresh(tip, now=NOW)
    return history


def values(history: History, column: str) -> list[float]:
    return [float(value) for value in history.matrix()[:, COLUMNS.index(column)]]


def test_who_comes_back_under_a_new_address_has_been_here_before(tmp_path: Path) -> None:
    shas = past(tmp_path / "repo", ["Ann Lee <a@x.org>"] * 3 + ["Ann Lee <b@y.org>", "ann <b@y.org>"])
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    assert values(history, "author_changes") == [0, 1, 2, 3, 4]
    assert values(history, "author_days") == pytest.approx([0, 1, 2, 3, 4])
    assert values(history, "author_here") == [0, 1, 2, 3, 4]
    assert values(history, "author_touched") == [0, 1, 1, 1, 1]
    assert values(history, "file_people") == [0, 1, 1, 1, 1]
    assert history.authors() == 1


def test_two_are_two_until_a_commit_says_that_they_are_one(tmp_path: Path) -> None:
    authors = ["ann <a@x.org>", "Ann Lee <b@y.org>", "Bob Ray <c@z.org>", "Ann Lee <a@x.org>", "Bob Ray <c@z.org>"]
    shas = past(tmp_path / "repo", authors)
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    assert values(history, "file_people") == [0, 1, 2, 3, 2]
    assert values(history, "author_changes") == [0, 0, 0, 2, 1]
    assert history.authors() == 2


def test_programs_are_no_people_and_have_no_experience(tmp_path: Path) -> None:
    shas = past(tmp_path / "repo", ["renovate[bot] <bot@x.org>"] * 3 + ["Ann Lee <a@x.org>"] * 2)
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    assert values(history, "author_changes") == [0, 0, 0, 0, 1]
    assert values(history, "file_people") == [0, 0, 0, 0, 1]
    assert values(history, "file_changes_most") == [0, 1, 2, 3, 4]
    assert history.authors() == 1


def test_a_name_or_address_of_many_joins_no_more(tmp_path: Path) -> None:
    shas = past(tmp_path / "repo", [f"Person N{n} <team@x.org>" for n in range(12)])
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    assert history.authors() == 5  # eight who came first stay one, four more are themselves


def test_people_read_in_steps_are_those_read_at_once(tmp_path: Path) -> None:
    authors = ["ann <a@x.org>", "Ann Lee <b@y.org>", "Bob Ray <c@z.org>", "Ann Lee <a@x.org>", "x[bot] <d@d.d>"] * 4
    shas = past(tmp_path / "repo", authors)
    once = read(tmp_path / "repo", tmp_path / "once", shas[-1])
    steps = read(tmp_path / "repo", tmp_path / "steps", shas[0], shas[2], shas[3], shas[4], shas[9], shas[-1])
    assert np.array_equal(once.matrix(), steps.matrix())
    assert once.authors() == steps.authors() == 2


def test_counts_of_one_who_was_two_fade_as_if_they_had_been_one() -> None:
    whole, first, second = Entry(), Entry(), Entry()
    for day, part in enumerate([first, second, first, first, second]):
        for entry in (whole, part):
            entry.touch(day * DAY, 3, fix=day == 2)
    for entry in (whole, second):
        entry.blame(6 * DAY)
    both = joined([first, second])
    assert (both.n, both.first, both.last, both.bad) == (whole.n, whole.first, whole.last, whole.bad)
    for name in ("recent", "hot", "churn", "fixes", "bad_recent"):
        assert getattr(both, name) == pytest.approx(getattr(whole, name))
    assert joined([first]) is first
    assert both.decay(4 * DAY + int(HALF_YEAR)) == pytest.approx(0.5, abs=1e-6)
