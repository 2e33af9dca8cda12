"""Whether a change may be considered at all: gates of its source, caps, denials, paths that are never automated."""

from bot.policy.radar.stage import Answer, Candidate, Stage, person


def judge(candidate: Candidate) -> Answer:
    return person("not_known", "Nobody can tell yet.")


STAGE = Stage("eligible", "May it be considered?", judge)
