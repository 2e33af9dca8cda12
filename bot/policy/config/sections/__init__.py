"""The table of sections, in the order of the file. A section is one module here and one row."""

from typing import Any

from bot.policy.config.section import Section
from bot.policy.config.sections import (
    auto_review,
    critical,
    critical_from,
    difftest,
    escalation,
    exempt,
    freezes,
    frozen_paths,
    gate,
    incidents,
    levels,
    mode,
    notice,
    notices,
    timezone,
    windows,
)

SECTIONS: tuple[Section[Any, Any], ...] = (
    mode.SECTION,
    timezone.SECTION,
    levels.SECTION,
    windows.SECTION,
    notice.SECTION,
    gate.SECTION,
    exempt.SECTION,
    escalation.SECTION,
    freezes.SECTION,
    incidents.SECTION,
    notices.SECTION,
    critical.SECTION,
    critical_from.SECTION,
    frozen_paths.SECTION,
    auto_review.SECTION,
    difftest.SECTION,
)
