"""What was decided of a change, with everything that it rests on: a row of the ledger."""

import hashlib
from dataclasses import dataclass, replace

from bot.plain import to_text
from bot.policy.candidate import Pipeline
from bot.policy.config import Config
from bot.policy.config.auto_review import AutoMode
from bot.policy.radar.funnel import Passage
from bot.policy.radar.stage import Outcome
from bot.policy.radar.strength import mode, source_of
from bot.policy.radar.version import policy
from bot.policy.state import State


@dataclass(frozen=True, slots=True)
class Decided:
    head_sha: str
    base_sha: str
    base_ref: str
    diff: str  # name of its content; "": it is not known
    policy: str
    model: str  # that ranked it
    pipeline: Pipeline
    source: str  # "": a person's, or of no source that is known
    mode: AutoMode
    passed: tuple[str, ...]  # stages
    stage: str  # the one that ended it
    outcome: Outcome
    rule: str
    why: str

    @property
    def digest(self) -> str:
        """The same while nothing of it changes but the tip of its base."""
        return hashlib.sha256(to_text(replace(self, base_sha="")).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def decided(state: State, config: Config, passage: Passage) -> Decided:
    pull, answer, source = state.pull, passage.answer, source_of(state, config)
    return Decided(
        head_sha=pull.head_sha,
        base_sha=pull.base_sha,
        base_ref=pull.base_ref,
        diff=state.content_name or "",
        policy=policy(config, state.program),
        model=state.risk.model if state.risk else "",
        pipeline=passage.pipeline,
        source=source.name if source else "",
        mode=mode(state, config),
        passed=passage.passed,
        stage=passage.stage,
        outcome=answer.outcome,
        rule=answer.rule,
        why=answer.why,
    )
