"""The sources of automated changes in a history: those a configuration names, or else each program that wrote some."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.backtest.auto_review.pulls import Arrival
from bot.policy.candidate import PEOPLE
from bot.policy.config import Config
from bot.policy.config.auto_review import AutoReview, Bots, ChangeSource, People, Threshold
from bot.policy.config.known_sources import KNOWN
from bot.policy.pull import Person

FEW = 10  # changes below which a program of a history is no source: nothing can be said of it


def registered(config: Config, arrivals: Iterable[Arrival]) -> Config:
    """The same configuration with automatic review on. One that names no sources gets those of the history."""
    policy = config.auto_review if config.auto_review.on else AutoReview()
    sources = policy.sources or seen(arrivals)
    return replace(config, auto_review=replace(policy, mode="enforce", sources=sources))


def seen(arrivals: Iterable[Arrival]) -> Mapping[str, ChangeSource]:
    """A source for each program that brought enough: as it is known by its account, others as codemods."""
    counted = Counter(arrival.author.id for arrival in arrivals if arrival.author.bot)
    logins = {arrival.author.id: arrival.author for arrival in arrivals if arrival.author.bot}
    sources = (_source(logins[account]) for account, count in counted.most_common() if count >= FEW)
    return {source.name: source for source in sources}


def _source(author: Person) -> ChangeSource:
    known = next(((name, each) for name, each in KNOWN.items() if each.account == author.id), None)
    if known:
        name, entry = known
        return ChangeSource(name, author.id, entry.kind, entry.branches)
    name = re.sub(r"[^a-z0-9]+", "-", author.login.lower().removesuffix("[bot]")).strip("-") or f"account-{author.id}"
    return ChangeSource(name, author.id, "dependencies" if _BUMPS.search(name) else "codemod")


_BUMPS = re.compile(r"dependabot|renovate|pyup|greenkeeper|snyk|depfu|roller|updater|angular-robot")


def source_of(arrival: Arrival, config: Config) -> ChangeSource | None:
    """Which source an arrival claims to be; whether it is, the funnel says. None: people's, or of nobody known."""
    claimed = (source for source in config.auto_review.sources.values() if source.account == arrival.author.id)
    return next(claimed, None)


def trusted_as(arrival: Arrival, source: ChangeSource | None) -> str:
    return source.name if source else PEOPLE if not arrival.author.bot else arrival.author.login


def branch_of(arrival: Arrival, source: ChangeSource | None) -> str:
    """Its branch; of one that git does not tell, the usual one of the source."""
    if arrival.branch or source is None or not source.branches:
        return arrival.branch or "a-branch"
    return re.sub(r"\*+", "x", source.branches[0])


def at_threshold(config: Config, threshold: Threshold) -> Config:
    """The same with one threshold for everybody."""
    bots = Bots(threshold, threshold, bypass_risk=config.auto_review.bots.bypass_risk)
    people: People = replace(config.auto_review.people, mode="enforce", verification=threshold, approval=threshold)
    sources = {name: replace(each, threshold=None) for name, each in config.auto_review.sources.items()}
    return replace(config, auto_review=replace(config.auto_review, bots=bots, people=people, sources=sources))
