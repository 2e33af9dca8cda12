"""What reviewers say: the deterministic one has to know every hunk; a language model may veto or confirm."""

from bot.policy.radar.stage import Answer, Candidate, Stage, person


def judge(candidate: Candidate) -> Answer:
    return person("not_known", "Nobody can tell yet.")


STAGE = Stage("review", "Is every hunk of it safe?", judge)
