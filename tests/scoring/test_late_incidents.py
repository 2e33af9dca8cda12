"""Incidents that become known late: counted in where they belong, from records, while the index serves and grows."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from histories import DAY, START, Step, build, extend, lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.change import FileChange
from scoring.facts.lines import COUNTS, LineCounts
from scoring.features import FEATURES
from scoring.history import record
from scoring.history.arrivals import tell
from scoring.history.index import History
from scoring.history.read import commit_change
from scoring.history.store import Store
from scoring.history.stream import Commit
from scoring.history.waiting import Unread
from scoring.history.walk import Walk
from scoring.incidents import Incident
from scoring.scorer import Scorer

NOW = START + 4000 * DAY
PATHS = ("a/x.py", "a/y.c", "b/z.go", "README")
PEOPLE = ("ann@x.org", "Ann <ann@home.org>", "bob@x.org", "Bob <ann@home.org>")


def past(folder: Path) -> list[str]:
    """Twenty commits: one a day, two authors that turn out to be one, a rename, a merge, reverts and a fix."""
    steps = [Step("Start (#1)", {path: lines(6) for path in PATHS}, at=START)]
    for n in range(1, 17):
        title = {5: 'Revert "Change 4 (#4)"', 9: "Mend\n\nFixes: #7", 12: 'Revert "Change 11 (#11)"'}.get(n)
        path = PATHS[n % len(PATHS)] if n < 7 or n % len(PATHS) else "c/moved.py"
        moved = (("a/x.py", "c/moved.py"),) if n == 7 else ()
        content = b"if x:\n" * (n % 3) + lines(3 + n % 5, f"v{n}_")
        files: dict[str, bytes | None] = {path: content, "b/z.go": lines(n, f"z{n}_")} if n % 2 else {path: content}
        steps.append(Step(title or f"Change {n} (#{n})", files, PEOPLE[n % 4], START + n * DAY, renames=moved))
    steps.append(Step("Side", {"a/y.c": lines(2)}, "cat@x.org", START + 17 * DAY, parents=(15,)))
    steps.append(Step("Merge", {"a/y.c": lines(2)}, "ann@x.org", START + 18 * DAY, parents=(16, 17)))
    steps.append(Step("Last (#19)", {"a/y.c": lines(4)}, "ann@x.org", START + 19 * DAY))
    return build(folder, steps)


def tables_of(history: History) -> dict[str, list[Any]]:
    """All of the index that the past is in."""
    db = history.store.db
    names = ("entry", "seen", "named", "features", "part", "wording", "words", "label", "reported", "landed", "record")
    return {
        table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)  # noqa: S608 (names from above)
        for table in names
    } | {"meta": db.execute("SELECT * FROM meta WHERE name IN ('bias', 'clock', 'tip') ORDER BY name").fetchall()}


def read(folder: Path, state: Path, tip: str, *incidents: Incident, **options: Any) -> History:
    history = History(folder, state, incidents=incidents, **options)
    history.refresh(tip, now=NOW)
    return history


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("late") / "repo"
    return folder, past(folder)


WHEN = st.integers(-2, 23 * 24).map(lambda hours: START + hours * 3600)
WHAT = st.integers(0, 20)
STEPS = st.sampled_from([n for n in range(20) if n != 17])  # 17 is the branch that is merged: another order of reading


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    causes=st.lists(st.tuples(WHAT, WHEN, st.booleans()), min_size=1, max_size=5),
    arrivals=st.lists(st.tuples(STEPS, st.sets(st.integers(0, 4)), st.booleans()), max_size=5),
    landings=st.booleans(),
)
def test_incidents_known_from_the_start_and_incidents_that_arrive_late_in_any_order_give_one_index(
    causes: list[tuple[int, int, bool]],
    arrivals: list[tuple[int, set[int], bool]],
    landings: bool,
    repo: tuple[Path, list[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder, shas = repo
    state = tmp_path_factory.mktemp("law")
    names = [*shas, 40 * "f"]  # the last names nothing
    incidents = [
        Incident(f"I{place}", at, number=n) if by_number and n else Incident(f"I{place}", at, sha=names[n])
        for place, (n, at, by_number) in enumerate(causes)
    ]
    once = read(folder, state / "once", shas[-1], *incidents, first_parent=landings)
    late = History(folder, state / "late", first_parent=landings)
    stood = 0
    for step, known, at_once in arrivals:  # the index grows, and others are known, or known no more
        late.report([incident for place, incident in enumerate(incidents) if place in known])
        stood = max(stood, step)
        late.refresh(shas[stood], now=NOW, relabel=at_once)
    late.report(incidents)
    late.refresh(shas[-1], now=NOW)
    assert not late.late()
    assert tables_of(late) == tables_of(once)
    landed = {change.sha: change.at for change in once.changes()}
    moments = {label.evidence: label.known_at for _, label in once.labels() if label.kind == "incident"}
    by_id = [incident for incident in incidents if incident.sha in landed]
    assert {each.name: moments.get(each.name) for each in by_id} == {
        each.name: max(each.known_at, landed[each.sha]) for each in by_id
    }


@pytest.mark.parametrize("steps", [(6, 19), (6, 9, 10, 12, 19), (12, 19), (19,)])
@pytest.mark.parametrize("landings", [False, True])
def test_an_incident_that_is_known_before_its_change_is_read_counts_from_the_moment_it_is(
    steps: tuple[int, ...], landings: bool, repo: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, shas = repo
    incidents = [
        Incident("of the same second", START + 8 * DAY, sha=shas[8]),
        Incident("of a clock ahead", START + 9 * DAY, sha=shas[10][:8]),
        Incident("of a number", START + 9 * DAY, number=10),
        Incident("of a landing", START + 4 * DAY, sha=shas[17]),
    ]
    once = read(folder, tmp_path / "once", shas[-1], *incidents, first_parent=landings)
    history = History(folder, tmp_path / "grown", first_parent=landings, incidents=incidents)
    for step in steps:
        history.refresh(shas[step], now=NOW, relabel=False)
        assert (history.late(), history.relabel()) == (False, False)
    assert tables_of(history) == tables_of(once)
    known = [(history.sha_at(row), label.known_at) for row, label in history.labels() if label.kind == "incident"]
    side = (shas[18], START + 18 * DAY) if landings else (shas[17], START + 17 * DAY)
    assert sorted(known, key=lambda each: each[1]) == [
        (shas[8], START + 8 * DAY), (shas[10], START + 10 * DAY), (shas[10], START + 10 * DAY), side
    ]  # fmt: skip
    assert history.labelled() == len({row for row, _ in history.labels()})


def test_incidents_of_other_repositories_are_never_late_and_are_looked_for_once(
    repo: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, shas = repo
    elsewhere = [Incident(f"E{n}", START + n * DAY // 20, sha=f"{n:07x}" + 33 * "f") for n in range(200)]
    elsewhere += [Incident(f"N{n}", START + n * DAY // 20, number=1000 + n) for n in range(200)]
    histories = [History(folder, tmp_path / state, incidents=each) for state, each in (("a", []), ("b", elsewhere))]
    searches: list[list[str]] = [[], []]
    for history, searched in zip(histories, searches, strict=True):
        history.refresh(shas[10], now=NOW)
        assert (history.late(), history.relabel()) == (False, False)
        history.store.db.set_trace_callback(searched.append)
        for sha in shas[11:17]:
            history.report(history.incidents)
            history.refresh(sha, now=NOW)
            assert not history.late()
        history.store.db.set_trace_callback(None)
    without, beside = ([each for each in searched if " named WHERE " in each] for searched in searches)
    # one for what came with each of the six, which costs what came
    assert len(without) < len(beside) <= len(without) + 12
    assert len(histories[0].labels()) == histories[1].labelled() == histories[0].labelled()


def test_a_change_that_a_process_without_the_incident_has_read_makes_it_late(
    repo: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, shas = repo
    incidents = [Incident("ID", START, sha=shas[8][:9]), Incident("NUMBER", START + 6 * DAY, number=7)]
    server = read(folder, tmp_path / "state", shas[5], *incidents)
    assert not server.late()
    for step, expected in ((6, set()), (7, {(7, "NUMBER")}), (8, {(7, "NUMBER"), (8, "ID")})):
        History(folder, tmp_path / "state").refresh(shas[step], now=NOW, relabel=False)
        labels = {(row, label.evidence) for row, label in server.labels() if label.kind == "incident"}
        assert (server.late(), labels) == (bool(expected), expected)
    assert server.relabel()
    assert tables_of(server) == tables_of(read(folder, tmp_path / "once", shas[8], *incidents))


def test_an_id_that_two_commits_begin_with_is_settled_when_it_was_read(tmp_path: Path) -> None:
    shas = [f"{7 * 'a'}{n}{32 * '0'}" for n in range(2)]
    commits = [
        Commit(sha, (), START + n * DAY, "ann@x.org", "Ann", f"Change {n}", (), ()) for n, sha in enumerate(shas)
    ]
    for known_at, culprits in ((START, [0]), (START + 2 * DAY, [])):
        incident = Incident("INC-1", known_at, sha=7 * "a")
        last = Commit("b" * 40, (), START + 3 * DAY, "ann@x.org", "Ann", "Last", (), ())
        labels, states = [], []
        for name, known in (("knew", [incident]), ("knows", [])):
            store = Store(tmp_path / f"{known_at}{name}.sqlite")
            walk = Walk(store, FEATURES, known, landings=False)
            for commit in (*commits, last):
                walk.add(commit, commit.time)
            walk.flush()
            labels.append([culprit for (culprit,) in store.db.execute("SELECT culprit FROM label")])
            states.append(Unread(store, [incident]).late())
        assert (labels, states) == ([culprits, []], [[], [incident]])


def test_git_is_not_asked_again(tmp_path: Path) -> None:
    shas = past(tmp_path / "repo")
    incident = Incident("INC-1", START + 3 * DAY + 1, sha=shas[3])
    once = tables_of(read(tmp_path / "repo", tmp_path / "once", shas[-1], incident))
    history = read(tmp_path / "repo", tmp_path / "state", shas[-1])
    shutil.rmtree(tmp_path / "repo")
    history.report([incident])
    assert (history.late(), history.relabel(), history.late(), history.relabel()) == (True, True, False, False)
    assert tables_of(history) == once
    assert sorted(path.name for path in (tmp_path / "state").glob("again*")) == ["again.lock"]


def test_commits_that_an_earlier_version_read_without_records_are_read_once_more(
    repo: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, shas = repo
    incident = Incident("INC-1", START + 12 * DAY, sha=shas[3])
    for landings in (False, True):
        once = read(folder, tmp_path / f"once{landings}", shas[-1], incident, first_parent=landings)
        history = read(folder, tmp_path / f"state{landings}", shas[9], first_parent=landings)
        history.store.db.execute("DELETE FROM record")
        history.refresh(shas[-1], now=NOW)
        history.report([incident])
        assert history.relabel()
        assert tables_of(history) == tables_of(once)


def test_until_it_is_counted_in_a_late_incident_is_a_label_and_a_fact_at_once(
    repo: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, shas = repo
    history = read(folder, tmp_path / "state", shas[18])
    incident = Incident("INC-1", START + 3 * DAY + 1, sha=shas[3])
    before = len(history.labels())
    history.report([incident])
    assert history.refresh(shas[18], now=NOW, relabel=False) == 0
    assert history.late()
    assert [label.known_at for _, label in history.labels() if label.kind == "incident"] == [incident.known_at]
    change = commit_change(folder, shas[-1])
    without = read(folder, tmp_path / "without", shas[18])
    faults = [each.facts(change, change.lines, START + 19 * DAY).repository.bad for each in (without, history)]
    assert faults[1] == faults[0] + 1
    history.relabel()
    history.report([])
    assert (len(history.labels()), history.late()) == (before, True)


def test_the_index_grows_while_a_late_incident_is_counted_in(repo: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, shas = repo
    incident = Incident("INC-1", START + 3 * DAY + 1, sha=shas[3])
    history = read(folder, tmp_path / "state", shas[12])
    history.report([incident])
    server = History(folder, tmp_path / "state", incidents=[incident])
    steps = []

    def meanwhile(done: int, total: int) -> None:
        """Would wait for ever if the index were held."""
        steps.append((done, total, server.refresh(shas[-1], now=NOW, relabel=False)))

    assert history.relabel(progress=meanwhile)
    assert steps == [(13, 13, 7)]
    assert not server.late()
    assert tables_of(server) == tables_of(read(folder, tmp_path / "once", shas[-1], incident))


def test_an_index_that_was_read_anew_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    shas = past(tmp_path / "repo")
    incident = Incident("INC-1", START + 3 * DAY + 1, sha=shas[3])
    history = read(tmp_path / "repo", tmp_path / "state", shas[12])
    (forced,) = extend(
        tmp_path / "repo", [Step("Other", {"a/x.py": b"x\n"}, at=START + 9 * DAY)], first=50, onto=shas[5]
    )
    history.report([incident])
    history.relabel(progress=lambda done, total: read(tmp_path / "repo", tmp_path / "state", forced, incident).close())
    assert tables_of(history) == tables_of(read(tmp_path / "repo", tmp_path / "once", forced, incident))


def test_whoever_is_stopped_while_counting_in_leaves_the_index_as_it_was(
    repo: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, shas = repo
    incident = Incident("INC-1", START + 3 * DAY + 1, sha=shas[3])
    history = read(folder, tmp_path / "state", shas[-1])
    before = tables_of(history)
    history.report([incident])
    shutil.copy(tmp_path / "state" / "index.sqlite", tmp_path / "state" / "again.sqlite")  # of one that was killed

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.relabel(progress=stop)
    assert (tables_of(history), history.late()) == (before, True)
    assert history.relabel()
    assert tables_of(history) == tables_of(read(folder, tmp_path / "once", shas[-1], incident))


def test_who_reads_meanwhile_sees_the_index_as_it_was(repo: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, shas = repo
    history = read(folder, tmp_path / "state", shas[-1])
    reader = sqlite3.connect(tmp_path / "state" / "index.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    query = "SELECT * FROM features ORDER BY row"
    before = reader.execute(query).fetchall()
    history.report([Incident("INC-1", START + 3 * DAY + 1, sha=shas[3])])
    assert history.relabel()
    assert reader.execute(query).fetchall() == before
    reader.execute("COMMIT")
    assert reader.execute(query).fetchall() != before


def test_a_scorer_says_what_one_that_knew_the_incident_from_the_start_says(
    repo: tuple[Path, list[str]], tmp_path: Path
) -> None:
    folder, shas = repo
    change, incident = commit_change(folder, shas[-1]), Incident("INC-1", START + 3 * DAY + 1, sha=shas[3])
    once = Scorer(folder, tmp_path / "once", incidents=[incident])
    once.refresh(shas[18])
    serving = Scorer(folder, tmp_path / "state")
    serving.refresh(shas[18])
    assert serving.assess(change) != once.assess(change)
    serving.report([incident])
    serving.refresh(shas[18], relabel=False)
    assert (serving.late(), serving.due()) == (True, False)
    History(folder, tmp_path / "state", incidents=[incident]).relabel()  # a job, in another process
    assert not serving.late()
    assert serving.assess(change) == once.assess(change)


TEXT = st.text(max_size=20) | st.just("\udcff\udc80 \x00 \u2028")
NUMBER = st.integers(0, 10**9)
COUNT = st.builds(
    lambda numbers, words: LineCounts(*numbers, *words),
    st.lists(NUMBER, min_size=COUNTS, max_size=COUNTS), st.tuples(st.binary(max_size=40), st.binary(max_size=40)),
)  # fmt: skip
FILE = st.builds(
    FileChange, TEXT, st.sampled_from("AMDRCT"), NUMBER, NUMBER, st.none() | TEXT, st.booleans(), st.none() | TEXT
)
COMMIT = st.builds(
    Commit, TEXT, st.lists(TEXT, max_size=3).map(tuple), NUMBER, TEXT, TEXT, TEXT,
    st.lists(FILE, max_size=3).map(tuple), st.lists(COUNT, max_size=3).map(tuple),
)  # fmt: skip


@settings(max_examples=30)
@given(commit=COMMIT, message=st.sampled_from(["Add", "Mend\n\nFixes: #7", 'Revert "Add a thing" (#9)']))
def test_a_record_gives_back_the_commit_and_what_came_with_it(commit: Commit, message: str) -> None:
    brought = (tell("f" * 40, message),)
    again, came = record.load(record.dump(commit, brought))
    assert (again, came) == (commit, brought)
    assert [blame.quoted for blame in came[0].blames] == [blame.quoted for blame in brought[0].blames]
