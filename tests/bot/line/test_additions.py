"""What is added to a table of the policy is found everywhere: on the card, in answers, help and docs, in the audit.

Each test adds one in memory; CONTRIBUTING.md says what a real one touches.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

import pytest

from bot.policy import decide
from bot.policy.actions import Reply, SetCheck
from bot.policy.case import Case
from bot.policy.chat import commands
from bot.policy.chat.answers import Answer, Call
from bot.policy.chat.commands import COMMANDS, Command
from bot.policy.chat.permissions import manager
from bot.policy.config import Config
from bot.policy.events import Event
from bot.policy.opinion import Opinion, Verdict
from bot.policy.phases import Phase
from bot.policy.state import State
from bot.policy.views import Card
from tests.fakes.line import Line
from tests.fakes.world import Pull

HOUR = timedelta(hours=1)


def lunch(state: State, config: Config, now: datetime) -> Opinion:
    """Nobody lands between twelve and one."""
    if now.hour != 12:
        return Opinion("lunch")
    return Opinion("lunch", Verdict.BLOCK, "Everybody is at lunch.", now.replace(minute=0) + HOUR)


def audited(line: Line, pull: Pull) -> list[dict[str, Any]]:
    return [json.loads(record.body) for record in line.store.audit.records(line.home.id, pull.number)]


def test_a_rule_that_is_added_holds_is_named_is_lifted_and_is_audited(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "RULES", (*decide.RULES, lunch))
    line.configure("version: 1\nescalation: {managers: [mia]}\n")
    pull = line.open(0.2)
    line.look(pull)
    assert line.conclusion(pull) == "failure"
    assert line.card(pull).startswith("### Held until Fri 27 Nov 13:00 UTC · riskier than 20 of 100")
    assert "Everybody is at lunch." in line.card(pull)
    opinions = [opinion["rule"] for opinion in audited(line, pull)[-1]["opinions"]]
    assert opinions[-1] == "lunch"
    line.say(pull, "ben", "/chill why")
    assert "held by the rule `lunch`" in line.answer(pull)
    line.say(pull, "ana", "/chill justify data_loss It cannot wait")
    line.say(pull, "mia", "/chill approve")
    assert line.conclusion(pull) == "success"
    line.clock.forward(hours=1)
    line.tick(pull)
    assert line.conclusion(pull) == "success"


def test_a_response_that_is_added_is_heard_once_and_audited(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def greet(case: Case, event: Event | None) -> Iterable[Reply]:
        yield Reply("greeting", f"Welcome, number {case.pull.number}.")

    monkeypatch.setitem(cast(dict[str, Any], decide.RESPONSES), "greet", greet)
    pull = line.open(0.2)
    line.look(pull)
    line.look(pull)
    assert [body.splitlines()[0] for body in line.ours(pull)] == ["Welcome, number 1."]
    keys = [outcome["action"].get("key") for record in audited(line, pull) for outcome in record["outcomes"]]
    assert keys.count("greeting") == 1


def test_a_command_that_is_added_is_answered_offered_guarded_and_documented(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tea(case: Case, call: Call) -> Answer:
        return Answer(f"Tea for {call.by.login}, {call.rest}.")

    row = Command("tea <how>", "makes tea", "release managers", manager, tea, ("/chill tea with milk",))
    monkeypatch.setitem(cast(dict[str, Command], COMMANDS), "tea", row)
    line.configure("version: 1\nescalation: {managers: [mia]}\n")
    pull = line.open(0.2)
    for login, body, answer in (
        ("mia", "/chill tea with milk", "Tea for mia, with milk."),
        ("ben", "/chill tea", "Only `mia` can decide that."),
        ("ben", "/chill tee", "Did you mean `/chill tea`?"),
        ("ben", "/chill help", "| `/chill tea <how>` | makes tea | release managers |"),
    ):
        line.say(pull, login, body)
        assert answer in line.answer(pull)
    assert "| `/chill tea <how>` | makes tea | release managers |" in commands.markdown()
    assert "    /chill tea with milk" in commands.markdown()


def test_a_check_of_another_name_stands_beside_ours_and_is_set_once(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compare(case: Case, event: Event | None) -> Iterable[SetCheck]:
        yield SetCheck(case.pull.head_sha, "neutral", Card("quiet", "Nothing differs"), name="bench")

    monkeypatch.setitem(cast(dict[str, Any], decide.RESPONSES), "compare", compare)
    line.window("red")
    pull = line.open(0.97)
    line.look(pull)
    before = len(line.forge.done)
    line.look(pull)
    assert len(line.forge.done) == before
    assert sorted((run.name, run.conclusion) for run in line.home.runs) == [
        ("bench", "neutral"),
        ("codechill", "failure"),
    ]


def test_an_action_that_nothing_handles_is_an_error_and_never_called_done(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass(frozen=True, slots=True)
    class Merge:
        phase: ClassVar[Phase] = Phase.KEPT

        def holds(self, state: State) -> bool:
            return False

    def land(case: Case, event: Event | None) -> Iterable[Any]:
        yield Merge()

    monkeypatch.setitem(cast(dict[str, Any], decide.RESPONSES), "land", land)
    pull = line.open(0.2)
    with pytest.raises(AssertionError, match="Merge"):
        line.look(pull)
    assert not [record for record in audited(line, pull) if "Merge" in str(record)]
