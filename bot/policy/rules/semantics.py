"""What is proven to change no behaviour is never gated."""

from datetime import datetime

from bot.policy.config import Config
from bot.policy.opinion import Opinion
from bot.policy.state import State

NAME = "semantics"


def opine(state: State, config: Config, now: datetime) -> Opinion:
    """Proofs only: strong evidence and heuristics inform people, they lift nothing."""
    proof = state.risk.proof if state.risk else None
    if proof is None or proof.level != "P":
        return Opinion(NAME)
    return Opinion(NAME, words=f"Proven harmless ({proof.kind}), and so never held: {proof.words}", proven=True)
