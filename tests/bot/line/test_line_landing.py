"""Landing by itself on the line: approved, read back, merged by its head, once, whatever fails in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.forge.port import Busy, ForgeError
from bot.policy.candidate import PEOPLE, SourceKey
from bot.policy.events import Due
from bot.policy.gatekeeping import Required, Rules
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED, Stage
from bot.store import AutomaticLanding, LandingStop
from bot.store.automatic_landings import UNDER_WAY
from tests.fakes.line import Line
from tests.fakes.world import BOT, INSTALLATION, Pull

CONFIG = "version: 1\nauto_review:\n  mode: enforce\n  landing_delay: 24h\n"
STEPS = ("before approve", "after approve", "before merge", "after merge")


class Killed(BaseException):
    """The process ended at that instant: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def _everything_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it safe?", lambda candidate: PASSED),))


@pytest.fixture
def pull(line: Line) -> Pull:
    """A change of ana's that she ships, and whose delay is over."""
    made = shipped(line)
    line.clock.forward(hours=24)
    return made


def shipped(line: Line, text: str = CONFIG) -> Pull:
    line.configure(text)
    key = SourceKey(INSTALLATION, line.home.id, PEOPLE)
    if line.store.sources.get(key).dial == "shadow":
        line.store.sources.turn(key, "P20", by="mia", because="a test", at=line.clock.now)
    made = line.seen(0.02)
    line.say(made, "ana", "/chill ship")
    assert line.store.landing_queue.of(line.home.id, made.number).waiting is not None
    return made


def due(line: Line, pull: Pull) -> None:
    line.look(pull, Due())


def approvals(pull: Pull) -> list[str]:
    return [review.state for review in pull.reviews if review.author == BOT]


def landings(line: Line) -> list[AutomaticLanding]:
    return list(line.store.automatic_landings.all((line.home.id,)))


def waits(line: Line, pull: Pull) -> bool:
    return line.store.landing_queue.of(line.home.id, pull.number).waiting is not None


def merges(line: Line) -> list[int]:
    """Which pull requests are merged, as often as they were."""
    counted: list[int] = []
    line.lander.before = lambda number, head_sha: counted.append(number)
    return counted


def test_what_is_due_is_approved_and_merged_once_and_leaves_the_queue(line: Line, pull: Pull) -> None:
    counted = merges(line)
    due(line, pull)
    due(line, pull)
    assert (pull.merged, counted, approvals(pull), waits(line, pull)) == (True, [pull.number], ["approved"], False)
    (landing,) = landings(line)
    assert (landing.state, landing.method, landing.head_sha) == ("landed", "squash", pull.head)


def test_each_step_is_in_the_audit_log_before_it_is_sent(line: Line, pull: Pull) -> None:
    said: list[str] = []
    line.lander.before = lambda number, head_sha: said.extend(record.kind for record in line.records(pull))
    due(line, pull)
    assert said[-1] == "automatic_landing"


@pytest.mark.parametrize("step", STEPS)
def test_a_process_that_is_killed_at_any_step_lands_it_once_when_another_goes_on(
    line: Line, pull: Pull, step: str
) -> None:
    counted = merges(line)
    die_at(line, step, Killed())
    with pytest.raises(Killed):
        due(line, pull)
    line.lander.dying = lambda at: None
    line.restart()
    due(line, pull)
    assert (pull.merged, counted, approvals(pull), waits(line, pull)) == (True, [pull.number], ["approved"], False)
    assert [landing.number for landing in line.store.automatic_landings.unverified()] == [pull.number]


def die_at(line: Line, step: str, error: BaseException) -> None:
    def dying(at: str) -> None:
        if at == step:
            raise error

    line.lander.dying = dying


@pytest.mark.parametrize("step", STEPS)
def test_a_forge_that_stops_answering_at_any_step_lands_it_later_and_never_twice(
    line: Line, pull: Pull, step: str
) -> None:
    counted = merges(line)
    die_at(line, step, ForgeError("no answer"))
    with pytest.raises(ForgeError):
        due(line, pull)
    line.lander.dying = lambda at: None
    due(line, pull)
    assert (pull.merged, counted, approvals(pull)) == (True, [pull.number], ["approved"])


def test_what_the_forge_refuses_goes_to_a_person_and_the_approval_is_taken_back(line: Line, pull: Pull) -> None:
    line.lander.refuses = True
    due(line, pull)
    due(line, pull)
    assert (pull.merged, waits(line, pull), approvals(pull)) == (False, False, ["dismissed"])
    (landing,) = landings(line)
    assert (landing.state, "405" in landing.words) == ("refused", True)
    assert line.store.slots.of((line.home.id,), line.clock.now - timedelta(days=1)) == ()
    assert "did not let it land" in line.answers(pull)[-1]


def test_a_push_between_the_look_and_the_merge_is_not_merged(line: Line, pull: Pull) -> None:
    old = pull.head
    line.lander.before = lambda number, head_sha: line.world.push(line.home, pull, {"api/more.py": "x = 1\n"})
    due(line, pull)
    assert (pull.merged, pull.head != old, [each.state for each in landings(line)]) == (False, True, ["refused"])
    line.lander.before = lambda number, head_sha: None
    line.assessor.believe(pull.head, 0.02)
    due(line, pull)
    assert (pull.merged, approvals(pull)) == (False, ["dismissed"])


def test_a_hold_after_the_approval_takes_it_back(line: Line, pull: Pull) -> None:
    line.lander.reported = ()  # approved by an older process, and now no check has run
    line.lander.approve(line.world.target(line.home), pull.number, pull.head, "words")
    line.say(pull, "ben", "/chill hold")
    assert (approvals(pull), waits(line, pull)) == (["dismissed"], False)


def test_an_approval_of_this_head_that_a_crash_left_behind_is_taken_for_ours(line: Line, pull: Pull) -> None:
    line.lander.approve(line.world.target(line.home), pull.number, pull.head, "words")
    due(line, pull)
    assert (pull.merged, approvals(pull)) == (True, ["approved"])


def test_an_approval_that_the_forge_does_not_count_is_taken_back_and_a_person_is_asked(line: Line, pull: Pull) -> None:
    line.lander.rules, line.lander.decision = Rules(approvals=1), "REVIEW_REQUIRED"
    due(line, pull)
    line.look(pull)  # the forge tells of our own review
    assert (pull.merged, waits(line, pull), approvals(pull)) == (False, False, ["dismissed"])
    assert "does not count our approval" in line.answers(pull)[-1]


def test_a_code_owner_who_must_review_is_asked_at_once_and_not_after_the_delay(line: Line) -> None:
    line.lander.rules = Rules(code_owners=True, approvals=1)
    line.configure(CONFIG)
    line.store.sources.turn(
        SourceKey(INSTALLATION, line.home.id, PEOPLE), "P20", by="m", because="t", at=line.clock.now
    )
    pull = line.seen(0.02)
    line.say(pull, "ana", "/chill ship")
    assert not waits(line, pull)
    assert "code owner has to review" in " ".join(line.answers(pull))


def test_a_window_that_opened_meanwhile_keeps_it_and_it_lands_once_that_is_over(line: Line) -> None:
    opens, ends = (f"{line.clock.now + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (23, 30))
    window = f"windows:\n  - {{name: Night, level: closed, from: '{opens}', to: '{ends}'}}\n"
    pull = shipped(line, f'{CONFIG}levels: {{closed: "100%"}}\n{window}')
    line.clock.forward(hours=24)
    due(line, pull)
    assert (pull.merged, approvals(pull), waits(line, pull)) == (False, [], True)
    line.clock.forward(hours=6)
    due(line, pull)
    assert pull.merged


def test_one_change_at_a_time_lands_on_a_branch(line: Line, pull: Pull) -> None:
    other = AutomaticLanding(line.home.id, 99, "9" * 40, "main", line.home.branches["main"], line.clock.now, "squash")
    assert line.store.automatic_landings.begin(other)
    with pytest.raises(Busy):
        due(line, pull)
    assert not pull.merged
    line.clock.forward(seconds=UNDER_WAY.total_seconds())
    due(line, pull)
    assert pull.merged


def test_a_base_that_moved_between_the_look_and_the_merge_is_looked_at_anew(line: Line, pull: Pull) -> None:
    line.forge.meanwhile["tip"] = lambda: line.world.commit(line.home, "main", {"docs/more.md": "# More\n"})
    with pytest.raises(Busy):
        due(line, pull)
    assert not pull.merged
    due(line, pull)
    assert pull.merged


def test_where_everything_is_stopped_nothing_lands_until_a_person_resumes_it(line: Line, pull: Pull) -> None:
    line.store.automatic_landings.stop(LandingStop(line.home.id, line.clock.now, "a tree was corrupted", "codechill"))
    due(line, pull)
    assert (pull.merged, approvals(pull), waits(line, pull)) == (False, [], False)
    assert not line.store.automatic_landings.begin(
        AutomaticLanding(line.home.id, 98, "9" * 40, "main", "0" * 40, line.clock.now)
    )
    assert line.store.automatic_landings.resume(line.home.id, at=line.clock.now, by="mia", because="mended")


def test_where_a_queue_is_required_it_is_put_there_once_and_one_that_leaves_it_goes_to_a_person(
    line: Line, pull: Pull
) -> None:
    line.lander.rules = Rules(queue=True)
    due(line, pull)
    due(line, pull)
    assert (pull.merged, line.home.queue, [each.state for each in landings(line)]) == (False, [pull.number], ["queued"])
    line.home.queue.clear()
    due(line, pull)
    assert (line.home.queue, waits(line, pull), approvals(pull)) == ([], False, ["dismissed"])


def test_a_check_that_is_missing_is_waited_for(line: Line, pull: Pull) -> None:
    green = line.lander.reported
    line.lander.reported = ()
    line.lander.rules = Rules(required=frozenset({Required("test")}))
    due(line, pull)
    assert (pull.merged, waits(line, pull)) == (False, True)
    line.lander.reported = (replace(green[0], conclusion=None),)
    due(line, pull)
    assert not pull.merged
    line.lander.reported = green
    due(line, pull)
    assert pull.merged


Speak = Callable[[Line, Pull], object]


@pytest.mark.parametrize(
    "speak",
    [
        lambda line, pull: line.say(pull, "ben", "/chill hold"),
        lambda line, pull: line.say(pull, "ben", "Why this way?"),
        lambda line, pull: line.review(pull, "ben", "changes_requested"),
        lambda line, pull: line.label(pull, "ben", "codechill:hold"),
    ],
)
def test_a_persons_no_a_moment_before_it_is_due_keeps_it_from_landing(line: Line, pull: Pull, speak: Speak) -> None:
    speak(line, pull)
    due(line, pull)
    assert (pull.merged, approvals(pull)) == (False, [])
