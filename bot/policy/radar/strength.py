"""How much automatic review may do with a change: the strictest of everything that has a say in it."""

from bot.policy.candidate import Trust
from bot.policy.config import Config
from bot.policy.config.auto_review import MODES, AutoMode
from bot.policy.state import State


def mode(state: State, config: Config) -> AutoMode:
    """The repository's, its source's, and that of a source which has not earned more yet. Unknown trust earns none."""
    return min(_limits(state, config), key=MODES.index)


def _limits(state: State, config: Config) -> tuple[AutoMode, ...]:
    whole: AutoMode = "shadow" if config.mode == "shadow" else "enforce"
    return config.auto_review.mode_for(None), whole, *((_earned(state),) if state.pull.author.bot else ())


def _earned(state: State) -> AutoMode:
    return "shadow" if not isinstance(state.trust, Trust) or state.trust.dial == "shadow" else "enforce"
