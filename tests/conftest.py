"""How long property tests search, what is made once for all tests, and what no test may lean on: the machine's git
identity, home and configuration."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

import bot.store
from tests.migrated import by_copy

settings.register_profile("default", deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=5_000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# as on a machine where nobody ever set up git: a commit without a name given to it fails everywhere, not only in CI
_HOME = Path(tempfile.mkdtemp(prefix="codechill-home-"))
(_HOME / "gitconfig").write_text("[user]\n\tuseConfigOnly = true\n[init]\n\tdefaultBranch = main\n")
for _name in [name for name in os.environ if name.startswith(("GIT_", "CODECHILL_"))]:
    del os.environ[_name]
os.environ |= {
    "HOME": str(_HOME),
    "XDG_CONFIG_HOME": str(_HOME / "config"),
    "XDG_CACHE_HOME": str(_HOME / "cache"),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": str(_HOME / "gitconfig"),
}

# where rich is installed, structlog would print every value of every frame of an error: seconds for each
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

# what was compiled once is compiled by no process again: most of the time that a child process takes to start
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.fixture(scope="session", autouse=True)
def _migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bot.store, "migrate", by_copy(bot.store.migrate, tmp_path_factory.mktemp("migrated")))
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not tested is said, not only counted."""
    reasons = {str(report.longrepr[-1]) for report in terminalreporter.stats.get("skipped", ()) if report.longrepr}
    for reason in sorted(reasons):
        terminalreporter.write_line(f"NOT TESTED: {reason.removeprefix('Skipped: ')}", yellow=True)
