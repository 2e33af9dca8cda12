"""Looks for secrets in everything that was written."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.sandbox import Sandbox


def secrets(sandbox: Sandbox) -> tuple[str, ...]:
    """The App's secrets, each line of the key, and every token that was ever handed out and is still known."""
    key = [line for line in sandbox.private_key_pem.splitlines() if line and "-----" not in line]
    return (sandbox.webhook_secret, sandbox.client[1], *key, *sandbox.world.tokens, *sandbox.world.user_tokens)


def leaked(hidden: Iterable[str], *folders: Path) -> list[str]:
    """Files below these folders that hold one of them, each named once."""
    wanted = [one.encode() for one in hidden]
    return [str(path) for path in _files(folders) if any(one in path.read_bytes() for one in wanted)]


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
