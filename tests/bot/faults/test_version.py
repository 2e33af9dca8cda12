"""Every request says which version of GitHub's interface it speaks, and no later version takes anything we need."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import request

from bot.app import build
from bot.demo.stage import settings_for
from bot.doctor import visit
from bot.forge.github.deliveries import GitHubDeliveries
from bot.forge.port import Target
from bot.policy.events import Tick
from bot.sandbox import Sandbox
from bot.sandbox.contract import removed
from tests.bot.faults.conftest import Line, Red


def test_every_request_names_the_version_of_the_interface(tmp_path: Path, red: Red) -> None:
    box, asked = Sandbox(tmp_path / "forge"), []
    box.app.before_request(
        lambda: asked.append((request.path, request.headers.get("X-GitHub-Api-Version"))) if api() else None
    )
    with box:
        box.add_repository("acme/shop", red.folder, "main")
        settings = settings_for(box, tmp_path / "app")
        app = build(settings)
        number = box.open_pull("acme/shop", title="A change", head_sha=red.head).number
        target = Target(box.installation_id, box.repository("acme/shop").id, "acme/shop")
        app.reconciler.pull(target, number, Tick("sweep"))
        key = settings.private_key.get_secret_value()
        list(GitHubDeliveries(app_id=box.app_id, private_key=key, api=box.api).since(app.clock() - timedelta(hours=1)))
        visit(settings, os.environ, app.clock)
        app.store.close()
    assert {each for each in asked if each[1] != "2022-11-28"} == set()
    assert len({path for path, _ in asked}) > 10


def api() -> bool:
    """git speaks a protocol of its own."""
    return ".git/" not in request.path


@pytest.mark.parametrize("field", ["merge_commit_sha", "assignee", "rate", "has_downloads"])
def test_the_sandbox_knows_what_github_has_announced_to_remove(field: str) -> None:
    assert field in removed()


def test_a_github_without_what_it_has_announced_to_remove_changes_nothing(line: Line) -> None:
    line.stage.sandbox.world.newest = True
    try:
        assert line.is_held_once(line.open(line.large()))
    finally:
        line.stage.sandbox.world.newest = False
