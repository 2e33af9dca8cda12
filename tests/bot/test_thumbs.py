"""Thumbs on our comment are asked for, since no webhook tells of them: on the real line, within the limits."""

import json
from datetime import timedelta

from click.testing import CliRunner

from bot.clock.thumbs import AGAIN, MOST, Thumbs
from bot.commands.feedback import feedback
from bot.forge.github.forge import GitHubForge
from bot.jobs.kinds import REACTIONS
from bot.line.render import Markdown
from tests.bot.conftest import Place


def poll(place: Place, hours: float = 0.0) -> int:
    box, app = place.stage.sandbox, place.stage.app
    now = app.clock() + timedelta(hours=hours)
    forge = GitHubForge(app_id=box.app_id, private_key=box.private_key_pem, api=box.api, words=Markdown())
    return Thumbs(forge=forge, reactions=app.store.reactions, clock=lambda: now).poll()


def kept(place: Place) -> list[tuple[str, bool, str]]:
    repository = place.stage.sandbox.repository(place.name).id
    return [(each.by.login, each.useful, each.source) for each in place.stage.app.store.feedback.all(repository)]


def test_a_thumb_of_whoever_may_judge_is_kept_with_score_and_features_and_exported(place: Place) -> None:
    people = place.stage.sandbox
    people.add_person("stranger")
    people.grant(place.name, "stranger", "read")
    place.window("red")
    number = place.open(place.large())
    poll(place)
    assert kept(place) == []
    (card,) = place.ours(number)
    people.react(place.name, card.id, people.author, "+1")
    people.react(place.name, card.id, people.reviewer, "-1")
    people.react(place.name, card.id, people.reviewer, "heart")
    people.react(place.name, card.id, "stranger", "-1")
    assert poll(place) == 0  # it was asked about a moment ago
    assert poll(place, hours=3) == 2
    assert sorted(kept(place)) == [(people.author, True, "reaction"), (people.reviewer, False, "reaction")]
    database = str(place.stage.app.store.engine.url.database)
    repository = str(people.repository(place.name).id)
    done = CliRunner().invoke(feedback, ["export", "--database", database, "--repository", repository])
    lines = [json.loads(line) for line in done.output.splitlines()]
    assert {line["by"]["login"]: line["useful"] for line in lines} == {people.author: True, people.reviewer: False}
    assert all(0 <= line["assessment"]["percentile"] <= 1 and line["assessment"]["features"] for line in lines)


def test_a_thumb_on_a_landed_change_still_counts_and_one_taken_back_does_not(place: Place) -> None:
    people = place.stage.sandbox
    number = place.open(place.large())
    (card,) = place.ours(number)
    people.close(place.name, number, people.author)
    place.stage.settle()
    given = people.react(place.name, card.id, people.author, "-1")
    poll(place, hours=6)
    assert kept(place) == [(people.author, False, "reaction")]
    card.reactions.remove(given)
    poll(place, hours=9)
    assert kept(place) == []


def test_one_turn_asks_for_few_and_one_that_cannot_be_asked_about_does_not_hold_up_the_others(place: Place) -> None:
    people = place.stage.sandbox
    place.window("red")
    lost, found = place.open(place.large(), "One"), place.open(place.change("a.py", b"x = 1\n", place.large()), "Two")
    (card,) = place.ours(found)
    people.react(place.name, card.id, people.author, "+1")
    people.faults.answer(404, times=2, method="GET", path=f"/{place.name}/issues/{lost}/comments$")
    assert poll(place, hours=12) == 1
    assert kept(place) == [(people.author, True, "reaction")]
    turn = REACTIONS.every
    assert turn is not None
    assert MOST * (timedelta(hours=1) / turn) <= 250  # of 5,000 requests an hour
    assert turn < AGAIN
