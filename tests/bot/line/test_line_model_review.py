"""A language model is asked last and once, its answer leads to another look, and it never makes a no into a yes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.config.addresses import Addresses, networks, places
from bot.facts.review import About
from bot.jobs.kinds import PULL, REVIEW
from bot.jobs.lease import LeaseQueue
from bot.line.reconcile import Reconciler
from bot.line.reviewing import AGAIN, GIVEN_UP, Memory, Purse, ReviewDesk, Stored, Unreadable
from bot.policy.candidate import Bump, Dependencies
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person
from bot.policy.radar.stages import review
from bot.reviewer.endpoint import Endpoint
from bot.reviewer.pieces import Sides
from bot.reviewer.review import Reviewer
from scoring.inspection import Hunk, Inspection, Judged
from tests.fakes.endpoint import MODEL, Said, ScriptedEndpoint, agreeing, completion, scripted, verdict
from tests.fakes.line import Line
from tests.fakes.world import Pull

PAGE = Sides("docs/guide.md", b"# Guide\n", b"# The guide\n")
SAFE = Judged(Hunk("docs/guide.md", 1, 1, 1, 1), "S", "docs_comments", "Only documentation changed.")
KNOWN = Inspection((), (SAFE,), 1, 2, False, 0.02)
UNKNOWN = replace(KNOWN, hunks=(replace(SAFE, level=None, category=None),))
DAY = timedelta(hours=23)


@dataclass
class Setup:
    line: Line
    endpoint: ScriptedEndpoint
    desk: ReviewDesk
    queue: LeaseQueue
    earlier: Answer = PASSED
    asked_about: list[About] = field(default_factory=list)

    def judge(self, candidate: Candidate) -> Answer:
        return self.earlier

    def work(self) -> list[str]:
        """What waits in the queue is done; names of the kinds."""
        done = []
        while (job := self.queue.claim("w", self.line.clock.now, timedelta(minutes=1))) is not None:
            done.append(job.kind)
            if job.kind == REVIEW.name:
                self.desk.take(REVIEW.load(job.payload))
            self.queue.finish(job)
        return done

    def outcome(self, pull: Pull) -> tuple[str, str]:
        row = self.line.store.passages.of(self.line.home.id, pull.number)[-1]
        return row.decided.outcome, row.decided.rule

    def open(self, inspection: Inspection = KNOWN) -> Pull:
        return self.line.open(0.02, inspection=inspection)


@pytest.fixture
def setup(line: Line, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setup]:
    with scripted() as endpoint:
        stored, queue = line.store.only(Stored), LeaseQueue(line.store.engine)
        addresses = Addresses(places(endpoint.address), networks("127.0.0.0/8"), seconds=1)
        reviewer = Reviewer(
            MODEL,
            Endpoint(endpoint.address, MODEL, addresses, sleep=lambda _: None),
            Memory(stored.model_reviews, line.clock),
            Purse(stored.model_tokens, line.clock, 50_000, 60_000),
            met=lambda model: stored.model_reviews.met(model, line.clock()),
        )
        desk = ReviewDesk(reviewer, stored, lambda repository, about: (PAGE,), queue, line.clock)
        made = Setup(line, endpoint, desk, queue)
        monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it safe?", made.judge), review.STAGE))
        line.configure("version: 1\nauto_review:\n  mode: shadow\n")
        line.reconciler = Reconciler(
            **line.stored, forge=line.forge, assessor=line.assessor, clock=line.clock,
            configurations=line.reconciler._live.configurations, answers=desk, ask=desk.ask,
        )  # fmt: skip
        yield made


def test_a_change_that_everything_else_lets_pass_waits_for_the_model_and_passes_once_it_confirms(setup: Setup) -> None:
    pull = setup.open()
    setup.line.look(pull)
    assert setup.outcome(pull) == ("waits", "model_awaited")
    setup.line.look(pull)
    assert setup.work() == [REVIEW.name, PULL.name]
    setup.line.look(pull)
    assert setup.outcome(pull) == ("passed", "")
    assert len(setup.endpoint.requests) == 1
    assert setup.work() == []


def test_where_a_cheap_stage_refuses_the_model_is_never_called(setup: Setup) -> None:
    setup.earlier = person("too_risky", "Too risky.")
    setup.line.look(setup.open())
    setup.earlier = PASSED
    setup.line.look(setup.open(UNKNOWN))
    assert (setup.work(), setup.endpoint.requests) == ([], [])


def test_what_the_rules_do_not_know_stays_with_a_person_whatever_the_model_says(setup: Setup) -> None:
    pull = setup.open(UNKNOWN)
    setup.line.look(pull)
    setup.work()
    setup.line.look(pull)
    assert setup.outcome(pull) == ("person", "hunk_unknown")


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (lambda q: completion(verdict(q, confidence=7)), "model_confidence"),
        (lambda q: completion(verdict(q, signals=["security"])), "model_signals"),
        (lambda q: completion("Approved!"), "model_unknown"),
        (lambda _: Said(500), "model_unknown"),
    ],
)
def test_a_model_that_does_not_confirm_leaves_the_change_to_a_person(setup: Setup, said: object, rule: str) -> None:
    setup.endpoint.script = [said]  # type: ignore[list-item]
    pull = setup.open()
    setup.line.look(pull)
    setup.work()
    setup.line.look(pull)
    assert setup.outcome(pull) == ("person", rule)


def test_a_model_that_gave_no_answer_is_asked_again_after_an_hour_and_one_that_did_is_not(setup: Setup) -> None:
    setup.endpoint.script = [lambda _: Said(401), agreeing]
    pull = setup.open()
    setup.line.look(pull)
    setup.work()
    setup.line.look(pull)
    assert setup.work() == []
    setup.line.clock.now += AGAIN
    setup.line.look(pull)
    assert setup.work() == [REVIEW.name, PULL.name]
    setup.line.clock.now += AGAIN
    setup.line.look(pull)
    assert (setup.work(), setup.outcome(pull)) == ([], ("passed", ""))


def test_a_question_whose_job_was_lost_is_asked_again(setup: Setup) -> None:
    pull = setup.open()
    setup.line.look(pull)
    setup.queue.finish(setup.queue.claim("w", setup.line.clock.now, timedelta(minutes=1)))  # type: ignore[arg-type]
    setup.line.look(pull)
    assert setup.work() == []
    setup.line.clock.now += GIVEN_UP
    setup.line.look(pull)
    assert setup.work() == [REVIEW.name, PULL.name]


def test_another_head_or_another_model_is_another_question(setup: Setup) -> None:
    pull = setup.open()
    setup.line.look(pull)
    setup.work()
    setup.line.push(pull, 0.02, inspection=KNOWN)
    setup.line.look(pull)
    assert setup.work() == [REVIEW.name, PULL.name]
    setup.desk.reviewer.model = "tiny-2"
    setup.line.look(pull)
    assert setup.work() == [REVIEW.name, PULL.name]
    assert setup.outcome(pull) == ("waits", "model_awaited")


@pytest.mark.parametrize("more", ["  reviewer: {send: none}\n", None])
def test_where_nothing_may_be_sent_what_the_rules_know_stands_alone(setup: Setup, more: str | None) -> None:
    if more is None:
        setup.line.restart()  # an operator who set no model up
    else:
        setup.line.configure(f"version: 1\nauto_review:\n  mode: shadow\n{more}")
    pull = setup.open()
    setup.line.look(pull)
    assert (setup.outcome(pull), setup.work()) == (("passed", ""), [])


def test_files_of_packages_are_not_shown_and_alone_nothing_is_asked(setup: Setup) -> None:
    bumped = Dependencies(("docs/guide.md",), (Bump("python", "click", "8.2.0", "8.2.1"),))
    pull = setup.open(replace(KNOWN, dependencies=bumped))
    setup.line.look(pull)
    assert (setup.outcome(pull), setup.work()) == (("passed", ""), [])


def test_a_change_that_cannot_be_read_is_for_a_person(setup: Setup) -> None:
    def unreadable(repository: int, about: About) -> tuple[Sides, ...]:
        raise Unreadable("a file of it is too large")

    setup.desk = replace(setup.desk, read=unreadable)
    pull = setup.open()
    setup.line.look(pull)
    setup.work()
    setup.line.look(pull)
    assert setup.outcome(pull) == ("person", "model_unknown")


def test_tokens_of_a_repositorys_day_and_an_organisations_month_end_and_come_back(setup: Setup) -> None:
    tokens, line = setup.line.store.model_tokens, setup.line
    day = f"repository:{line.home.id}/{line.clock.now:%Y-%m-%d}"
    assert tokens.take({day: 50_000}, 49_000, line.clock.now)
    pull = setup.open()
    line.look(pull)
    setup.work()
    line.look(pull)
    assert (setup.outcome(pull), setup.endpoint.requests) == (("person", "model_unknown"), [])
    assert tokens.spent(day) == 49_000
    line.clock.now += DAY + AGAIN
    line.look(pull)
    setup.work()
    line.look(pull)
    assert setup.outcome(pull) == ("passed", "")
    assert tokens.spent(f"repository:{line.home.id}/{line.clock.now:%Y-%m-%d}") == 100


def test_a_model_that_never_answered_before_is_a_record_of_the_log_once(setup: Setup) -> None:
    for _ in range(2):
        setup.line.look(setup.open())
        setup.work()
    records = list(setup.line.store.audit.records(kind="reviewer_model"))
    assert [json.loads(record.body)["model"] for record in records] == [MODEL]
