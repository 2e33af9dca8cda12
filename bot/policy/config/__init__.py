"""The repository's configuration: its shape, what it says, where each value stands, and what is wrong with it."""

from bot.policy.config.config import (
    FILE,
    LEVELS,
    LONGEST,
    REASONS,
    Config,
    ConfigError,
    CriticalFrom,
    EscalationPolicy,
    Gate,
    Mode,
    Source,
    parse,
)

__all__ = [
    "FILE",
    "LEVELS",
    "LONGEST",
    "REASONS",
    "Config",
    "ConfigError",
    "CriticalFrom",
    "EscalationPolicy",
    "Gate",
    "Mode",
    "Source",
    "parse",
]
