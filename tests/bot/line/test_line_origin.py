"""Where a change comes from, on the line: asked once while automatic review is on, and never while it is off."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot.policy.candidate import Commit
from bot.policy.events import Changed
from bot.policy.pull import Person
from bot.policy.radar import funnel
from bot.policy.radar.stages import whose
from bot.store import SeenPush
from tests.fakes.line import Line
from tests.fakes.world import Pull

ON = "version: 1\nescalation: {managers: [mia]}\nauto_review: {mode: shadow}\n"


@pytest.fixture(autouse=True)
def whose_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "STAGES", (whose.STAGE,))


def asked(line: Line) -> int:
    """How often the forge was asked for the commits."""
    return line.forge.asked.count("commit_authors")


def decided(line: Line, pull: Pull) -> tuple[str, str]:
    row = line.store.passages.of(line.home.id, pull.number)[-1].decided
    return row.outcome, row.rule


def test_while_it_is_off_nothing_is_asked(line: Line) -> None:
    line.seen(0.02)
    assert asked(line) == 0


def test_closing_a_change_while_it_is_off_asks_for_nothing_else_and_writes_nothing_of_it(line: Line) -> None:
    pull = line.seen(0.02)
    pull.open = False
    line.forge.asked.clear()
    written: list[str] = []
    sa.event.listen(line.store.engine, "before_cursor_execute", lambda *seen: written.append(seen[2]))
    line.look(pull, Changed("closed", by=pull.author))
    assert line.forge.asked == ["pull"]
    changed = {statement.split()[2 if statement.startswith(("INSERT", "DELETE")) else 1] for statement in written
               if statement.startswith(("INSERT", "DELETE", "UPDATE"))}  # fmt: skip
    assert changed == {"pulls"}


def test_where_the_forge_does_not_tell_of_the_commits_only_automatic_review_does_without(line: Line) -> None:
    line.configure(ON)
    pull = line.open(0.02)
    line.forge.mute.add("commit_authors")
    line.look(pull)
    assert decided(line, pull) == ("person", "origin_unknown")
    assert line.check(pull).conclusion == "success"


def test_while_it_is_on_the_commits_are_asked_for_once_a_look(line: Line) -> None:
    line.configure(ON)
    pull = line.seen(0.02)
    assert (asked(line), decided(line, pull)) == (1, ("passed", ""))
    line.review(pull, "ben")  # whose hands it went through is read from the same answer
    assert asked(line) == 2


def test_a_commit_of_another_is_seen_at_the_next_look(line: Line) -> None:
    line.configure(ON)
    pull = line.seen(0.02)
    line.world.push(line.home, pull, {"api/more.py": "x = 1\n"}, "ben")
    line.assessor.believe(pull.head, 0.02)
    line.look(pull)
    assert decided(line, pull) == ("person", "other_author")


def test_a_commit_without_a_signature_is_for_a_person(line: Line) -> None:
    line.configure(ON)
    pull = line.open(0.02)
    line.world.odd[pull.head] = Commit(pull.head, pull.author, pull.author, verified=False)
    line.look(pull)
    assert decided(line, pull) == ("person", "unsigned")


def test_a_push_of_somebody_else_is_seen_where_a_delivery_told_of_it(line: Line) -> None:
    line.configure(ON)
    pull = line.open(0.02)
    line.store.pushes.saw(SeenPush(line.home.id, pull.head, line.world.person("ben").id, line.clock.now))
    line.look(pull)
    assert decided(line, pull) == ("person", "other_pusher")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"countless": True}, "origin_unknown"),
        ({"head_repository": 4}, "fork"),
        ({"association": "FIRST_TIME_CONTRIBUTOR"}, "outsider"),
        ({"author": Person(9, "odd[bot]", bot=True)}, "unknown_source"),
    ],
)
def test_what_the_forge_tells_of_it_decides(line: Line, change: dict[str, Any], rule: str) -> None:
    line.configure(ON)
    pull = line.open(0.02)
    for name, value in change.items():
        setattr(pull, name, value)
    line.look(pull)
    assert decided(line, pull)[1] == rule
