"""The configuration in force for a base branch: read at its tip, never from a pull request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.forge.port import Forge, Target
from bot.policy.config import FILE, Config, ConfigError, parse
from bot.policy.state import ConfigProblem
from bot.store import Store


class Configurations:
    """Keeps the last valid text of each branch, so that a broken file does not change what is held."""

    def __init__(self, forge: Forge, store: Store, clock: Callable[[], datetime]) -> None:
        self._forge = forge
        self._store = store
        self._clock = clock

    def of(self, target: Target, base_sha: str, base_ref: str) -> tuple[Config, tuple[ConfigProblem, ...]]:
        """The configuration and what is wrong with the file as it now is. Raises ForgeError."""
        text = self._forge.file(target, FILE, base_sha)
        if text is None:
            return Config.default(), ()
        last = self._store.last_good(target.repository_id, base_ref)
        try:
            config = parse(text)
        except ConfigError as error:
            if last is None:
                return Config.default(), error.problems
            return parse(last.text), tuple(replace(problem, last_good=True) for problem in error.problems)
        if last is None or last.text != text:
            self._store.save_configuration(target.repository_id, base_ref, text=text, sha=base_sha, at=self._clock())
        return config, ()
