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

ORGANISATION = "//organisation"  # where its last valid text is kept: no branch can be named so
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
        self._in_force: dict[tuple[int, str], tuple[str, Config]] = {}  # the text each was made of, and what it gave

    def known(self, repository_id: int, ref: str, text: str) -> Config | None:
        """What a branch's text last gave, feeds and organisation included; None: not looked at yet."""
        of, config = self._in_force.get((repository_id, ref), ("", None))
        return config if of == text else None

    def proposed(self, target: Target, head_sha: str) -> tuple[Config | None, Problems]:
        """What a pull request would put in the place of the repository's file; None when it would be refused."""
        default, _ = self._organisation(target)
        text = self._forge.file(target, FILE, head_sha)
        try:
            return (_parsed(text, default) if text is not None else default or Config.default()), ()
        except ConfigError as error:
            return None, error.problems

    def of(self, target: Target, base_sha: str, base_ref: str) -> tuple[Config, Problems]:
        """The configuration and what is wrong with the files as they now are. Raises ForgeError."""
        default, wrong = self._organisation(target)
        config, problems = self._repository(target, base_sha, base_ref, default)
        feeds = {path: self._feed(target, path, base_sha) for path in config.feeds()}
        config = config.with_feeds(feeds) if feeds else config
        last = self._store.last_good(target.repository_id, base_ref)
        self._in_force[target.repository_id, base_ref] = (last.text if last else "", config)
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
        file = f"{owner}/.github:{ORGANISATION_FILE}"
        last = self._store.last_good(target.repository_id, ORGANISATION)
        try:
            default = parse(text, file)
        except ConfigError as error:
            kept = _readable(last.text, file) if last is not None else None
            return kept, tuple(replace(each, last_good=kept is not None) for each in error.problems)
        if last is None or last.text != text:
            self._store.save_configuration(target.repository_id, ORGANISATION, text=text, sha="", at=self._clock())
        return default, ()

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
            kept = _readable(last.text, FILE, default) if last is not None else None
            if kept is None:
                return default or Config.default(), error.problems
            return kept, tuple(replace(each, last_good=True) for each in error.problems)
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


def _readable(text: str, file: str, default: Config | None = None) -> Config | None:
    """A text that was valid once; None when it is not any more: its organisation or this program changed since."""
    try:
        config = parse(text, file, default)
    except ConfigError:
        return None
    return config if default is None else merge(default, config)
