"""The static stage: a hazard sends a change to a person, and size does unless there is a proof."""

from dataclasses import replace

import pytest
from policy_world import TUESDAY, state

from bot.policy.candidate import Hazard, Inspection
from bot.policy.config import parse
from bot.policy.pull import Unknown
from bot.policy.radar.stage import PASSED, Answer, Candidate
from bot.policy.radar.stages import static

CONFIG = parse("version: 1\nauto_review:\n  mode: shadow\n  size: {files: 3, lines: 50}\n")
CALM = Inspection(hazards=(), hunks=(), files=2, lines=10, proven=False, percentile=0.02)


def judged(inspection: Inspection | Unknown) -> Answer:
    return static.judge(Candidate(replace(state(), inspection=inspection), CONFIG, TUESDAY))


def test_a_small_change_without_hazards_passes() -> None:
    assert judged(CALM) == PASSED


def test_contents_that_nobody_read_are_for_a_person() -> None:
    assert judged(Unknown("automatic review is off")).rule == "not_read"


@pytest.mark.parametrize(("files", "lines", "rule"), [(3, 50, ""), (4, 1, "size"), (1, 51, "size")])
def test_many_files_or_lines_are_for_a_person(files: int, lines: int, rule: str) -> None:
    assert judged(replace(CALM, files=files, lines=lines)).rule == rule


def test_only_a_proof_waives_size_and_it_waives_nothing_else() -> None:
    large = replace(CALM, files=900, lines=90_000)
    assert judged(replace(large, proven=True)) == PASSED
    assert judged(large).outcome == "person"
    told = judged(replace(large, proven=True, hazards=(Hazard("mode", "Its permissions change.", "a.sh"),)))
    assert (told.outcome, told.rule) == ("person", "mode")


def test_a_hazard_is_told_with_its_place_and_nothing_from_outside_leaves_its_code_span() -> None:
    hazard = Hazard("secret", "It adds what reads as a secret.", "a`@ben`.py", 7)
    assert judged(replace(CALM, hazards=(hazard,))) == Answer(
        "person", "secret", "It adds what reads as a secret (`a'@ben'.py`, line 7)."
    )
