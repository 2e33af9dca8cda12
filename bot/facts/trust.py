"""How far the source of a change may be trusted: its standing, its track in the days that count, and what landed today.

A source that an organisation's file names is trusted in the whole organisation, one of a repository's own file there.
"""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.facts.configuration import CONFIGURATION
from bot.facts.content import CONTENT
from bot.facts.fact import Fact, Live, Look
from bot.facts.origin import ORIGIN
from bot.facts.pull import PULL, TARGET
from bot.policy.candidate import PEOPLE, SourceKey, Trust
from bot.policy.config import Config
from bot.policy.content import Content
from bot.policy.pull import PullRequest, Unknown
from bot.policy.radar.dial import key_of
from bot.policy.radar.sources import recognised


def _trust(live: Live, look: Look) -> Trust | Unknown:
    config, pull = look[CONFIGURATION].config, look[PULL]
    if not config.auto_review.on:
        return Unknown("automatic review is off")
    key = _key(look, config, pull)
    if key is None:
        return Unknown("no source of the configuration is known by this change")
    content = look[CONTENT]
    paths = content.paths if isinstance(content, Content) else ()
    day, store = f"{look.now.astimezone(ZoneInfo(config.timezone)):%Y-%m-%d}", live.store
    here, standing = (look.target.repository_id, look.number), store.sources.get(key)
    track = store.sourced.track(key, look.now - timedelta(days=config.auto_review.gates.days), day)
    return Trust(
        key=key,
        track=replace(track, landed_today=track.landed_today - store.slots.has(*here, day)),  # others only
        dial=standing.dial,
        since=standing.since,
        # what an organisation denies is denied in each of its repositories, whatever their files make of the name
        denied=standing.denied or store.sources.get(replace(key, repository=0)).denied,
        stopped=store.sources.get(key.everything).denied,
        churn=store.slots.churn(key.organisation, day, pull.author.id, *here, paths),
        overdue=store.deferred_reviews.overdue_for(here[0], pull.author.id, pull.asked, look.now),
        noted=store.sourced.key_of(*here) is not None,
        rejected=store.sourced.is_rejected(*here),
    )


def _key(look: Look, config: Config, pull: PullRequest) -> SourceKey | None:
    target = look[TARGET]
    if not pull.author.bot:
        return SourceKey(target.installation_id, target.repository_id, PEOPLE)
    source = recognised(pull, look[ORIGIN], config.auto_review)
    return None if source is None else key_of(config, source.name, target.installation_id, target.repository_id)


def _nobody() -> Unknown:
    return Unknown("nobody looked")


TRUST = Fact("trust", _trust, _nobody, needs=(PULL, TARGET, CONFIGURATION, ORIGIN, CONTENT))
