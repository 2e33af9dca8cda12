"""Calendars at addresses: read by the clock, kept, and the last good copy used while an address gives none."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.config.addresses import Fetched, Unfetchable
from bot.policy.calendar.feed import Copy, check_feed
from bot.store import Feeds, KnownFeed

_log = structlog.get_logger(__name__)
OLD = timedelta(hours=1)  # a copy that could not be renewed for so long is called old: a host may restart


class Fetch(Protocol):
    def fetch(self, address: str, tag: str = "") -> Fetched:
        """Raises Unfetchable."""
        ...


class Nowhere:
    """The operator allows no address."""

    def fetch(self, address: str, tag: str = "") -> Fetched:
        raise Unfetchable("the operator of this server allows no calendars from addresses")


class Calendars:
    """What decisions use is what was kept; only an address that nobody ever asked for is asked at once."""

    def __init__(self, feeds: Feeds, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._feeds, self._fetch, self._clock = feeds, fetch, clock

    def copy(self, address: str) -> Copy:
        return copy_of(self._feeds.get(address) or self._renew(address, None))

    def refresh(self, named: Iterable[str]) -> frozenset[str]:
        """Ask every address again; returns those for which something changed. Others are forgotten."""
        wanted = frozenset(named)
        known = {feed.path: feed for feed in self._feeds.addresses()}
        for gone in known.keys() - wanted:
            self._feeds.forget(gone)
        return frozenset(one for one in sorted(wanted) if self._changes(one, known.get(one)))

    def _changes(self, address: str, before: KnownFeed | None) -> bool:
        after = self._renew(address, before)
        return before is None or copy_of(after) != copy_of(before)

    def _renew(self, address: str, before: KnownFeed | None) -> KnownFeed:
        now = self._clock()
        before = before or KnownFeed(address, None, None, now)
        try:
            after = _read(before, self._fetch.fetch(address, before.tag), now)
        except Unfetchable as error:
            after = replace(before, tried_at=now, error=str(error))
        if after.error:
            _log.warning("calendar.not_read", words=after.error, copy_of=before.good_at and before.good_at.isoformat())
        self._feeds.save(after)
        return after


def _read(before: KnownFeed, page: Fetched, now: datetime) -> KnownFeed:
    text = before.text if page.text is None else page.text
    wrong = "it is not there" if text is None else check_feed(text, now)
    if wrong is not None:  # what cannot be used does not take the place of what can
        return replace(before, tried_at=now, error=wrong)
    return KnownFeed(before.path, text, now, now, "", page.tag)


def copy_of(feed: KnownFeed) -> Copy:
    """How a feed counts: renewed lately, old, or never read."""
    if not feed.error:
        return Copy(feed.text)
    if feed.text is None or feed.good_at is None:
        return Copy(None, feed.error)
    old = feed.tried_at - feed.good_at >= OLD
    return Copy(feed.text, feed.error, feed.good_at) if old else Copy(feed.text)
