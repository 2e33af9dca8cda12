"""Changes that review and land themselves, on the line: when one waits to land, what stops it, who says so."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.jobs.kinds import Nothing
from bot.line.deferred_reviews import ReviewDesk
from bot.policy.candidate import PEOPLE, Dial, SourceKey, Waiting
from bot.policy.events import Changed, Pressed
from bot.policy.pull import AUTO_REVIEW
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person
from bot.store import Thumb
from tests.fakes.line import Line
from tests.fakes.world import BOT, INSTALLATION, Pull, Run

DAY = timedelta(hours=24)


@dataclass
class Gatekeeper:
    """A funnel of one stage that answers as a test says."""

    answer: Answer = PASSED

    def judge(self, candidate: Candidate) -> Answer:
        return self.answer


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gatekeeper]:
    keeper = Gatekeeper()
    monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it among the safest?", keeper.judge),))
    return keeper


def turned(line: Line, mode: str = "enforce", more: str = "", dial: Dial = "P20") -> None:
    """Automatic review is on, and what people write has earned that step of the dial."""
    line.configure(f"version: 1\nauto_review:\n  mode: {mode}\n  landing_delay: 24h\n{more}")
    for name in (PEOPLE, "renovate"):
        key = SourceKey(INSTALLATION, line.home.id, name)
        line.store.sources.turn(key, dial, by="ops", because="it did well", at=line.clock.now)


def waiting(line: Line, pull: Pull) -> Waiting | None:
    return line.store.landing_queue.of(line.home.id, pull.number).waiting


def run(line: Line, pull: Pull) -> Run:
    """The check of automatic review on the head."""
    (shown,) = [each for each in line.home.runs if each.sha == pull.head and each.name == AUTO_REVIEW]
    return shown


def shipped(line: Line, gate: Gatekeeper) -> Pull:
    turned(line)
    pull = line.seen(0.02)
    line.say(pull, "ana", "/chill ship")
    return pull


def decisions(line: Line, pull: Pull) -> list[tuple[str, str, str]]:
    rows = line.store.passages.of(line.home.id, pull.number)
    return [(row.decided.mode, row.decided.outcome, row.decided.rule) for row in rows]


def test_without_a_word_in_the_file_nothing_is_decided_asked_or_written(line: Line, gate: Gatekeeper) -> None:
    pull = line.seen(0.02)
    assert (waiting(line, pull), decisions(line, pull)) == (None, [])
    assert [each.name for each in line.home.runs] == ["codechill"]


def test_in_shadow_a_change_is_decided_and_only_the_record_is_written(line: Line, gate: Gatekeeper) -> None:
    turned(line, "shadow")
    pull = line.seen(0.02)
    line.look(pull)
    assert decisions(line, pull) == [("shadow", "passed", "")]
    assert [each.name for each in line.home.runs] == ["codechill"]
    assert waiting(line, pull) is None


def test_a_change_that_its_author_ships_waits_for_the_delay_and_its_check_says_until_when(
    line: Line, gate: Gatekeeper
) -> None:
    turned(line)
    pull = line.seen(0.02)
    assert (waiting(line, pull), run(line, pull).conclusion) == (None, "neutral")
    assert "`/chill ship`" in run(line, pull).summary
    line.say(pull, "ana", "/chill ship")
    place = waiting(line, pull)
    assert place is not None
    assert (place.head_sha, place.land_after) == (pull.head, line.clock.now + DAY)
    assert (run(line, pull).conclusion, run(line, pull).title[:21]) == ("success", "Lands by itself after")


def test_a_change_that_a_stage_does_not_pass_goes_to_a_person_with_the_reason(line: Line, gate: Gatekeeper) -> None:
    gate.answer = person("too_risky", "Riskier than 20 of 100 recent changes here.")
    pull = shipped(line, gate)
    assert waiting(line, pull) is None
    assert "Riskier than 20 of 100" in run(line, pull).summary
    assert decisions(line, pull) == [("enforce", "person", "too_risky")]


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_a_comment_of_its_author_or_of_a_writer_stops_it_until_somebody_releases_it(
    line: Line, gate: Gatekeeper, who: str
) -> None:
    pull = shipped(line, gate)
    line.say(pull, who, "Is this safe on the old schema?")
    assert waiting(line, pull) is None
    assert f"`{who}` commented on it" in run(line, pull).summary
    line.clock.forward(hours=3)
    line.say(pull, "ben", "/chill ship")
    place = waiting(line, pull)
    assert place is not None
    assert place.land_after == line.clock.now + DAY


def test_a_word_that_stops_it_is_answered_once_and_nothing_else_is_said(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line)
    line.say(pull, "ben", "/chill hold not before the release")
    assert waiting(line, pull) is None
    (answer,) = line.answers(pull)
    assert answer.startswith("Held: it does not land by itself until somebody says `/chill ship`.")
    assert "`ben` held it" in run(line, pull).summary


def test_who_lets_it_go_on_is_heard_at_once_whatever_was_commented_before(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line)
    line.world.say(pull, "ben", "Is this really needed?")  # nobody looked since
    line.say(pull, "ben", "/chill ship")
    assert waiting(line, pull) is not None
    (answer,) = line.answers(pull)
    assert answer.startswith("It lands by itself once the delay is over")
    assert run(line, pull).title.startswith("Lands by itself after")


def test_a_comment_of_a_reader_does_not_stop_it(line: Line, gate: Gatekeeper) -> None:
    pull = shipped(line, gate)
    line.say(pull, "eve", "Please do not land this")
    assert waiting(line, pull) is not None


def test_after_a_restart_it_waits_on(line: Line, gate: Gatekeeper) -> None:
    pull = shipped(line, gate)
    before = waiting(line, pull)
    line.clock.forward(hours=5)
    line.restart()
    line.tick(pull)
    assert waiting(line, pull) == before


RENOVATE = "  sources: {renovate: {account: %d, kind: dependencies, branch: 'topic-*'}}\n"


def of_a_bot(line: Line, mode: str = "enforce", dial: Dial = "P20") -> Pull:
    """A change of a source that is known, which was looked at."""
    bot = line.world.bot("renovate[bot]")
    turned(line, mode, RENOVATE % bot.id, dial)
    pull = line.open(0.02, login=bot.login)
    line.look(pull)
    return pull


def test_a_source_s_change_waits_to_land_and_nobody_has_to_ask(line: Line, gate: Gatekeeper) -> None:
    place = waiting(line, of_a_bot(line))
    assert place is not None
    assert (place.pipeline, place.source) == ("ace", "renovate")


def test_of_a_source_that_has_earned_nothing_yet_only_the_record_is_written(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line, dial="shadow")
    assert decisions(line, pull) == [("shadow", "passed", "")]
    assert [each.name for each in line.home.runs] == ["codechill"]


def test_a_hold_on_a_source_s_change_stops_it_and_counts_as_a_no_to_the_source(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line)
    line.say(pull, "ben", "/chill hold")
    assert waiting(line, pull) is None
    line.tick(pull)
    assert line.store.sourced.is_rejected(line.home.id, pull.number)
    line.push(pull, 0.02, login="renovate[bot]")
    assert waiting(line, pull) is None


def test_the_button_on_the_check_stops_it(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line)
    line.look(pull, Pressed("stop-landing", line.world.person("ben"), pull.head, run(line, pull).digest))
    assert waiting(line, pull) is None
    assert "`ben` held it" in run(line, pull).summary


def test_in_suggest_it_is_said_and_nothing_waits(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line, "suggest")
    assert (waiting(line, pull), run(line, pull).title) == (None, "It could land by itself")
    assert pull.labels == {"codechill:low-risk"}
    assert "**It could land by itself.** Automatic review only suggests here" in line.card(pull)
    gate.answer = person("threshold", "Riskier than it was.")
    line.tick(pull)
    assert pull.labels == set()
    assert "could land by itself" not in line.card(pull)
    assert line.answers(pull) == []


def test_the_label_holds_it_until_a_person_takes_it_off_and_no_bot_but_the_one_that_put_it_on(
    line: Line, gate: Gatekeeper
) -> None:
    pull = of_a_bot(line)
    line.label(pull, "ben", "codechill:hold")
    assert waiting(line, pull) is None
    pull.labels.clear()
    line.look(pull, Changed("unlabeled", by=line.world.bot("other[bot]")))
    assert waiting(line, pull) is None
    line.look(pull, Changed("unlabeled", by=line.world.person("ben")))
    assert waiting(line, pull) is not None


def test_changes_requested_stop_it_until_that_person_approves(line: Line, gate: Gatekeeper) -> None:
    pull = of_a_bot(line)
    line.review(pull, "ben", "changes_requested")
    assert waiting(line, pull) is None
    line.review(pull, "ben", "approved")
    assert waiting(line, pull) is not None


def test_another_diff_begins_the_delay_anew_and_the_same_diff_on_another_head_keeps_it(
    line: Line, gate: Gatekeeper
) -> None:
    pull = of_a_bot(line)
    first = waiting(line, pull)
    assert first is not None
    line.clock.forward(hours=2)
    line.push(pull, 0.02, files=line.home.files[pull.head], login="renovate[bot]")  # rebased
    rebased = waiting(line, pull)
    assert rebased == replace(first, head_sha=pull.head)
    line.push(pull, 0.02, login="renovate[bot]")
    other = waiting(line, pull)
    assert other is not None
    assert other.since == line.clock.now


def landed(line: Line, pull: Pull) -> Pull:
    """Its delay is over, and it landed by itself."""
    line.clock.forward(hours=25)
    line.due(pull)
    assert pull.merged
    return pull


def test_a_source_s_change_that_nobody_stopped_is_approved_and_lands_with_nobody_looking(
    line: Line, gate: Gatekeeper
) -> None:
    pull = landed(line, of_a_bot(line))
    assert [(review.author, review.state) for review in pull.reviews] == [(BOT, "approved")]
    assert waiting(line, pull) is None


def strictly(candidate: Candidate) -> Answer:
    return PASSED if candidate.pipeline == "verification" else person("not_among_the_safest", "Why.")


@pytest.fixture
def owing(line: Line, monkeypatch: pytest.MonkeyPatch) -> Pull:
    """A change of ana's that landed by itself on the promise of a review by ben."""
    monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it among the safest?", strictly),))
    turned(line)
    pull = line.seen(0.08)
    pull.asked = ("ben",)
    line.say(pull, "ana", "/chill ship")
    landed(line, pull)
    line.look(pull, Changed("closed"))
    return pull


def desk(line: Line) -> ReviewDesk:
    return ReviewDesk(line.lander, line.store.deferred_reviews, line.store.repositories, line.clock)


def test_what_landed_on_the_promise_of_a_review_is_owed_one_with_an_owner_and_a_due_date(
    line: Line, owing: Pull
) -> None:
    review = line.store.deferred_reviews.of(line.home.id, owing.number)
    assert review is not None
    assert (review.owners, review.due - review.landed_at) == (("ben",), timedelta(days=5))
    for _ in range(2):
        desk(line).take(Nothing())
    (issue,) = line.home.issues.values()
    assert (issue.title, "@ben" in issue.body, issue.open) == ("Review #1, which landed by itself", True, True)


@pytest.mark.parametrize(
    ("login", "words", "verdict"),
    [
        ("ben", "/chill reviewed ok", "ok"),
        ("ben", "/chill reviewed revert It drops the index", "revert"),
        ("ben", "/chill reviewed revert", ""),
        ("ben", "/chill reviewed", ""),
        ("ana", "/chill reviewed ok", ""),
        ("eve", "/chill reviewed ok", ""),
    ],
)
def test_a_review_that_was_put_off_is_closed_by_somebody_else_who_may_write(
    line: Line, owing: Pull, login: str, words: str, verdict: str
) -> None:
    desk(line).take(Nothing())
    line.say(owing, login, words)
    review = line.store.deferred_reviews.of(line.home.id, owing.number)
    assert review is not None
    assert review.verdict == verdict
    desk(line).take(Nothing())
    (issue,) = line.home.issues.values()
    assert issue.open == (not verdict)


def test_whoever_wrote_a_part_of_it_does_not_say_that_it_was_reviewed(line: Line, owing: Pull) -> None:
    owing.commits.append((owing.head, line.world.person("ben")))
    line.say(owing, "ben", "/chill reviewed ok")
    line.say(owing, "mia", "/chill reviewed ok")
    review = line.store.deferred_reviews.of(line.home.id, owing.number)
    assert review is not None
    assert review.reviewed_by == line.world.person("mia")


def test_while_a_review_is_overdue_no_other_change_of_its_author_is_verified(line: Line, owing: Pull) -> None:
    line.clock.forward(days=6)
    reviews = line.store.deferred_reviews
    people = [line.world.person(login).id for login in ("ana", "mia")]
    assert [reviews.overdue_for(line.home.id, who, (), line.clock.now) for who in people] == [1, 0]
    assert reviews.overdue_for(line.home.id, people[1], ("ben",), line.clock.now) == 1
    line.say(owing, "ben", "/chill reviewed ok")
    assert reviews.overdue_for(line.home.id, people[0], (), line.clock.now) == 0


def test_of_what_a_person_merged_no_review_is_owed(line: Line, gate: Gatekeeper) -> None:
    pull = shipped(line, gate)
    line.merge(pull, "ben")
    assert line.store.deferred_reviews.of(line.home.id, pull.number) is None


def test_a_thumb_down_of_a_writer_stops_it_and_one_that_was_answered_does_not_stop_it_again(
    line: Line, gate: Gatekeeper
) -> None:
    pull = of_a_bot(line)
    thumbs = line.store.reactions
    thumbs.save(line.home.id, pull.number, [Thumb(line.world.person("ben"), useful=False, at=line.clock.now)])
    line.tick(pull)
    assert waiting(line, pull) is None
    assert "`ben` gave it 👎" in run(line, pull).summary
    line.say(pull, "mia", "/chill ship")
    assert waiting(line, pull) is not None


def test_where_no_app_lands_no_hour_is_named_at_which_it_would(line: Line, gate: Gatekeeper) -> None:
    line.lands = False
    line.restart()
    pull = shipped(line, gate)
    assert waiting(line, pull) is None
    assert "The App that lands is not set up for this repository" in run(line, pull).summary
    assert "Lands by itself" not in run(line, pull).title
