"""Static rules: size, kinds of files, secrets, text that deceives, modes, dependencies."""

from bot.policy.radar.stage import Answer, Candidate, Stage, person


def judge(candidate: Candidate) -> Answer:
    return person("not_known", "Nobody can tell yet.")


STAGE = Stage("static", "Does anything in it forbid it?", judge)
