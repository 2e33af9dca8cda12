"""The configuration in force for a base branch: read at its tip, never from a pull request.

Everything that it is made of is kept as text, so that the clock knows it too, at once after a restart.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot import store
from bot.config.calendars import Calendars, Nowhere, copy_of
from bot.config.files import Files
from bot.forge.port import Forge, ForgeError, Refused, Target
from bot.policy.calendar.feed import Copy
from bot.policy.config import FILE, ORGANISATION_FILE, Config, ConfigError, merge, parse
from bot.policy.config.freezes import joined
from bot.policy.state import ConfigProblem
from bot.store import Feeds, Freezes, KnownConfiguration, KnownFeed

ORGANISATION = "//organisation"  # where its last valid text is kept: no branch can be named so
NO_FILE = ""  # kept as the text of a branch that has none
Problems = tuple[ConfigProblem, ...]
Read = Callable[[str], Copy]


class Configurations:
    """The organisation's default under the repository's file, with calendars and freezes started by hand joined in.

    The last valid text of each branch is kept, so that a broken file does not change what is held.
    """

    def __init__(
        self,
        forge: Forge,
        texts: store.Configurations,
        feeds: Feeds,
        freezes: Freezes,
        clock: Callable[[], datetime],
        calendars: Calendars | None = None,
    ) -> None:
        self._files = Files(forge)
        self._forge, self._kept_texts, self._feeds, self._freezes, self._clock = forge, texts, feeds, freezes, clock
        self._calendars = calendars or Calendars(feeds, Nowhere(), clock)

    def proposed(self, target: Target, head_sha: str) -> tuple[Config | None, Problems]:
        """What a pull request would put in the place of the repository's file; None when it would be refused."""
        default, _ = self._organisation(target)
        try:
            text = self._files.at(target, FILE, head_sha)
            self._kept_texts.propose(target.repository_id, head_sha, text or NO_FILE, at=self._clock())
            config = _parsed(text, default) if text is not None else default or Config.default()
        except Refused as error:
            return None, (ConfigProblem(FILE, None, None, str(error)),)
        except ConfigError as error:
            return None, error.problems
        now = self._clock()
        config = config.with_feeds({path: self._copy(target, path, head_sha) for path in config.feeds()}, now)
        return joined(config, self._freezes.of(target.repository_id, now)), ()

    def proposed_default(self, target: Target, head_sha: str) -> Problems:
        """What is wrong with an organisation's file as a pull request of its .github repository would have it."""
        try:
            text = self._files.at(target, ORGANISATION_FILE, head_sha)
            _read(text or "version: 1", ORGANISATION_FILE)
        except Refused as error:
            return (ConfigProblem(ORGANISATION_FILE, None, None, str(error)),)
        except ConfigError as error:
            return error.problems
        return ()

    def of(self, target: Target, base_sha: str, base_ref: str) -> tuple[Config, Problems]:
        """The configuration and what is wrong with the files as they now are. Raises ForgeError."""
        default, wrong = self._organisation(target)
        config, problems = self._repository(target, base_sha, base_ref, default)
        now = self._clock()
        copies = {path: self._kept(target, path, base_sha, base_ref) for path in config.feeds()}
        config = config.with_feeds(copies, now)
        return joined(config, self._freezes.of(target.repository_id, now)), (*wrong, *problems)

    def _organisation(self, target: Target) -> tuple[Config | None, Problems]:
        owner, _, name = target.full_name.partition("/")
        home = Target(target.installation_id, 0, f"{owner}/.github")
        try:
            text = None if name == ".github" else self._forge.file(home, ORGANISATION_FILE, "HEAD")
        except ForgeError:
            text = None  # the App is not installed on it: there is no default
        file = f"{owner}/.github:{ORGANISATION_FILE}"
        last = self._last(target, ORGANISATION)
        try:
            default = None if text is None else _read(text, file)
        except ConfigError as error:
            last_good = _readable(last, file) if last else None
            return last_good, tuple(replace(each, last_good=last_good is not None) for each in error.problems)
        self._keep(target, ORGANISATION, text or NO_FILE, last)
        return default, ()

    def _repository(
        self, target: Target, base_sha: str, base_ref: str, default: Config | None
    ) -> tuple[Config, Problems]:
        last = self._last(target, base_ref)
        try:
            text = self._files.at(target, FILE, base_sha)
            config = default or Config.default() if text is None else _parsed(text, default)
        except Refused as error:
            return self._fallback(last, default, (ConfigProblem(FILE, None, None, str(error)),))
        except ConfigError as error:
            return self._fallback(last, default, error.problems)
        self._keep(target, base_ref, text or NO_FILE, last, base_sha)
        return config, ()

    def _fallback(self, last: str | None, default: Config | None, problems: Problems) -> tuple[Config, Problems]:
        last_good = _readable(last, FILE, default) if last else None
        if last_good is None:
            return default or Config.default(), problems
        return last_good, tuple(replace(each, last_good=True) for each in problems)

    def _last(self, target: Target, ref: str) -> str | None:
        last = self._kept_texts.last_good(target.repository_id, ref)
        return None if last is None else last.text

    def _keep(self, target: Target, ref: str, text: str, last: str | None, sha: str = "") -> None:
        if last != text:
            self._kept_texts.save(target.repository_id, ref, text=text, sha=sha, at=self._clock())

    def _kept(self, target: Target, path: str, sha: str, ref: str) -> Copy:
        """The same as `_copy`, and a file's text is kept for the clock."""
        copy = self._copy(target, path, sha)
        if "://" in path:
            return copy
        known = self._feeds.get(path, target.repository_id, ref)
        if known is None or (known.text, known.error) != (copy.text, copy.wrong):
            now = self._clock()
            self._feeds.save(KnownFeed(path, copy.text, now, now, copy.wrong, "", target.repository_id, ref))
        return copy

    def _copy(self, target: Target, path: str, sha: str) -> Copy:
        if "://" in path:
            return self._calendars.copy(path)
        try:
            return Copy(self._files.at(target, path, sha))
        except Refused as error:
            return Copy(None, str(error))


def composed(known: KnownConfiguration, now: datetime) -> Config | None:
    """The configuration that those texts give, without freezes by hand; None: they are not valid any more."""
    config = _of_texts(known.text, known.organisation)
    if config is None or not config.feeds():
        return config
    return config.with_feeds({feed.path: copy_of(feed) for feed in known.feeds}, now)


def proposed(known: KnownConfiguration, text: str, now: datetime) -> tuple[Config | None, Problems]:
    """The configuration that another text would give in the place of the repository's file, without freezes by hand;
    None when it would be refused. Its calendars are those that are kept."""
    try:
        default = _read(known.organisation, ORGANISATION_FILE) if known.organisation else None
        config = (default or Config.default()) if text == NO_FILE else _parsed(text, default)
    except ConfigError as error:
        return None, error.problems
    return config.with_feeds({feed.path: copy_of(feed) for feed in known.feeds}, now), ()


def calendars_of(known: KnownConfiguration) -> tuple[str, ...]:
    """Paths and addresses of the calendars that those texts name."""
    config = _of_texts(known.text, known.organisation)
    return () if config is None else config.feeds()


@lru_cache(maxsize=1024)
def _of_texts(text: str, organisation: str) -> Config | None:
    try:
        default = _read(organisation, ORGANISATION_FILE) if organisation else None
        return (default or Config.default()) if text == NO_FILE else _parsed(text, default)
    except ConfigError:
        return None  # valid for the version of codechill that kept it: the next look at its branch says why


class _Readings:
    """What texts were read as: every look reads the same few, and a large one costs a second. Refusals are kept too."""

    def __init__(self, most: int = 256) -> None:
        self._most, self._lock = most, threading.Lock()
        self._known: OrderedDict[tuple[str, str, int], tuple[Config | None, Config | ConfigError]] = OrderedDict()

    def read(self, text: str, file: str = FILE, under: Config | None = None) -> Config:
        """The same as `parse`. Raises ConfigError."""
        key = (text, file, id(under))  # what is kept holds `under`, so that no other one gets its id
        with self._lock:
            _, reading = self._known.get(key, (None, None))
        if reading is None:
            reading = _tried(text, file, under)
            with self._lock:
                self._known[key] = (under, reading)
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        if isinstance(reading, ConfigError):
            raise reading
        return reading


def _tried(text: str, file: str, under: Config | None) -> Config | ConfigError:
    try:
        return parse(text, file, under)
    except ConfigError as error:
        return error


_read = _Readings().read


def _parsed(text: str, default: Config | None) -> Config:
    config = _read(text, under=default)
    return config if default is None else merge(default, config)


def _readable(text: str, file: str, default: Config | None = None) -> Config | None:
    """A text that was valid once; None when it is not any more: its organisation or this program changed since."""
    try:
        config = _read(text, file, default)
    except ConfigError:
        return None
    return config if default is None else merge(default, config)
