"""Who is to blame for work that was given up: errors open the gate only where they are not the change's."""

import pytest
from sqlalchemy.exc import OperationalError

from bot.forge.port import ForgeError
from bot.git.fetch import GitError, GitTimeout, OutOfMemory, Refused, TooLarge
from bot.line.events import in_words


@pytest.mark.parametrize("error", [GitTimeout("x"), TooLarge("x"), OutOfMemory("x"), ValueError("x"), KeyError("x")])
def test_what_a_history_can_be_made_for_is_the_changes_own(error: Exception) -> None:
    assert in_words(error)[1] == "change"


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (GitError("x"), "us"),
        (Refused("x"), "us"),
        (OSError("x"), "us"),
        (OperationalError("x", None, Exception("x")), "us"),
        (ForgeError("x"), "forge"),
    ],
)
def test_what_the_machine_or_the_forge_does_not_do_is_not(error: Exception, cause: str) -> None:
    assert in_words(error)[1] == cause
