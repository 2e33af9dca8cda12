"""The job that tells people: what is due, less what each channel was told, at hours that are not quiet."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.config.channels import Channels
from bot.jobs.kinds import Nothing
from bot.learning import weekly
from bot.notices.kinds import due
from bot.notices.notice import Notice
from bot.notices.readings import Here, Readings, Stored, read
from bot.notices.send import Sender, Unsent
from bot.notices.weekly import with_report
from bot.policy.config.sections.notices import NoticePolicy
from bot.store import KnownNotice

_log = structlog.get_logger(__name__)

MOST_A_DAY = 50  # of one repository over one channel
MOST_A_TURN = 40
DAY = timedelta(days=1)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60, 180))  # between two tries


@dataclass(frozen=True, slots=True)
class Post:
    """`take` is a handler of jobs. `base` is where pages are, `forge` the address of the forge that people open.
    What was sent and could not be remembered is sent again: at least once."""

    store: Stored
    weeks: weekly.Parts
    channels: Channels
    senders: Mapping[str, Sender]
    base: str
    forge: str
    clock: Callable[[], datetime]

    def take(self, _: Nothing) -> None:
        now = self.clock()
        if not self.channels.channel:
            return
        readings = read(self.store, self.base, now)
        notices = due(readings, now)
        known = self.store.notices.of({one.key for one in notices})
        today = dict(self.store.notices.since(now - DAY))
        broken: set[str] = set()
        sent = 0
        for notice, channel in routed(readings, notices, self.channels, now):
            before = known.get((notice.key, channel))
            if sent >= MOST_A_TURN or channel in broken or not _is_due(before, now):
                continue
            where = channel, notice.repository_id
            if before is None and today.get(where, 0) >= MOST_A_DAY:
                continue
            today[where] = today.get(where, 0) + (before is None)
            sent += 1
            if not self._send(self._whole(readings, notice, now), channel, before or _first(notice, channel, now), now):
                broken.add(channel)

    def _whole(self, readings: Readings, notice: Notice, now: datetime) -> Notice:
        """With what is long to read, which only what is sent needs."""
        here = next((one for one in readings.repositories if one.id == notice.repository_id), None)
        if notice.kind != "week" or here is None:
            return notice
        return with_report(notice, here, self.weeks, self.forge, now)

    def _send(self, notice: Notice, channel: str, before: KnownNotice, now: datetime) -> bool:
        tries = before.tries + 1
        try:
            self.senders[channel](notice, now)
        except Unsent as error:
            again = now + WAITS[tries - 1] if tries <= len(WAITS) else None
            self.store.notices.save(replace(before, tries=tries, next_at=again, error=str(error)))
            _log.warning("notice.not_sent", channel=channel, kind=notice.kind, words=str(error), tries=tries)
            return False
        self.store.notices.save(replace(before, tries=tries, next_at=None, sent_at=now, error=""))
        return True


def routed(
    readings: Readings, notices: tuple[Notice, ...], channels: Channels, now: datetime
) -> Iterator[tuple[Notice, str]]:
    """Each notice with the names of the channels that it goes to now."""
    heres = {one.id: one for one in readings.repositories}
    for notice in notices:
        here = heres.get(notice.repository_id)
        for name, channel in channels.channel.items():
            wanted = here is None or _wants(here, notice.kind, name, now)
            if wanted and channel.hears(notice.repository, private=notice.private):
                yield notice, name


def _wants(here: Here, kind: str, channel: str, now: datetime) -> bool:
    policy: NoticePolicy = here.config.notices
    quiet = policy.quiet is not None and policy.quiet.at(now.astimezone(ZoneInfo(here.config.timezone)))
    return channel in policy.channels_for(kind) and not quiet


def _is_due(before: KnownNotice | None, now: datetime) -> bool:
    """A time that no wait leads to was set by a clock that was ahead."""
    if before is None or before.next_at is None:
        return before is None
    return before.next_at <= now or before.next_at > now + max(WAITS)


def _first(notice: Notice, channel: str, now: datetime) -> KnownNotice:
    return KnownNotice(notice.key, channel, notice.repository_id, now, 0)
