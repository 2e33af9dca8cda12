"""How risky it looks: among the safest share, as a whole and by each of its parts."""

from bot.policy.radar.stage import Answer, Candidate, Stage, person


def judge(candidate: Candidate) -> Answer:
    return person("not_known", "Nobody can tell yet.")


STAGE = Stage("risk", "Is it among the safest?", judge)
