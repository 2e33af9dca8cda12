"""The repository's configuration: its sections, what they say, where each value stands, and what is wrong with it."""

from bot.policy.config.auto_review import AutoReview, ChangeSource
from bot.policy.config.config import FILE, ORGANISATION_FILE, Config
from bot.policy.config.section import Shown, Source
from bot.policy.config.sections.escalation import REASONS, EscalationPolicy
from bot.policy.config.sections.freezes import LONGEST
from bot.policy.config.sections.gate import Gate
from bot.policy.config.sections.levels import LEVELS
from bot.policy.config.sections.mode import Mode
from bot.policy.config.table import ConfigError, merge, parse, settings

__all__ = [
    "FILE",
    "LEVELS",
    "LONGEST",
    "ORGANISATION_FILE",
    "REASONS",
    "AutoReview",
    "ChangeSource",
    "Config",
    "ConfigError",
    "EscalationPolicy",
    "Gate",
    "Mode",
    "Shown",
    "Source",
    "merge",
    "parse",
    "settings",
]
