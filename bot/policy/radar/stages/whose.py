"""Whose change it is: a person's, or that of a source of automated changes which the configuration names."""

from bot.policy.radar.stage import Answer, Candidate, Stage, person


def judge(candidate: Candidate) -> Answer:
    return person("not_known", "Nobody can tell yet.")


STAGE = Stage("whose", "Whose change is it?", judge)
