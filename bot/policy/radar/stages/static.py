"""Static rules: size, kinds of files, secrets, text that deceives, modes, dependencies."""

from bot.policy.candidate import Inspection
from bot.policy.pull import Unknown
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person
from bot.policy.text import words


def judge(candidate: Candidate) -> Answer:
    inspection = candidate.state.inspection
    if isinstance(inspection, Unknown):
        return person("not_read", "Its contents could not be inspected.")
    for hazard in inspection.hazards:
        at = f" ({words.code(hazard.path)}{f', line {hazard.line}' if hazard.line else ''})" if hazard.path else ""
        return person(hazard.rule, f"{hazard.words.rstrip('.')}{at}.")
    return _size(candidate, inspection)


def _size(candidate: Candidate, inspection: Inspection) -> Answer:
    """The only rule that a proof waives, and nothing weaker than one."""
    most = candidate.config.auto_review.size
    if inspection.proven or (inspection.files <= most.files and inspection.lines <= most.lines):
        return PASSED
    counted = f"{inspection.files:,} files and {inspection.lines:,} lines"
    return person("size", f"It changes {counted}; at most {most.files:,} and {most.lines:,} pass without a proof.")


STAGE = Stage("static", "Does anything in it forbid it?", judge)
