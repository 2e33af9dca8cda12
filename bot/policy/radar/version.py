"""What a decision rests on beside the facts: settings and program. Where either changes, nothing decided before counts.

Calendars stand apart: they change by the hour, and are looked at again whenever something is to land.
"""

import hashlib
from dataclasses import replace

from bot.plain import to_text
from bot.policy.calendar import Calendar
from bot.policy.config import Config


def policy(config: Config, program: str) -> str:
    """Sixteen hex digits."""
    of_calendars = replace(config, calendar=Calendar(), problems=(), notes=(), sources={}, file="")
    return hashlib.sha256(f"{program}\n{to_text(of_calendars)}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
