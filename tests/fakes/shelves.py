"""Differences of repositories, each in a folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scoring.difftest.project import Project
from scoring.difftest.record import Difference, Origin
from scoring.difftest.settings import TeamSettings


@dataclass
class Folders:
    folder: Path

    def put(self, repository_id: int, rows: Iterable[Difference]) -> Project:
        project = Project.open(self.folder / str(repository_id), make=True)
        project.add(rows, Origin())
        return project

    def teams(self, repository_id: int) -> tuple[str, ...]:
        return tuple(sorted({each.origin.team for each in self.shelf(repository_id, {}).differences()}))

    def mark(self, repository_id: int, team: str) -> str:
        return ""

    def shelf(self, repository_id: int, teams: Mapping[str, TeamSettings]) -> Project:
        return Project(self.folder / str(repository_id))
