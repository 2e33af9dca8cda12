"""What a repository says of differences between two builds, and what its organisation holds it to."""

from datetime import timedelta

import pytest

from bot.policy.config import ConfigError, merge, parse, settings
from bot.policy.config.difftest import Difftest, Team, strictest
from scoring.difftest.automation import Bars
from scoring.difftest.changes import Tolerance
from scoring.difftest.record import CATEGORIES
from scoring.difftest.settings import TeamSettings

FULL = """version: 1
difftest:
  teams:
    pay:
      expected: ["src/**"]
      carried: 95%
      measured: 99%
      unordered: [body.items, body.tags]
      numbers: {body.ms: 50%, body.kb: 10%}
      categories: [Billing]
      lends: [search, web]
  labels: true
  keep: 30d
"""
FLOOR = "floor: [difftest]\n"


def difftest(text: str) -> Difftest:
    return parse(text).difftest


def test_a_team_says_what_may_differ_how_sure_noise_has_to_be_and_what_is_expected() -> None:
    expected = TeamSettings(
        ("Billing",),
        Tolerance(frozenset({"body.items", "body.tags"}), {"body.ms": 0.5, "body.kb": 0.1}),
        Bars(0.95, 0.99),
        ("search", "web"),
    )
    assert difftest(FULL) == Difftest({"pay": Team(expected, ("src/**",))}, True, timedelta(days=30))
    plain = difftest("version: 1\ndifftest: {teams: {pay: {carried: never}}}\n")
    assert plain == Difftest({"pay": Team(TeamSettings(CATEGORIES, bars=Bars(None, None)))})
    assert difftest("version: 1\n") == Difftest({}, False, timedelta(days=366))


def test_a_shelf_is_handed_the_settings_of_each_team_and_what_is_in_force_is_shown() -> None:
    config = parse(FULL)
    assert config.difftest.settings() == {"pay": config.difftest.teams["pay"].settings}
    shown = {each.key: each.value for each in settings(config) if each.key.startswith("difftest.")}
    assert {key.removeprefix("difftest.teams.pay."): value for key, value in shown.items()} == {
        "expected": "src/**", "carried": "95%", "measured": "99%", "unordered": "body.items, body.tags",
        "numbers": "body.ms by 0.5, body.kb by 0.1", "categories": "Billing", "lends": "search, web",
        "difftest.labels": "true", "difftest.keep": "720h",
    }  # fmt: skip
    never = parse("version: 1\ndifftest: {teams: {pay: {carried: never}}}\n")
    plain = {each.key: each.value for each in settings(never)}
    assert (plain["difftest.teams.pay.carried"], plain["difftest.labels"]) == ("never", "false")
    assert "difftest.teams.pay.categories" not in plain


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("teams: {pay: {carried: 40%}}", 'noise needs a confidence from 50% on, or "never"'),
        ("teams: {pay: {carryed: 95%}}", "did you mean carried"),
        ("keep: 4000d", "difftest.keep: .* at most 366d"),
        ("labels: perhaps", '"perhaps" is neither true nor false'),
    ],
)
def test_what_makes_no_sense_is_said_at_its_line(written: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse(f"version: 1\ndifftest: {{{written}}}\n")


def test_an_organisations_floor_can_only_be_tightened() -> None:
    organisation = parse(FULL + FLOOR)
    looser = """version: 1
difftest:
  teams:
    pay:
      carried: 60%
      measured: 60%
      unordered: [body.items, body.secret]
      numbers: {body.ms: 90%, body.x: 50%}
      lends: [web, all]
    own: {carried: 80%}
  labels: true
  keep: 90d
"""
    held = merge(organisation, parse(looser, under=organisation))
    team = held.difftest.teams["pay"]
    assert team.settings.bars == Bars(0.95, 0.99)
    assert team.settings.tolerance == Tolerance(frozenset({"body.items"}), {"body.ms": 0.5})
    assert (team.expected, team.settings.lends) == (("src/**",), ("web",))
    assert (held.difftest.labels, held.difftest.keep) == (True, timedelta(days=30))
    assert held.difftest.teams["own"].settings.bars.carried == 0.8
    stricter = "version: 1\ndifftest: {teams: {pay: {carried: never}}, labels: false, keep: 7d}\n"
    tightened = merge(organisation, parse(stricter, under=organisation)).difftest
    assert tightened.teams["pay"].settings.bars == Bars(None, None)
    assert (tightened.labels, tightened.keep) == (False, timedelta(days=7))


def test_of_several_branches_the_strictest_holds_and_one_that_says_nothing_does_not_matter() -> None:
    loose = difftest("version: 1\ndifftest: {teams: {pay: {carried: 60%, unordered: [body.a]}}, labels: true}\n")
    strict = difftest("version: 1\ndifftest: {teams: {pay: {carried: 90%}, web: {expected: ['**']}}, keep: 9d}\n")
    together = strictest([loose, Difftest(), strict])
    assert together.teams["pay"].settings == TeamSettings(CATEGORIES, bars=Bars(0.9, None))
    assert (together.teams["web"].expected, together.labels, together.keep) == (("**",), False, timedelta(days=9))
    assert strictest([Difftest()]) == Difftest()
