"""The configuration in force for a base branch: read at its tip, never from a pull request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.forge.port import Forge, ForgeError, Target
from bot.policy.config import FILE, Config, ConfigError, parse
from bot.policy.freezes import joined
from bot.policy.organisation import merge
from bot.policy.state import ConfigProblem
from bot.store import Store

ORGANISATION_FILE = "codechill.yml"  # in the organisation's repository named .github, on its default branch
Problems = tuple[ConfigProblem, ...]
Address = Callable[[str], str | None]  # the text of a calendar at an https address; None when it cannot be had


def no_addresses(address: str) -> str | None:
    """The operator allows none."""
    return None


class Configurations:
    """The organisation's default under the repository's file, with calendars and freezes started by hand joined in.

    The last valid text of each branch is kept, so that a broken file does not change what is held.
    """

    def __init__(
        self, forge: Forge, store: Store, clock: Callable[[], datetime], address: Address = no_addresses
    ) -> None:
        self._forge, self._store, self._clock, self._address = forge, store, clock, address

    def of(self, target: Target, base_sha: str, base_ref: str) -> tuple[Config, Problems]:
        """The configuration and what is wrong with the files as they now are. Raises ForgeError."""
        default, wrong = self._organisation(target)
        config, problems = self._repository(target, base_sha, base_ref, default)
        feeds = {path: self._feed(target, path, base_sha) for path in config.feeds()}
        config = config.with_feeds(feeds) if feeds else config
        return joined(config, self._store.freezes(target.repository_id, self._clock())), (*wrong, *problems)

    def _organisation(self, target: Target) -> tuple[Config | None, Problems]:
        owner, _, name = target.full_name.partition("/")
        home = Target(target.installation_id, 0, f"{owner}/.github")
        try:
            text = self._forge.file(home, ORGANISATION_FILE, "HEAD")
        except ForgeError:
            return None, ()  # the App is not installed on it: there is no default
        if text is None or name == ".github":
            return None, ()
        try:
            return parse(text, f"{owner}/.github:{ORGANISATION_FILE}"), ()
        except ConfigError as error:
            return None, error.problems

    def _repository(
        self, target: Target, base_sha: str, base_ref: str, default: Config | None
    ) -> tuple[Config, Problems]:
        text = self._forge.file(target, FILE, base_sha)
        if text is None:
            return default or Config.default(), ()
        last = self._store.last_good(target.repository_id, base_ref)
        try:
            config = _parsed(text, default)
        except ConfigError as error:
            if last is None:
                return default or Config.default(), error.problems
            return _parsed(last.text, default), tuple(replace(each, last_good=True) for each in error.problems)
        if last is None or last.text != text:
            self._store.save_configuration(target.repository_id, base_ref, text=text, sha=base_sha, at=self._clock())
        return config, ()

    def _feed(self, target: Target, path: str, sha: str) -> str | None:
        if "://" in path:
            return self._address(path)
        return self._forge.file(target, path, sha)


def _parsed(text: str, default: Config | None) -> Config:
    config = parse(text, under=default)
    return config if default is None else merge(default, config)
