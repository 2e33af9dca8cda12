"""Desks of teams, opened anew at each look; the groups on them are read again only when others came."""

import threading
from collections import OrderedDict
from collections.abc import Mapping

from bot.store import Differences
from scoring.difftest.answers import Answer
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group
from scoring.difftest.settings import TeamSettings

MOST = 200_000  # groups that are kept in memory, of all repositories


class Desks:
    """Safe to share between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._groups: OrderedDict[tuple[int, str], tuple[str, list[Group]]] = OrderedDict()
        self._lock = threading.Lock()

    def open(
        self, kept: Differences, repository_id: int, team: str, teams: Mapping[str, TeamSettings]
    ) -> tuple[Desk, tuple[Answer, ...]]:
        """The team's desk as it stands now, and all that was said in the repository."""
        shelf = kept.shelf(repository_id, teams)
        answers = shelf.answers()
        groups = self._of(kept, repository_id, team)
        return Desk.of(groups, answers, shelf.settings(team).bars, shelf.lent(team)), tuple(answers)

    def _of(self, kept: Differences, repository_id: int, team: str) -> list[Group]:
        key, mark = (repository_id, team), kept.grown(repository_id, team)
        with self._lock:
            before = self._groups.get(key)
        if before is not None and before[0] == mark:
            return before[1]
        groups = kept.groups(repository_id, team)
        with self._lock:
            self._groups[key] = mark, groups
            self._groups.move_to_end(key)
            while sum(len(some) for _, some in self._groups.values()) > self._most and len(self._groups) > 1:
                self._groups.popitem(last=False)
        return groups
