"""What a look costs and leaves behind: requests to the forge, scores made, records of the audit log."""

import json

import pytest

from bot.policy.state import Cause
from tests.fakes.line import Line


def bodies(line: Line) -> list[dict[str, object]]:
    return [json.loads(record.body) for record in line.records() if record.kind == "decision"]


def test_a_first_look_leaves_one_record_of_what_was_known_decided_and_done(line: Line) -> None:
    pull = line.held()
    (body,) = bodies(line)
    assert (body["verdict"], body["head_sha"], body["base_sha"]) == ("block", pull.head, line.home.branches["main"])
    assert [opinion["rule"] for opinion in body["opinions"] if opinion["verdict"] == "block"] == ["gate"]  # type: ignore[attr-defined, index]
    did = [(outcome["action"]["is"], outcome["words"]) for outcome in body["outcomes"]]  # type: ignore[attr-defined, index]
    assert did == [("SetCheck", "done"), ("PutComment", "done")]


@pytest.mark.parametrize("times", [1, 5])
def test_a_look_that_changes_nothing_leaves_no_record(line: Line, times: int) -> None:
    pull = line.held()
    before = line.records()
    for _ in range(times):
        line.look(pull)
    assert line.records() == before


def test_every_change_of_an_exception_is_a_record_with_who_and_why(line: Line) -> None:
    pull = line.held()
    line.say(pull, "ana", "/chill justify security_fix It leaks")
    line.say(pull, "mia", "/chill approve")
    line.say(pull, "mia", "/chill deny It broke")
    said = [json.loads(record.body) for record in line.records(pull) if record.kind == "escalation"]
    assert [each["escalation"]["state"] for each in said] == ["asked", "approved", "denied"]
    assert line.store.audit.verify() is None


@pytest.mark.parametrize(("cause", "words"), [("us", "the disk is full"), ("forge", "the forge did not answer")])
def test_what_was_given_up_is_recorded_with_its_reason(line: Line, cause: Cause, words: str) -> None:
    line.window()
    pull = line.open(0.97)
    line.give_up(pull, words, cause)
    assert bodies(line)[-1]["failure"] == {"is": "Failure", "words": words, "retry": True, "cause": cause}


def test_a_group_is_recorded_with_its_members(line: Line) -> None:
    pulls = [line.seen(0.1), line.seen(0.2)]
    line.queue(*pulls)
    (record,) = [record for record in line.records() if record.kind == "merge_group"]
    assert (json.loads(record.body)["pulls"], json.loads(record.body)["verdict"]) == ([1, 2], "pass")


def test_a_second_look_asks_the_forge_for_little_and_scores_nothing(line: Line) -> None:
    pull = line.held()
    line.forge.asked.clear()
    line.look(pull)
    assert line.forge.asked.count("pull") == 1
    assert [asked for asked in line.forge.asked if asked.startswith("perform")] == []
    assert len(line.forge.asked) <= 4, line.forge.asked
    assert line.assessor.scored == 1


def test_whose_word_counts_is_asked_only_of_whoever_spoke(line: Line) -> None:
    pull = line.held()
    line.forge.asked.clear()
    line.look(pull)
    assert "access" not in line.forge.asked
    line.say(pull, "ana", "/chill why")
    assert line.forge.asked.count("access") == 1


@pytest.mark.parametrize("many", [1, 3])
def test_a_score_is_made_once_for_each_head(line: Line, many: int) -> None:
    line.window()
    pull = line.seen(0.97)
    for _ in range(many):
        line.push(pull, 0.97)
        line.tick(pull)
    assert line.assessor.scored == many + 1
