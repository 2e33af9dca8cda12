"""The operator's page: numbers equal to the store by plain SQL; a dead job is retried or removed with a reason."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from bot.doors.health import TRIES
from bot.forge.limits import Limit
from bot.jobs.lease import LeaseQueue
from bot.jobs.port import NewJob
from bot.store import Delivery, KnownFinding
from bot.web import operator
from bot.web.page import Asked, Stored
from scoring.assessment import Assessment
from tests.bot.web.web_world import FORGE, Web
from tests.fakes.world import INSTALLATION

HEAD = "a" * 40


@pytest.fixture
def queue(web: Web) -> LeaseQueue:
    return LeaseQueue(web.line.store.engine)


def seen(web: Web) -> operator.View:
    asked, at = Asked(web.people.readers["ana"], FORGE), web.line.clock.now
    return operator.view(operator.read(web.line.store.only(Stored), asked, at), asked, at)


def scalar(web: Web, query: str) -> int:
    with web.line.store.read() as connection:
        return int(connection.scalar(sa.text(query)) or 0)


def add(web: Web, queue: LeaseQueue, key: str, kind: str = "pull", minutes: int = 0) -> None:
    queue.add(NewJob(kind, {}, key, web.line.clock.now - timedelta(minutes=minutes)))


def bury(web: Web, queue: LeaseQueue, key: str, error: str = "GitError: the disk is full") -> int:
    add(web, queue, key)
    job = queue.claim("w", web.line.clock.now, timedelta(minutes=1))
    assert job is not None
    queue.bury(job, error)
    return job.id


def send(web: Web, job: int, deed: str = "retry", reason: str = "It is mended", **more: str) -> TestResponse:
    given: dict[str, str] = {"reader": "ana", "job": str(job), "deed": deed, "reason": reason, **more}
    return web.post("/operator", **given)


def test_jobs_are_counted_by_kind_and_state(web: Web, queue: LeaseQueue) -> None:
    now = web.line.clock.now
    bury(web, queue, "1#1")
    add(web, queue, "1#2", minutes=12)
    add(web, queue, "1#3", minutes=3)
    add(web, queue, "all", kind="sweep", minutes=-5)
    shown = seen(web)
    for state, number in (("waiting", shown.depth.waiting), ("dead", shown.depth.dead)):
        assert number == scalar(web, f"SELECT count(*) FROM jobs WHERE state = '{state}'")  # noqa: S608
    assert [(one.name, one.waiting, one.dead, one.since) for one in shown.kinds] == [
        ("pull", 2, 1, now - timedelta(minutes=12)),
        ("sweep", 1, 0, now + timedelta(minutes=5)),
    ]
    assert (shown.late, shown.waited(now)) == (True, now - timedelta(minutes=12))
    assert [(one.about, one.error) for one in shown.dead] == [("1#1", "GitError: the disk is full")]


def test_a_job_that_fails_again_and_again_is_listed_with_its_error(web: Web, queue: LeaseQueue) -> None:
    now = web.line.clock.now
    for tries, key in ((TRIES, "1#1"), (1, "1#2")):
        add(web, queue, key)
        for _ in range(tries):
            job = queue.claim("w", now, timedelta(minutes=1))
            assert job is not None
            queue.retry(job, now, "ForgeError: no answer")
        with web.line.store.write() as connection:
            connection.execute(sa.text("UPDATE jobs SET run_at = :at WHERE key = :key"),
                               {"at": (now + timedelta(hours=1)).replace(tzinfo=None), "key": key})  # fmt: skip
    shown = seen(web)
    assert [(one.about, one.attempts, one.error) for one in shown.failing] == [("1#1", TRIES, "ForgeError: no answer")]
    assert shown.failing_number == scalar(web, f"SELECT count(*) FROM jobs WHERE attempts >= {TRIES}")  # noqa: S608


def test_deliveries_of_a_day_are_counted_by_what_became_of_them(web: Web) -> None:
    store, now = web.line.store, web.line.clock.now
    come = [Delivery(f"g{at}", "push", b"{}", now - timedelta(hours=at)) for at in (1, 2, 3, 30)]
    store.inbox.receive(come, lambda new, connection: [True] * len(new))
    store.inbox.settle("g1")
    store.inbox.refuse(Delivery("bad", "issues", b"{}", now), "no field 'id'")
    shown = seen(web)
    assert (shown.came, shown.deliveries) == (4, {"done": 1, "failed": 1, "received": 2})
    assert shown.oldest == now - timedelta(hours=3)
    assert [(one.guid, one.event, one.error) for one in shown.failed] == [("bad", "issues", "no field 'id'")]
    assert shown.came == scalar(web, "SELECT count(*) FROM inbox") - 1


def test_what_is_left_of_a_limit_is_shown_until_it_begins_anew(web: Web) -> None:
    now = web.line.clock.now
    for resource, left, minutes in (("core", 300, 20), ("graphql", 4_900, -1)):
        resets = now + timedelta(minutes=minutes)
        web.line.store.limits.saw(Limit(INSTALLATION, resource, 5_000, left, resets, now - timedelta(minutes=2)))
    core, graphql = seen(web).limits
    assert (core.account, core.remaining, core.low, core.renewed) == ("acme", 300, True, False)
    assert (graphql.low, graphql.renewed) == (False, True)


def test_findings_about_branches_are_the_organisations(web: Web) -> None:
    machine = KnownFinding("disk", "error", "this machine", "The disk is full.", "")
    branch = KnownFinding("required", "error", "acme/shop main", "Nothing is required.", "")
    web.line.store.findings.save((machine, branch), at=web.line.clock.now)
    assert seen(web).findings == (machine,)


def test_versions_name_the_models_that_score(web: Web) -> None:
    for number, model in ((1, "shipped"), (2, "shipped"), (3, "own")):
        assessed = Assessment(HEAD, web.line.clock.now, 0.9, 0.1, 0.1, (), (), model, 500, 12)
        web.line.store.assessments.save(web.line.home.id, number, HEAD, assessed)
    models = [words for name, words in seen(web).versions if name == "model"]
    assert models == ["shipped: 2 scores in 7 days", "own: 1 score in 7 days"]
    named = dict(seen(web).versions)
    assert {"codechill", "Python", "git", "database", "schema", "model"} == set(named)
    with web.line.store.read() as connection:
        assert named["schema"] == connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


@pytest.mark.parametrize(("deed", "state"), [("retry", ["waiting"]), ("drop", [])])
def test_a_dead_job_is_retried_or_removed_once_and_the_log_says_who_and_why(
    web: Web, queue: LeaseQueue, deed: str, state: list[str]
) -> None:
    job = bury(web, queue, "1#1")
    answer = send(web, job, deed, "  The disk has room again ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "#dead")
    assert [one.state for one in queue.listed(None, None)] == state
    (record,) = web.line.store.audit.records(kind={"retry": "job retried", "drop": "job dropped"}[deed])
    ana = web.people.readers["ana"]
    assert json.loads(record.body) == {
        "by": {"id": ana.id, "login": "ana"}, "job": job, "reason": "The disk has room again"
    }  # fmt: skip
    assert send(web, job, deed).status_code == 409
    assert len(list(web.line.store.audit.records())) == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"reader": "eve"}, 404),
        ({"reader": "nobody"}, 401),
        ({"origin": "https://evil.example"}, 403),
        ({"mark": "mark of eve"}, 403),
        ({"mark": ""}, 403),
        ({"reason": "   "}, 409),
        ({"reason": "x" * 501}, 409),
        ({"deed": "explode"}, 404),
        ({"job": "1²"}, 404),
    ],
)
def test_nothing_happens_to_a_job_without_an_operator_a_form_of_ours_and_a_reason(
    web: Web, queue: LeaseQueue, wrong: dict[str, str], status: int
) -> None:
    job = bury(web, queue, "1#1")
    assert send(web, **{"job": job, **wrong}).status_code == status  # type: ignore[arg-type]
    assert [one.state for one in queue.listed(None, None)] == ["dead"]
    assert list(web.line.store.audit.records()) == []


def test_a_pull_request_is_named_where_the_operator_may_read_it(web: Web, queue: LeaseQueue) -> None:
    bury(web, queue, f"{web.line.home.id}#7")
    bury(web, queue, "4711#8")
    bury(web, queue, "all")
    assert [one.about for one in seen(web).dead] == ["all", "4711#8", "acme/shop#7"]


def test_each_dead_job_has_a_form_that_names_it(web: Web, queue: LeaseQueue) -> None:
    job = bury(web, queue, "1#1", "ValueError: <script>alert(1)</script>")
    text = web.text("/operator")
    assert f'name="job" value="{job}"' in text
    assert 'name="mark" value="mark of ana"' in text
    assert "<script>alert" not in text
