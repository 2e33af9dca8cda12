"""The risk stage: the safest share passes, by the highest rank there is, and never what an open window holds back."""

from dataclasses import replace
from datetime import datetime
from math import inf, nan

import pytest
from policy_world import SATURDAY, TUESDAY, state

from bot.policy.candidate import Dial, Inspection, Pipeline, SourceKey, Trust
from bot.policy.config import Config, parse
from bot.policy.pull import Person, Unknown
from bot.policy.radar.funnel import run
from bot.policy.radar.stage import PASSED, Answer, Candidate
from bot.policy.radar.stages import risk

RENOVATE = Person(29139614, "renovate[bot]", bot=True)
CALM = Inspection(hazards=(), hunks=(), files=1, lines=1, proven=False, percentile=0.0)


def config(more: str = "", sources: str = "renovate: {like: renovate}") -> Config:
    weekend = "windows:\n  - {name: W, level: weekend, weekly: {from: 'Fri 17:00', to: 'Mon 08:00'}}\n"
    share = "levels: {weekend: 60%}\n"
    return parse(f"version: 1\n{share}{weekend}auto_review:\n  mode: enforce\n  sources: {{{sources}}}\n{more}")


def judged(
    of_whole: float | None, of_parts: float | None = 0.0, *, pipeline: Pipeline = "ace", dial: Dial = "P50",
    settings: Config | None = None, at: datetime = TUESDAY, bot: bool = True,
) -> Answer:  # fmt: skip
    author = RENOVATE if bot else Person(1, "ana")
    trust = Trust(SourceKey(1, 7, "renovate" if bot else "people"), dial=dial)
    known = replace(state(of_whole, author=author), trust=trust, inspection=replace(CALM, percentile=of_parts))
    return risk.judge(Candidate(known, settings or config(), at, pipeline))


@pytest.mark.parametrize(
    ("whole", "parts", "rule"),
    [(0.19, 0.0, ""), (0.0, 0.19, ""), (0.20, 0.0, "threshold"), (0.0, 0.20, "threshold"), (0.1, 0.9, "threshold")],
)
def test_the_highest_rank_of_whole_and_parts_has_to_be_below_the_threshold(
    whole: float, parts: float, rule: str
) -> None:
    assert judged(whole, parts).rule == rule


@pytest.mark.parametrize(
    ("whole", "parts"), [(None, 0.0), (0.0, None), (nan, 0.0), (0.0, nan), (-inf, 0.0), (0.0, -0.1)]
)
def test_a_missing_score_is_for_a_person(whole: float | None, parts: float | None) -> None:
    assert judged(whole, parts).rule == "no_score"


def test_contents_that_nobody_read_have_no_score() -> None:
    known = replace(state(0.0, author=RENOVATE), trust=Trust(SourceKey(1, 7, "renovate")), inspection=Unknown("off"))
    assert risk.judge(Candidate(known, config(), TUESDAY)).rule == "no_score"


@pytest.mark.parametrize(
    ("dial", "passes"), [("shadow", 0.04), ("P5", 0.04), ("P10", 0.09), ("P20", 0.19), ("P50", 0.19)]
)
def test_the_dial_lets_no_more_pass_than_it_has_come_to_and_no_more_than_is_configured(
    dial: Dial, passes: float
) -> None:
    assert judged(passes, dial=dial) == PASSED
    assert judged(passes + 0.02, dial=dial).rule == "threshold"


def test_an_allow_listed_source_passes_at_p30_and_another_does_not() -> None:
    listed = config(sources="renovate: {like: renovate, allowlisted: true}")
    assert judged(0.3, settings=listed) == PASSED
    assert judged(0.3).rule == "threshold"


@pytest.mark.parametrize(
    ("pipeline", "share", "rule"),
    [("verification", 0.09, ""), ("verification", 0.11, "threshold"), ("approval", 0.04, ""),
     ("approval", 0.09, "threshold"), ("ace", 0.0, "no_threshold")],
)  # fmt: skip
def test_people_pass_by_the_threshold_of_the_step(pipeline: Pipeline, share: float, rule: str) -> None:
    assert judged(share, pipeline=pipeline, bot=False).rule == rule


def test_without_deferred_reviews_only_the_stricter_threshold_counts() -> None:
    never = config("  people: {deferred_review: false}\n")
    assert judged(0.09, pipeline="verification", bot=False, settings=never).rule == "threshold"


@pytest.mark.parametrize("pipeline", ["verification", "approval"])
def test_a_bot_takes_no_way_of_peoples(pipeline: Pipeline) -> None:
    assert judged(0.0, pipeline=pipeline).rule == "no_threshold"


def test_who_is_trusted_by_nobody_has_no_threshold() -> None:
    known = replace(state(0.0, author=RENOVATE), inspection=CALM)
    assert risk.judge(Candidate(known, config(), TUESDAY)).rule == "no_threshold"


def test_what_an_open_window_holds_back_never_passes() -> None:
    listed = config(sources="renovate: {like: renovate, allowlisted: true}")
    assert judged(0.41, settings=listed) == PASSED
    assert judged(0.41, settings=listed, at=SATURDAY).rule == "held_back"
    assert judged(0.39, settings=listed, at=SATURDAY) == PASSED


def test_bypassing_risk_is_for_bots_only_is_said_and_lifts_no_window() -> None:
    bypassing = config("  bots: {bypass_risk: true}\n")
    told = judged(0.9, settings=bypassing)
    assert (told.outcome, told.rule) == ("passed", "bypass_risk")
    assert judged(0.9, settings=bypassing, at=SATURDAY).rule == "held_back"
    assert judged(None, settings=bypassing).rule == "no_score"
    assert judged(0.9, pipeline="approval", bot=False, settings=bypassing).rule == "threshold"


def test_the_record_of_a_change_says_that_its_risk_was_bypassed() -> None:
    trust = Trust(SourceKey(1, 7, "renovate"), dial="P50")
    known = replace(state(0.9, author=RENOVATE), trust=trust, inspection=CALM)
    passage = run(Candidate(known, config("  bots: {bypass_risk: true}\n"), TUESDAY), [risk.STAGE])
    assert (passage.stage, passage.passed) == ("risk", ("risk: bypass_risk",))
