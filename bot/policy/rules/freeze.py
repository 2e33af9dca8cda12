"""While any window is open, frozen paths take only changes that are proven harmless."""

from datetime import datetime

from bot.policy.calendar import OpenWindow
from bot.policy.config import Config
from bot.policy.opinion import Opinion, Verdict
from bot.policy.rules.gate import because
from bot.policy.standing.level import latest, scope
from bot.policy.state import State
from bot.policy.text import globs

NAME = "freeze"


def opine(state: State, config: Config, now: datetime) -> Opinion:
    """Unknown paths count as frozen when any path is. An exemption does not thaw a frozen path."""
    windows = config.calendar.open_at(now, scope(state))
    if not windows or not _touches_frozen(state, config):
        return Opinion(NAME)
    words = f"{windows[0].name} is open, and this change touches a frozen path{because(windows[0])}."
    return Opinion(NAME, Verdict.BLOCK, words, _thaw(windows, state, config))


def _thaw(windows: tuple[OpenWindow, ...], state: State, config: Config) -> datetime | None:
    """When no window is open any more; None: not in sight."""
    until: datetime | None = None
    while windows:
        ends = [window.until for window in windows if window.until is not None]
        if len(ends) < len(windows):
            return None
        until = latest(ends)
        windows = config.calendar.open_at(until, scope(state))
    return until


def _touches_frozen(state: State, config: Config) -> bool:
    if state.paths is None:
        return bool(config.frozen_paths)
    return any(globs.any_matches(config.frozen_paths, path) for path in state.paths)
