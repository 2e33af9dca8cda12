"""Whether its source has room today. Asked last: what is beyond the cap waits for the next day and nothing else."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.policy.candidate import Trust
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person, waits
from bot.policy.text.words import code


def judge(candidate: Candidate) -> Answer:
    trust, source = candidate.state.trust, candidate.source
    if not isinstance(trust, Trust):
        return person("trust_unknown", f"It is not known how far this change may be trusted: {code(trust.why)}.")
    landed = trust.track.landed_today
    if source is None or landed < source.daily_limit:
        return PASSED
    why = f"{landed} changes of {code(source.name)} landed by themselves today, as many as may."
    return waits("daily_limit", why, _tomorrow(candidate.now, candidate.config.timezone))


def _tomorrow(now: datetime, zone: str) -> datetime:
    """When the next day of the configuration's time zone begins."""
    here = now.astimezone(ZoneInfo(zone))
    return datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)


STAGE = Stage("room", "Has its source room today?", judge)
