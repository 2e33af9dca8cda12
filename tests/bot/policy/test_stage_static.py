"""The static stage: a hazard sends a change to a person, and size does unless there is a proof."""

from dataclasses import replace
from datetime import timedelta

import pytest
from policy_world import TUESDAY, state

from bot.policy.candidate import Bump, Dependencies, Hazard, Inspection, SourceKey, Trust
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


BUMP = Bump("npm", "ky", "1.2.0", "1.3.0")
PACKAGES = replace(CALM, dependencies=Dependencies(("package.json", "package-lock.json"), (BUMP,)))


def of_packages(
    age: timedelta | None = timedelta(days=8), source: str = "renovate", inspection: Inspection = PACKAGES,
    paths: tuple[str, ...] = ("package.json", "package-lock.json"), more: str = "",
) -> Answer:  # fmt: skip
    sources = "  sources: {renovate: {like: renovate}, tidy: {account: 5, branch: 'x/*', kind: codemod}}\n"
    config = parse(f"version: 1\nauto_review:\n  mode: shadow\n{sources}{more}")
    known = replace(
        state(paths=paths), inspection=inspection, trust=Trust(SourceKey(1, 7, source)),
        released={} if age is None else {BUMP: TUESDAY - age},
    )  # fmt: skip
    return static.judge(Candidate(known, config, TUESDAY))


def test_a_bump_of_a_source_of_dependencies_passes_once_the_release_is_old_enough() -> None:
    assert of_packages() == PASSED
    assert of_packages(timedelta(days=7)) == PASSED
    assert of_packages(timedelta(days=7) - timedelta(seconds=1)).rule == "release_age"
    assert of_packages(timedelta(days=9), more="  dependencies: {min_release_age: 10d}\n").rule == "release_age"


def test_a_release_that_is_too_young_waits_for_the_moment_at_which_it_is_old_enough() -> None:
    young = of_packages(timedelta(days=2))
    assert (young.outcome, young.until) == ("waits", TUESDAY + timedelta(days=5))
    assert of_packages(None).outcome == "person"


def test_a_release_of_unknown_age_is_for_a_person() -> None:
    assert of_packages(None).rule == "release_age_unknown"


@pytest.mark.parametrize("source", ["people", "tidy", "unknown"])
def test_packages_are_for_sources_of_that_kind_alone(source: str) -> None:
    assert of_packages(source=source).rule == "dependency_files"


@pytest.mark.parametrize("paths", [("package.json", "a.js"), Unknown("it is large")])
def test_packages_and_something_else_are_for_a_person(paths: tuple[str, ...] | Unknown) -> None:
    assert of_packages(paths=paths).rule == "dependency_mixed"  # type: ignore[arg-type]


def test_a_major_step_is_for_a_person_unless_the_file_allows_it() -> None:
    major = replace(PACKAGES, hazards=(Hazard("dependency_major", "It may break.", "package.json"),))
    assert of_packages(inspection=major).rule == "dependency_major"
    allowed = "  dependencies: {majors: allowed}\n"
    assert of_packages(inspection=major, more=allowed) == PASSED
    worse = replace(major, hazards=(*major.hazards, Hazard("dependency_new", "It comes.", "package.json")))
    assert of_packages(inspection=worse, more=allowed).rule == "dependency_new"
