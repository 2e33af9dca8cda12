"""Whether a change may be considered at all: gates of its source, denials, paths that are never automated."""

from bot.policy.candidate import Pipeline, Trust
from bot.policy.config.auto_review import AutoReview, ChangeSource
from bot.policy.radar.flood import flood
from bot.policy.radar.gates import names_tests, shut
from bot.policy.radar.paths import sensitive, sox
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person
from bot.policy.text.words import code

SENSITIVE = "sensitive_path"  # of a change of a source it denies the source


def judge(candidate: Candidate) -> Answer:
    policy, trust = candidate.config.auto_review, candidate.state.trust
    if not policy.on:
        return person("off", "Automatic review is off here.")
    if not isinstance(trust, Trust):
        return person("trust_unknown", f"It is not known how far this change may be trusted: {code(trust.why)}.")
    if trust.stopped:
        return person("stopped", f"Nothing lands by itself in this organisation: {code(trust.stopped)}.")
    source = candidate.source
    return (
        _of_paths(candidate)
        or _of_source(source, trust, policy, candidate.pipeline)
        or _of_today(candidate, source, trust)
        or PASSED
    )


def _of_paths(candidate: Candidate) -> Answer | None:
    """Every path that comes, goes or changes is looked at: a file that moves away from a place is still there."""
    paths, config = candidate.state.paths, candidate.config
    if paths is None:
        return person("paths_unknown", "It is not known which files this changes.")
    by_law = sox(paths, config)
    if by_law is not None:
        return person("sox", f"Every change of {code(by_law)} has to be reviewed by a person, whatever is proved.")
    touched = sensitive(paths, config)
    if touched is not None:
        return person(SENSITIVE, f"It touches {code(touched[0])}, which is sensitive ({touched[1]}).")
    return None


def _of_source(source: ChangeSource | None, trust: Trust, policy: AutoReview, pipeline: Pipeline) -> Answer | None:
    if trust.denied:
        return person("denied", f"{code(trust.key.name)} is denied until a person lifts it: {code(trust.denied)}.")
    if source is None:
        return None if pipeline == "approval" else _of_people(trust)
    if source.name in policy.denied:
        return person("denied_by_file", f"The configuration denies {code(source.name)}.")
    if names_tests(source.name, policy.gates):
        return person("test_in_name", f"{code(source.name)} has `test` in its name.")
    for gate in shut(trust.track, policy.gates):
        return person(gate.rule, gate.why)
    return None


def _of_people(trust: Trust) -> Answer | None:
    if trust.overdue:
        return person("review_overdue", f"{trust.overdue} reviews that were put off are overdue: those come first.")
    return None


def _of_today(candidate: Candidate, source: ChangeSource | None, trust: Trust) -> Answer | None:
    over = flood(trust.churn, candidate.state.inspection, source, candidate.config.auto_review)
    return None if over is None else person(over.rule, over.why)


STAGE = Stage("eligible", "May it be considered?", judge)
