"""A fact that takes long is asked for once, by an action; what was answered meanwhile is a fact at the next look."""

from dataclasses import dataclass, field

from bot.facts.asked import asked
from bot.facts.content import CONTENT
from bot.facts.fact import Look
from bot.facts.table import LOOK
from bot.forge.port import Target
from bot.line.reconcile import Reconciler
from bot.policy.actions import Ask
from bot.policy.content import Content
from bot.policy.pull import Unknown
from bot.policy.state import Question
from tests.fakes.line import Line


def about(look: Look) -> str:
    content = look[CONTENT]
    return content.name if isinstance(content, Content) else ""


REVIEW = asked("review", about, needs=(CONTENT,))


@dataclass
class Desk:
    """Answers in memory; a job waits for each question that was asked."""

    kept: dict[tuple[int, Question], str] = field(default_factory=dict)
    waiting: list[tuple[int, int, Question]] = field(default_factory=list)

    def get(self, repository_id: int, question: Question) -> str | None:
        return self.kept.get((repository_id, question))

    def awaited(self, repository_id: int, question: Question) -> bool:
        return any((repository, asked) == (repository_id, question) for repository, _, asked in self.waiting)

    def ask(self, target: Target, number: int, question: Question) -> None:
        self.waiting.append((target.repository_id, number, question))

    def work(self, answer: str) -> None:
        repository, _, question = self.waiting.pop()
        self.kept[repository, question] = answer


def reconciler(line: Line, desk: Desk) -> Reconciler:
    return Reconciler(
        **line.stored, forge=line.forge, assessor=line.assessor, clock=line.clock,
        configurations=line.reconciler._live.configurations,
        facts=(*LOOK, REVIEW), answers=desk, ask=desk.ask,
    )  # fmt: skip


def test_it_is_asked_once_and_its_answer_is_known_at_the_next_look(line: Line) -> None:
    desk = Desk()
    line.reconciler = reconciler(line, desk)
    pull = line.open(0.2)
    first, second = line.look(pull), line.look(pull)
    assert first is not None
    assert second is not None
    assert [action for action in first.actions if isinstance(action, Ask)] == [Ask(desk.waiting[0][2])]
    assert (len(desk.waiting), second.actions) == (1, ())
    look = Look(line.reconciler._live, line.world.target(line.home), pull.number, line.clock())
    assert look[REVIEW] == Unknown("its answer is still to come")
    desk.work("Looks careful.")
    again = Look(look.source, look.target, look.number, look.now)
    assert (again[REVIEW], again.questions) == ("Looks careful.", {})


def test_another_content_is_another_question(line: Line) -> None:
    desk = Desk()
    line.reconciler = reconciler(line, desk)
    pull = line.open(0.2)
    line.look(pull)
    desk.work("Looks careful.")
    line.world.push(line.home, pull, {"api/session.py": "def session():\n    return None\n"})
    line.look(pull)
    assert len(desk.waiting) == 1
    assert desk.waiting[0][2] not in {question for _, question in desk.kept}


def test_a_command_that_changes_what_is_known_asks_no_second_time(line: Line) -> None:
    desk = Desk()
    line.reconciler = reconciler(line, desk)
    line.window("red")
    pull = line.open(0.97)
    line.say(pull, "ana", "/chill justify security_fix It closes a hole")
    assert len(desk.waiting) == 1


def test_where_nobody_answers_nothing_is_asked(line: Line) -> None:
    line.reconciler = Reconciler(
        **line.stored, forge=line.forge, assessor=line.assessor, clock=line.clock,
        configurations=line.reconciler._live.configurations, facts=(*LOOK, REVIEW),
    )  # fmt: skip
    pull = line.open(0.2)
    decision = line.look(pull)
    assert decision is not None
    assert not [action for action in decision.actions if isinstance(action, Ask)]
