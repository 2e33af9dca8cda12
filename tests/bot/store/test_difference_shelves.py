"""A folder, SQLite and PostgreSQL keep differences alike: the same facts hold on each shelf."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from databases import KINDS, new_database, sqlite_address

from bot.store import Store, Wanted
from scoring.difftest.answers import Answer, State
from scoring.difftest.groups import Group
from scoring.difftest.intake import Imported
from scoring.difftest.labels import Label, NoiseReason
from scoring.difftest.noise import Measured
from scoring.difftest.project import Project
from scoring.difftest.readers import Piece, Problem
from scoring.difftest.record import Difference, Origin
from scoring.difftest.settings import TeamSettings
from scoring.difftest.shelf import Shelf, desk_of
from scoring.difftest.snapshots import frozen

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
V1 = Origin("pay", "v1", "v0", "week 9", 0.01)
V2 = replace(V1, build="v2", baseline="v1")


class Counts(Protocol):
    new: int
    again: int


class Place(Protocol):
    @property
    def shelf(self) -> Shelf: ...

    def add(self, pieces: Iterable[Piece], origin: Origin) -> Counts: ...


@dataclass
class Folder:
    path: Path

    @property
    def shelf(self) -> Shelf:
        return Project.open(self.path, make=True)

    def add(self, pieces: Iterable[Piece], origin: Origin) -> Imported:
        return Project.open(self.path, make=True).add(pieces, origin)


@dataclass
class Database:
    """Each import is an upload of its own."""

    store: Store
    teams: Mapping[str, TeamSettings] = field(default_factory=lambda: {"lender": TeamSettings(lends=("pay",))})
    uploads: int = 0

    @property
    def shelf(self) -> Shelf:
        return self.store.differences.shelf(7, self.teams)

    def add(self, pieces: Iterable[Piece], origin: Origin) -> Counts:
        self.uploads += 1
        wanted = Wanted(origin, "jsonl", 1, f"{self.uploads}")
        upload = self.store.difference_uploads.begin(7, wanted, by="acme/pay", at=NOON + timedelta(days=self.uploads))
        settings = self.teams.get(origin.team, TeamSettings())
        return self.store.difference_intake.add(upload, pieces, settings, labels=True)


@pytest.fixture(params=("folder", *KINDS))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "folder":
        (tmp_path / "settings.json").write_text('{"lender": {"lends": ["pay"]}}')
        yield Folder(tmp_path)
        return
    if request.param == "sqlite":
        store = Store(sqlite_address(tmp_path))
        yield Database(store)
        store.close()
        return
    with new_database(*request.getfixturevalue("migrated")) as made:
        store = Store(made)
        yield Database(store)
        store.close()


def difference(id_: str, origin: Origin = V1, **more: Any) -> Difference:
    given = {"endpoint": "GET /users/1", "field": "body.name", "kind": "value", "pattern": "a → b", "at": NOON}
    return Difference(id=id_, origin=origin, **(given | more))


def told(groups: Iterable[Group]) -> list[tuple[Any, ...]]:
    """All that a group says, as one shelf can be compared with another."""
    return [
        (
            each.id, each.count, each.asked_twice, each.noisy, sorted(each.signals), sorted(each.patterns.items()),
            dict(each.labels), sorted(each.snapshots), each.examples, each.first_at, each.labelled_at, each.measured,
        )
        for each in groups
    ]  # fmt: skip


RICH = [
    difference("a", description="Grüße an café", left="1", right="2", noisy=True, test_logs=("INFO one", "ERROR two")),
    difference("b", endpoint="GET /users/2", noisy=False, kind="value", pattern="c → d", tags=("eu",)),
    difference("c", endpoint="POST /orders", field="status", kind="status 200→500", left=None, right="500"),
    difference("d", label=Label.NOISE, labelled_at=NOON, labelled_by="ana", noise_reason=NoiseReason.HARMLESS),
    difference("e", field="", kind="", description="the cache was cold for user 17", test_logs=("WARN cold 17",)),
    difference("f", field="", kind="", description="the cache was cold for user 18", test_logs=("WARN cold 18",)),
]


def test_groups_come_back_with_everything_in_the_order_in_which_they_were_first_seen(place: Place) -> None:
    place.add(RICH, V1)
    users, orders, cold = place.shelf.groups("pay")
    assert (users.count, users.asked_twice, users.noisy, users.label) == (3, 2, 1, Label.NOISE)
    assert (users.patterns, users.snapshots) == (Counter({"a → b": 2, "c → d": 1}), {"week 9"})
    assert users.examples == [RICH[0], RICH[1], RICH[3]]
    assert (orders.key.signature.endpoint, orders.examples) == ("POST /orders", [RICH[2]])
    assert sorted(each.name for each in orders.signals) == ["SERVER_ERROR", "STATUS"]
    assert (cold.count, cold.first_at) == (2, NOON)


def test_the_same_again_changes_nothing(place: Place) -> None:
    first = place.add(RICH, V1)
    before = told(place.shelf.groups())
    again = place.add(RICH, V1)
    assert ((first.new, first.again), (again.new, again.again)) == ((6, 0), (0, 6))
    assert told(place.shelf.groups()) == before


def test_two_teams_may_name_their_differences_alike(place: Place) -> None:
    place.add([difference("a")], V1)
    search = replace(V1, team="search")
    assert place.add([difference("a", search)], search).new == 1
    assert [each.count for each in place.shelf.groups()] == [1, 1]
    assert [each.key.signature.team for each in place.shelf.groups("search")] == ["search"]


def test_what_comes_later_of_the_same_group_adds_to_it(place: Place) -> None:
    place.add([difference(f"a{n}", at=NOON + timedelta(hours=n), noisy=True) for n in range(5)], V1)
    later = replace(V1, snapshot="week 10")
    place.add([difference(f"b{n}", later, pattern="c → d", noisy=False) for n in range(4)], later)
    (group,) = place.shelf.groups()
    assert (group.count, group.asked_twice, group.noisy, len(group.examples)) == (9, 9, 5, 3)
    assert (group.first_at, group.snapshots) == (NOON, {"week 9", "week 10"})
    assert group.patterns == Counter({"a → b": 5, "c → d": 4})


def test_lines_that_name_no_field_meet_their_template_again_in_the_next_import(place: Place) -> None:
    """The tree of log lines is kept, each team's own."""
    place.add([RICH[4]], V1)
    place.add([replace(RICH[5], origin=V2)], V2)
    first, second = place.shelf.groups()
    assert first.key.signature == second.key.signature
    assert (first.key.release, second.key.release) == ("v1", "v2")


def test_what_production_does_by_itself_is_known_of_its_field(place: Place) -> None:
    place.add([difference("a"), Measured("GET /users/{}", "body.name", 1000, 40, 39)], V1)
    (group,) = place.shelf.groups()
    assert (group.measured, group.measured_noise) == (Measured("GET /users/{}", "body.name", 1000, 40, 39), True)
    place.add([Measured("GET /users/{}", "body.name", 1000, 40, 0)], V1)
    assert place.shelf.groups()[0].measured_noise is False
    assert place.shelf.groups("search") == []


def test_what_cannot_be_read_is_passed_over(place: Place) -> None:
    place.add([Problem("line 1", "it is no JSON"), difference("a")], V1)
    assert [each.count for each in place.shelf.groups()] == [1]


def test_answers_are_kept_in_the_order_in_which_they_were_given(place: Place) -> None:
    place.add([difference("a"), difference("b", kind="added")], V1)
    one, two = (each.id for each in place.shelf.groups())
    given = [
        Answer(one, Label.NOISE, "ana", NOON, "a clock\x00 \udcff", NoiseReason.NON_DETERMINISTIC),
        Answer(two, Label.REGRESSION, "bo", NOON + timedelta(seconds=1)),
        Answer(one, Label.REGRESSION, "bo", NOON),
        Answer(two, None, "bo", NOON + timedelta(seconds=2)),
    ]
    place.shelf.answer(given[:1])
    place.shelf.answer(given[1:])
    kept = place.shelf.answers()
    assert [(each.group, each.label, each.by, each.at, each.noise_reason) for each in kept] == [
        (each.group, each.label, each.by, each.at, each.noise_reason) for each in given
    ]
    assert kept[0].why.startswith("a clock")
    desk = desk_of(place.shelf, "pay")
    assert (desk.standing[one].state, desk.standing[two].state) == (State.DISPUTED, State.OPEN)


def test_a_prediction_that_was_frozen_stays_as_it_was(place: Place) -> None:
    place.add([difference("a"), difference("b", kind="added")], V1)
    desk = desk_of(place.shelf, "pay")
    rows = frozen(desk.groups, desk.suggestions("v1"), NOON)
    assert place.shelf.freeze(rows[:1]) == 1
    assert place.shelf.freeze([rows[0] | {"label": "regression"}, rows[1]]) == 1
    assert place.shelf.predictions() == rows


def test_a_team_is_lent_what_another_labelled_and_lends(place: Place) -> None:
    lender, mean = replace(V1, team="lender"), replace(V1, team="mean")
    place.add([difference("a", lender), difference("b", lender, kind="added")], lender)
    place.add([difference("a", mean)], mean)
    place.shelf.answer(Answer(each.id, Label.NOISE, "ana", NOON) for each in place.shelf.groups())
    lent = place.shelf.lent("pay")
    assert [(each.group.key.signature.team, each.label, each.release) for each in lent] == [
        ("lender", Label.NOISE, -1),
        ("lender", Label.NOISE, -1),
    ]
    assert place.shelf.lent("mean") == []


def test_a_name_that_is_used_again_hides_nothing_from_a_server(tmp_path: Path) -> None:
    """Whoever handed in something harmless under it before: in an earlier build, or in this one."""
    store = Store(sqlite_address(tmp_path))
    place = Database(store)
    place.add([difference("x", pattern="a → a", noisy=True)], V1)
    assert place.add([difference("x", V2, field="status", kind="status 200→500")], V2).new == 1
    assert place.add([difference("x", V2, pattern="c → d", noisy=False, right="d")], V2).new == 1
    assert place.add([difference("x", V2, pattern="c → d", noisy=False, right="d")], V2).new == 0
    assert sorted(each.key.signature.field for each in place.shelf.groups("pay")) == [
        "body.name",
        "body.name",
        "status",
    ]
    store.close()


def test_what_one_upload_denies_no_other_outvotes(tmp_path: Path) -> None:
    store = Store(sqlite_address(tmp_path))
    place = Database(store)
    other = replace(V1, baseline="v0.9")
    place.add([difference("a", noisy=False)], V1)
    place.add([difference(f"b{n}", other, noisy=True) for n in range(9)], other)
    (group,) = place.shelf.groups("pay")
    assert (group.measured_noise, group.baseline) == (False, "")
    quiet, loud = (Measured("GET /users/{}", "body.name", 1000, 900, noise) for noise in (900, 10))
    place.add([loud, quiet], V1)
    (group,) = place.shelf.groups("pay")
    assert group.measured_noise is False
    store.close()
