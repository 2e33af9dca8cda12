"""Every assessment is followed to its outcome: landed, by exception, though held, closed, or not known."""

import json
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from bot.jobs.kinds import FOLLOW_ONE, Nothing, OfRepository
from bot.jobs.lease import LeaseQueue
from bot.learning.faults import Fault, Faults
from bot.learning.follow import Follow
from bot.policy.events import Changed
from bot.store import Followed, Outcome
from bot.store.tables import outcomes
from scoring.incidents import Incident
from tests.fakes.lander import MemoryLander
from tests.fakes.line import Line
from tests.fakes.world import Pull

DAY = timedelta(days=1)


class Known:
    """What git and the index say: a landing brought itself, and these faults are known."""

    def __init__(self) -> None:
        self.faults_of: Faults | None = Faults()

    def commits(self, repository_id: int, each: Followed) -> tuple[str, ...]:
        return (each.landed_as,)

    def faults(self, repository_id: int) -> Faults | None:
        return self.faults_of


class Followers:
    def __init__(self, line: Line) -> None:
        self.line, self.known = line, Known()
        self.job = Follow(
            line.store.repositories,
            line.store.outcomes,
            line.store.exceptions,
            line.store.audit,
            LeaseQueue(line.store.engine),
            self.known,
            line.clock,
        )

    def land(self, pull: Pull) -> str:
        """By whoever may; then the delivery comes."""
        MemoryLander(self.line.forge).merge(self.line.world.target(self.line.home), pull.number, pull.head, "squash")
        self.line.look(pull, Changed("closed"))
        return pull.landed_as

    def close(self, pull: Pull) -> None:
        pull.open, pull.updated_at = False, self.line.clock.now
        self.line.look(pull, Changed("closed"))

    def rows(self) -> tuple[Outcome, ...]:
        self.job.repository(OfRepository(self.line.home.id))
        return self.line.store.outcomes.of(self.line.home.id)

    def fates(self) -> list[tuple[int, str]]:
        return sorted((row.number, row.fate) for row in self.rows())


def test_each_end_of_a_pull_request_has_its_own_name(line: Line) -> None:
    after = Followers(line)
    through, closed, still, pushed = (line.seen(0.2) for _ in range(4))
    line.push(pushed, 0.3)
    line.window()
    waited, excepted, overridden, censored = (line.seen(0.97) for _ in range(4))
    line.say(excepted, "ana", "/chill justify security_fix It leaks")
    line.say(excepted, "mia", "/chill approve")
    for pull in (through, excepted, overridden):
        line.clock.forward(hours=1)
        after.land(pull)
    after.close(closed)
    after.close(censored)
    line.configure("version: 1\n")
    line.tick(waited)
    after.land(waited)
    assert after.fates() == [
        (through.number, "landed"),
        (closed.number, "closed"),
        (still.number, "open"),
        (pushed.number, "open"),
        (pushed.number, "replaced"),
        (waited.number, "waited"),
        (excepted.number, "excepted"),
        (overridden.number, "overridden"),
        (censored.number, "censored"),
    ]


def test_what_is_known_against_a_landing_arrives_later_and_only_when_somebody_said_so(line: Line) -> None:
    after = Followers(line)
    pull = line.seen(0.4)
    sha, landed_at = after.land(pull), line.clock.now
    revert = Fault("revert", landed_at + 3 * DAY, "f" * 40)
    incident = Incident("INC-1", int((landed_at + 20 * DAY).timestamp()), number=pull.number)
    late = Fault("fixes", landed_at + 400 * DAY, "e" * 40)
    after.known.faults_of = Faults({sha: (revert, late)}, (incident,))
    (before,) = after.rows()
    assert (before.fate, before.fault_at) == ("landed", None)
    line.clock.now += 4 * DAY
    (reverted,) = after.rows()
    assert (reverted.reverted_at, reverted.incident_at, reverted.evidence) == (landed_at + 3 * DAY, None, "f" * 40)
    line.clock.now += 500 * DAY
    (now,) = after.rows()
    assert (now.reverted_at, now.incident_at) == (landed_at + 3 * DAY, landed_at + 20 * DAY)
    assert now.repaired_at is None  # a fault found more than a year later is not held against it


def test_the_same_look_again_changes_nothing_and_an_empty_table_is_filled_as_it_was(line: Line) -> None:
    after = Followers(line)
    line.window()
    for number, percentile in enumerate((0.1, 0.97, 0.3, 0.99)):
        pull = line.seen(percentile)
        sha = after.land(pull) if number != 3 else ""
        fault = Fault("revert", line.clock.now + DAY, f"{number}" * 40)
        after.known.faults_of = Faults({**after.known.faults_of.by_sha, sha: (fault,)})  # type: ignore[union-attr]
    line.clock.now += 40 * DAY
    rows, head = after.rows(), line.store.audit.head()
    assert [row.fate for row in rows] == ["landed", "overridden", "landed", "open"]
    written: list[str] = []
    sa.event.listen(line.store.engine, "before_cursor_execute", lambda *seen: written.append(seen[2]))
    assert after.rows() == rows
    assert not [statement for statement in written if "outcomes" in statement and not statement.startswith("SELECT")]
    with line.store.write() as connection:
        connection.execute(sa.delete(outcomes))
    assert after.rows() == rows
    assert line.store.audit.head() == head


def test_where_the_index_is_gone_what_was_known_stays(line: Line) -> None:
    after = Followers(line)
    sha = after.land(line.seen(0.4))
    after.known.faults_of = Faults({sha: (Fault("revert", line.clock.now + DAY, "f" * 40),)})
    line.clock.now += 2 * DAY
    rows = after.rows()
    assert rows[0].reverted_at is not None
    after.known.faults_of = None
    assert after.rows() == rows


def test_a_landed_exception_is_looked_at_again_after_fourteen_days_once(line: Line) -> None:
    after = Followers(line)
    pull = line.held()
    line.say(pull, "ana", "/chill justify security_fix It leaks")
    line.say(pull, "mia", "/chill approve")
    sha, landed_at = after.land(pull), line.clock.now
    after.known.faults_of = Faults({sha: (Fault("revert", landed_at + 5 * DAY, "f" * 40),)})
    line.clock.now = landed_at + 13 * DAY
    (row,) = after.rows()
    assert (row.fate, row.looked_again_at) == ("excepted", None)
    line.clock.now = landed_at + 14 * DAY
    after.rows()
    line.clock.now += 14 * DAY
    (row,) = after.rows()
    assert row.looked_again_at == landed_at + 14 * DAY
    seen = [json.loads(each.body) for each in line.records(pull) if each.kind == "exception looked at again"]
    assert [(each["exception"], each["words"]) for each in seen] == [(row.exception, "it was reverted")]


def test_published_is_when_it_was_first_no_draft_whatever_it_was_opened_as(line: Line) -> None:
    after = Followers(line)
    opened = line.open(0.2)
    drafted = line.open(0.2)
    drafted.draft = True
    for pull in (opened, drafted):
        line.look(pull)
    began = line.clock.now
    line.clock.forward(hours=5)
    drafted.draft, drafted.updated_at = False, line.clock.now
    line.look(drafted, Changed("ready_for_review", line.clock.now))
    line.clock.forward(hours=1)
    drafted.draft = True
    line.look(drafted)
    drafted.draft = False
    line.look(drafted)
    after.land(drafted)
    published = {row.number: (row.published_at, row.ended_at) for row in after.rows()}
    assert published == {
        opened.number: (began, None),
        drafted.number: (began + timedelta(hours=5), began + timedelta(hours=6)),
    }


def test_everything_is_one_job_for_each_repository(line: Line) -> None:
    after = Followers(line)
    after.job.everything(Nothing())
    after.job.everything(Nothing())
    waiting = LeaseQueue(line.store.engine).listed("waiting", 10)
    assert [(job.kind, job.key) for job in waiting] == [(FOLLOW_ONE.name, f"clock/follow/{line.home.id}")]


def test_one_that_was_opened_again_is_followed_again(line: Line) -> None:
    after = Followers(line)
    pull = line.seen(0.4)
    after.close(pull)
    assert after.fates() == [(pull.number, "closed")]
    pull.open = True
    line.look(pull, Changed("reopened"))
    assert after.fates() == [(pull.number, "open")]
    after.land(pull)
    (row,) = after.rows()
    assert replace(row, commits=()) == replace(after.rows()[0], commits=())
    assert (row.fate, row.commits) == ("landed", (pull.landed_as,))
