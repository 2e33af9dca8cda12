"""The dial goes up one step when a record speaks for it and a person accepts, and down by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from policy_world import SATURDAY as NOW

from bot.policy.candidate import EVERYTHING, Dial, SourceKey, Track
from bot.policy.config import Config, merge, parse
from bot.policy.config.auto_review import Gates
from bot.policy.radar.dial import STEPS, Move, key_of, propose, settled, threshold_at

GATES = Gates()
TRACK = Track(landed=400, judged=400)
STEP = Track(landed=120, judged=120)


def move(dial: Dial, track: Track = TRACK, at_step: Track = STEP) -> Move:
    return propose(dial, track, at_step, GATES, "P50")


def test_radar_32_a_good_record_takes_a_source_from_shadow_to_p50_step_by_step() -> None:
    dial: Dial = "shadow"
    steps = [dial]
    while (proposed := move(dial)).direction == "up":
        dial = proposed.dial
        steps.append(dial)
    assert steps == list(STEPS) == ["shadow", "P5", "P10", "P20", "P25", "P50"]
    assert proposed == Move("stays", "P50", "The configuration allows no more than P50.")


@pytest.mark.parametrize(
    ("at_step", "direction"),
    [
        (Track(landed=99, judged=99), "stays"),  # too few at this step, whatever there was before
        (Track(landed=100, judged=100), "up"),
        (Track(landed=100, reverted=1, judged=100), "stays"),  # up to 4.4 %
        (Track(landed=200, reverted=1, judged=200), "up"),
        (Track(landed=20, reverted=1, judged=20), "stays"),  # one may be an accident
        (Track(landed=20, reverted=2, judged=20), "down"),
        (Track(landed=100, reverted=4, judged=100), "down"),
    ],
)
def test_radar_32_each_step_is_judged_by_what_landed_at_it_with_its_bound(at_step: Track, direction: str) -> None:
    assert move("P10", at_step=at_step).direction == direction


def test_radar_32_down_is_one_step_for_reverts_and_to_shadow_for_an_incident() -> None:
    assert move("P20", at_step=Track(landed=100, reverted=4)).dial == "P10"
    assert move("P20", replace(TRACK, reverted=20)).dial == "P10"
    assert move("P20", replace(TRACK, incidents=1)) == Move(
        "down", "shadow", "Its changes caused 1 incident in 60 days."
    )
    assert move("P5", at_step=Track(landed=100, reverted=4)).dial == "shadow"
    assert move("shadow", replace(TRACK, incidents=1)).direction == "stays"  # there is nothing below


def test_radar_32_out_of_shadow_leads_only_a_record_that_passes_every_gate() -> None:
    assert move("shadow", at_step=Track()) == Move("up", "P5", "400 changes landed, 0 of them were reverted.")
    assert move("shadow", Track(landed=99, judged=99)).direction == "stays"
    assert move("shadow", replace(TRACK, rejected=60)).direction == "stays"


def test_radar_15_allow_listed_sources_go_to_p50_and_others_to_p20() -> None:
    assert propose("P20", TRACK, STEP, GATES, "P50").dial == "P25"
    assert propose("P20", TRACK, STEP, GATES, "P20") == Move(
        "stays", "P20", "The configuration allows no more than P20."
    )
    assert [threshold_at(dial, "P20") for dial in STEPS] == ["P5", "P5", "P10", "P20", "P20", "P20"]


def test_people_take_the_first_step_without_a_record_and_every_other_by_what_landed_at_the_one_before() -> None:
    first = propose("shadow", Track(), Track(), GATES, "P10", people=True)
    assert first == Move("up", "P5", "What would land by itself is in the record; nothing did yet.")
    assert propose("P5", Track(landed=20), Track(landed=20), GATES, "P10", people=True).direction == "stays"
    assert propose("P5", STEP, STEP, GATES, "P10", people=True).dial == "P10"
    assert propose("P5", replace(STEP, incidents=1), STEP, GATES, "P10", people=True).dial == "shadow"


def test_a_landing_counts_for_a_step_when_it_had_a_week_to_go_wrong() -> None:
    assert NOW - settled(NOW) == timedelta(days=7)


def test_a_source_of_the_organisations_file_is_trusted_everywhere_and_a_repositorys_own_there() -> None:
    def named(name: str) -> str:
        return f"version: 1\nauto_review:\n  sources:\n    {name}: {{account: 9, kind: codemod}}\n"

    org = parse(named("tidy"), "codechill.yml")
    both = merge(org, parse(named("local"), under=org))
    assert key_of(both, "tidy", 70, 7) == key_of(org, "tidy", 70, 7) == SourceKey(70, 0, "tidy")
    assert key_of(both, "local", 70, 7) == SourceKey(70, 7, "local")
    changed = merge(org, parse(named("tidy").replace("9", "8"), under=org))
    assert key_of(changed, "tidy", 70, 7) == SourceKey(70, 7, "tidy")  # whose identity the repository says
    assert key_of(Config(), "tidy", 70, 7) == SourceKey(70, 7, "tidy")


def test_everything_that_lands_by_itself_in_an_organisation_has_one_key_whichever_source_it_is_asked_of() -> None:
    assert SourceKey(70, 7, "tidy").everything == SourceKey(70, 0, "bumps").everything == SourceKey(70, 0, EVERYTHING)
