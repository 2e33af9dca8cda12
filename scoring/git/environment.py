"""All that a git process may inherit: an allowed list, so that no customisation and no secret ever reaches one."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

# two empty repositories that lend git their configuration, their lack of attributes, grafts and replacements
VOID = Path(__file__).parent / "void"
_INHERITED = ("PATH", "TMPDIR", "LD_LIBRARY_PATH")

SETTINGS: Mapping[str, str] = {
    "core.quotePath": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.commitGraph": "true",
    # git's own default: nothing was gained by more, and each reader has a git of its own that would hold it
    "core.deltaBaseCacheLimit": "96m",
    # above this git neither diffs nor counts lines: generated data, and a bound on memory
    "core.bigFileThreshold": "2m",
    "advice.graftFileDeprecated": "false",
    "log.showSignature": "false",
    "log.mailmap": "true",
    "diff.renameLimit": "400",
    "i18n.logOutputEncoding": "UTF-8",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "fetch.recurseSubmodules": "false",
}


def environment(
    *, settings: Iterable[tuple[str, str]] = (), protocols: str = "none", inherited: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The variables git runs with. `settings` come on top of ours, out of sight of a list of processes.

    `inherited` replaces what comes from our own environment: where programs are.
    """
    here = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {
        **(here if inherited is None else inherited),
        # no home of anybody's: git looks for attributes there, curl for passwords
        "HOME": str(VOID),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_PAGER": "cat",
        **_given([*SETTINGS.items(), *settings]),
    }


def _given(settings: list[tuple[str, str]]) -> dict[str, str]:
    keys = {f"GIT_CONFIG_KEY_{at}": key for at, (key, _) in enumerate(settings)}
    values = {f"GIT_CONFIG_VALUE_{at}": value for at, (_, value) in enumerate(settings)}
    return {"GIT_CONFIG_COUNT": str(len(settings)), **keys, **values}
