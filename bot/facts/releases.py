"""Since when the versions that a change takes are known to be out.

Nobody is asked for it: a version is at least as old as the first moment at which we saw a change that takes it, with
the very same contents. An operator who has a source of release dates that may be trusted gives it to `Live`.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.facts.content import CONTENT
from bot.facts.fact import Fact, Live, Look
from bot.facts.inspection import INSPECTION
from bot.policy.candidate import Bump, Inspection
from bot.policy.content import Content


def _read(live: Live, look: Look) -> Mapping[Bump, datetime]:
    inspection = look[INSPECTION]
    if not isinstance(inspection, Inspection) or inspection.dependencies is None:
        return {}
    content = look[CONTENT]
    seen = live.store.contents.first(look.target.repository_id, content.name) if isinstance(content, Content) else None
    known = {}
    for bump in inspection.dependencies.bumps:
        published = live.releases.released(bump) if live.releases is not None else None
        moments = [moment for moment in (seen, published) if moment is not None]
        if moments:
            known[bump] = min(moments)
    return known


RELEASED = Fact("released", _read, dict[Bump, datetime], needs=(CONTENT, INSPECTION))
