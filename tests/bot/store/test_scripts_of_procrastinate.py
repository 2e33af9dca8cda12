"""The tables of procrastinate are made by our chain, by every script that the installed version brings."""

from importlib import resources

from bot.store.procrastinate import SCRIPTS


def test_every_script_of_the_installed_procrastinate_has_a_revision_of_ours_in_its_order() -> None:
    folder = resources.files("procrastinate.sql") / "migrations"
    theirs = sorted(file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql"))
    assert [name for revision in sorted(SCRIPTS) for name in SCRIPTS[revision]] == theirs
