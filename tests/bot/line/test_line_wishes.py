"""What people wished of automatic review in public, and how others abused theirs, where no other test shows it."""

from datetime import timedelta

import pytest

from bot.policy.candidate import PEOPLE, SourceKey, Waiting
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED, Stage, person
from tests.fakes.line import Line
from tests.fakes.world import INSTALLATION, Pull


@pytest.fixture(autouse=True)
def _open_funnel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "STAGES", (Stage("risk", "Is it among the safest?", lambda _: PASSED),))


def turned(line: Line, delay: str = "24h", more: str = "", names: tuple[str, ...] = (PEOPLE,)) -> None:
    line.configure(f"version: 1\nauto_review:\n  mode: enforce\n  landing_delay: {delay}\n{more}")
    for name in names:
        key = SourceKey(INSTALLATION, line.home.id, name)
        line.store.sources.turn(key, "P20", by="ops", because="it did well", at=line.clock.now)


def waiting(line: Line, pull: Pull) -> Waiting | None:
    return line.store.landing_queue.of(line.home.id, pull.number).waiting


def test_a_team_may_have_it_wait_for_minutes_in_place_of_hours(line: Line) -> None:
    turned(line, delay="10m")
    pull = line.seen(0.02)
    line.say(pull, "ana", "/chill ship")
    place = waiting(line, pull)
    assert place is not None
    assert place.land_after - place.since == timedelta(minutes=10)


def test_an_outsider_s_approval_answers_no_writer_s_no(line: Line) -> None:
    turned(line)
    pull = line.seen(0.02)
    line.say(pull, "ana", "/chill ship")
    line.review(pull, "ben", "changes_requested")
    line.review(pull, "eve", "approved")
    assert waiting(line, pull) is None


@pytest.mark.parametrize("words", ["All of it is resolved.", "/chill ship"])
def test_the_author_cannot_declare_a_writer_s_request_resolved(line: Line, words: str) -> None:
    turned(line)
    pull = line.seen(0.02)
    line.review(pull, "ben", "changes_requested")
    line.say(pull, "ana", words)
    assert waiting(line, pull) is None


def test_agents_may_be_left_to_people_while_deterministic_sources_land_by_themselves(line: Line) -> None:
    tidy, agent = line.world.bot("tidy[bot]"), line.world.bot("agent[bot]")
    sources = (
        f"  sources:\n    tidy: {{account: {tidy.id}, kind: codemod}}\n"
        f"    agent: {{account: {agent.id}, kind: agent, mode: suggest}}\n"
    )
    turned(line, more=sources, names=("tidy", "agent"))
    opened = {who.login: line.open(0.02, login=who.login) for who in (tidy, agent)}
    for pull in opened.values():
        line.look(pull)
    assert {login: waiting(line, pull) is not None for login, pull in opened.items()} == {
        "tidy[bot]": True, "agent[bot]": False,
    }  # fmt: skip


def test_a_change_that_stays_with_people_shows_them_its_risk_and_what_is_risky_about_it(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = Stage("risk", "Is it among the safest?", lambda _: person("threshold", "Riskier than others."))
    monkeypatch.setattr(funnel, "STAGES", (refusing,))
    turned(line)
    pull = line.seen(0.97)
    assert "riskier than 97 of 100 recent changes" in line.card(pull).lower()
    assert "Why it looks risky" in line.card(pull)
