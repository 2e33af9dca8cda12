"""This machine: the database, the model, room on the disk, git, and settings that nobody reads."""

from collections.abc import Iterator

from bot.doctor.facts import Facts
from bot.doctor.finding import Finding
from bot.setup.manifest import Manifest

_SCARCE, _OUT = 1 << 30, 100 << 20  # bytes
_GIT = (2, 31)  # the first that takes settings, and so credentials, from the environment


def database(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    part = facts.here.database
    if part.state == "absent":
        words, fix = "There is no database yet.", "codechill serve makes it when it starts."
        yield Finding("database", "note", "the database", words, fix)
    if part.state == "behind":
        words = f"The database has an older form: {part.words}."
        fix = "Make a backup, then start codechill serve: it brings the database up to date."
        yield Finding("database", "warning", "the database", words, fix)
    if part.state == "broken":
        words, fix = f"The database does not answer: {part.words}.", "Check CODECHILL_DATABASE and that it runs."
        yield Finding("database", "error", "the database", words, fix)


def model(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    if facts.here.model.state != "ready":
        words = facts.here.model.words.rstrip(".") + "."
        yield Finding("model", "error", "the model", words, "Install codechill again, or train a model.")


def disk(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    free = facts.here.free
    if free < _SCARCE:
        words = f"{free >> 20} MiB are free for mirrors, indexes and the database in {facts.here.folder}."
        fix = "Make room, or set CODECHILL_FOLDER to a larger disk."
        yield Finding("disk", "error" if free < _OUT else "warning", "this machine", words, fix)


def git(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    version = facts.here.git
    if not version:
        yield Finding("git", "error", "this machine", "There is no git.", "Install git 2.31 or newer.")
    elif version < _GIT:
        words = f"git is {'.'.join(map(str, version))}, too old to be handed credentials safely."
        yield Finding("git", "error", "this machine", words, "Install git 2.31 or newer.")


def settings(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    for words in facts.here.unknown_settings:
        yield Finding("settings", "warning", "this machine", f"{words}.", "Correct its name, or remove it.")
