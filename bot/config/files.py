"""Files of a repository at a commit. What a commit holds never changes, so it is asked for once."""

import threading
from collections import OrderedDict

from bot.forge.port import Forge, Target

LARGEST = 64_000  # characters of a text that is kept
MOST = 256


class Files:
    """The newest are kept, for as long as the process lives."""

    def __init__(self, forge: Forge) -> None:
        self._forge, self._lock = forge, threading.Lock()
        self._known: OrderedDict[tuple[int, str, str], str | None] = OrderedDict()

    def at(self, target: Target, path: str, sha: str) -> str | None:
        """None when there is none. Raises what `Forge.file` raises, and asks again the next time."""
        key = (target.repository_id, path, sha)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        text = self._forge.file(target, path, sha)
        if text is None or len(text) <= LARGEST:
            self._keep(key, text)
        return text

    def _keep(self, key: tuple[int, str, str], text: str | None) -> None:
        with self._lock:
            self._known[key] = text
            while len(self._known) > MOST:
                self._known.popitem(last=False)
