"""Static rules: size, kinds of files, secrets, text that deceives, modes, dependencies."""

from bot.policy.candidate import Dependencies, Hazard, Inspection
from bot.policy.pull import Unknown
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person, waits
from bot.policy.text import words

MAJOR = "dependency_major"  # the one hazard that a setting lifts
YOUNG = "release_age"


def judge(candidate: Candidate) -> Answer:
    inspection = candidate.state.inspection
    if isinstance(inspection, Unknown):
        return person("not_read", "Its contents could not be inspected.")
    for hazard in inspection.hazards:
        if not _is_allowed(hazard, candidate):
            return person(hazard.rule, f"{hazard.words.rstrip('.')}{_place(hazard)}.")
    if inspection.dependencies is not None:
        answer = _packages(candidate, inspection.dependencies)
        if answer != PASSED:
            return answer
    return _size(candidate, inspection)


def _is_allowed(hazard: Hazard, candidate: Candidate) -> bool:
    return hazard.rule == MAJOR and candidate.config.auto_review.dependencies.majors == "allowed"


def _place(hazard: Hazard) -> str:
    line = f", line {hazard.line}" if hazard.line else ""
    return f" ({words.code(hazard.path)}{line})" if hazard.path else ""


def _packages(candidate: Candidate, packages: Dependencies) -> Answer:
    """Which packages are used is for sources of that kind to change, one that does nothing else, and never at once."""
    source, paths = candidate.source, candidate.state.paths
    if source is None or source.kind != "dependencies":
        return person("dependency_files", "It changes which packages are used, which is for sources of that kind.")
    if paths is None or not set(paths) <= set(packages.files):
        return person("dependency_mixed", "It changes which packages are used, and something else.")
    least = candidate.config.auto_review.dependencies.min_release_age
    known = candidate.state.released
    for bump in packages.bumps:
        if bump not in known:
            return person("release_age_unknown", f"Nobody knows when {words.code(bump.package)} was released.")
    ages = [(known[bump] + least, bump.package) for bump in packages.bumps]
    old_enough, package = max(ages, default=(candidate.now, ""))
    if old_enough <= candidate.now:
        return PASSED
    return waits(YOUNG, f"{words.code(package)} is not known to have been out for {least.days} days.", old_enough)


def _size(candidate: Candidate, inspection: Inspection) -> Answer:
    """The only rule that a proof waives, and nothing weaker than one."""
    most = candidate.config.auto_review.size
    if inspection.proven or (inspection.files <= most.files and inspection.lines <= most.lines):
        return PASSED
    counted = f"{inspection.files:,} files and {inspection.lines:,} lines"
    return person("size", f"It changes {counted}; at most {most.files:,} and {most.lines:,} pass without a proof.")


STAGE = Stage("static", "Does anything in it forbid it?", judge)
