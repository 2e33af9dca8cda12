"""What each command of `codechill difftest` is handed: the folder's project and a team's desk."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from scoring.difftest.project import Project
from scoring.difftest.shelf import desk_of
from scoring.errors import ScoringError

FOLDER = Path(".codechill/difftest")
project_option = click.option(
    "--project", "folder", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, show_default=True,
    help="The folder that keeps differences and answers.",
)  # fmt: skip
team_option = click.option("--team", default="default", show_default=True, help="Whose differences.")
format_option = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def at_a_desk(command: Callable[..., None]) -> Callable[..., None]:
    """Hand the project and the team's desk to a command. Adds --project and --team."""

    @wraps(command)
    def run(*args: Any, folder: Path, team: str, **more: Any) -> None:
        project = Project.open(folder)
        desk = replace(desk_of(project, team), serving=project.labeller(team))
        if not desk.groups:
            raise ScoringError(f"team {team} has no differences here: name another with --team")
        command(*args, project=project, desk=desk, **more)

    return project_option(team_option(run))
