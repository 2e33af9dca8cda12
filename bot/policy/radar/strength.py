"""How much automatic review may do with a change: the strictest of everything that has a say in it."""

from bot.policy.candidate import Trust
from bot.policy.config import Config
from bot.policy.config.auto_review import MODES, AutoMode, ChangeSource
from bot.policy.state import State


def mode(state: State, config: Config) -> AutoMode:
    """The repository's, its source's, and that of one that has earned no more yet. Unknown trust has earned none."""
    return min(_limits(state, config), key=MODES.index)


def _limits(state: State, config: Config) -> tuple[AutoMode, ...]:
    whole: AutoMode = "shadow" if config.mode == "shadow" else "enforce"
    return config.auto_review.mode_for(source_of(state, config)), whole, _earned(state)


def _earned(state: State) -> AutoMode:
    return "shadow" if not isinstance(state.trust, Trust) or state.trust.dial == "shadow" else "enforce"


def source_of(state: State, config: Config) -> ChangeSource | None:
    """By the name that it is trusted by; None: it is people's, or of no source that is known."""
    return config.auto_review.sources.get(state.trust.key.name) if isinstance(state.trust, Trust) else None
