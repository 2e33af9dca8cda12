"""Keeps what GitHub hands out once: an environment file and the key, readable by their owner only."""

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from bot.forge.github.shapes import MadeApp, Unreadable, shaped

ENV, KEY = "codechill.env", "key.pem"
LANDING_ENV, LANDING_KEY = "landing.env", "landing.pem"
_PLAIN = re.compile(r"[!-~]+")
_UNSAFE = re.compile(r"[\s\"'`$\\#]")  # means something to a shell, to systemd, or to a reader of such files


class CannotKeep(Exception):
    """Nothing was written, or nothing whole; the message is one sentence for the operator, without secrets."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What GitHub answers when an App was made. Secrets do not show in its repr."""

    app_id: int
    slug: str
    owner: str
    client_id: str
    pem: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    client_secret: str = field(repr=False)


def credentials(answer: object) -> Credentials:
    """GitHub's answer as ours. Raises CannotKeep when a part is missing; never repeats a value."""
    try:
        made = shaped(MadeApp, answer)
        return Credentials(
            app_id=made.id,
            slug=_plain(made.slug),
            owner=_plain(made.owner.login),
            client_id=_plain(made.client_id),
            pem=_pem(made.pem),
            webhook_secret=_plain(made.webhook_secret),
            client_secret=_plain(made.client_secret),
        )
    except ValueError as error:
        missing = str(error).partition(":")[0] if isinstance(error, Unreadable) else "a part"
        raise CannotKeep(f"GitHub's answer is not what its documentation promises: {missing} is missing") from None


def files(*, landing: bool) -> tuple[str, str]:
    """What they are called there: the second App's stand beside the first one's."""
    return (LANDING_ENV, LANDING_KEY) if landing else (ENV, KEY)


def require_room(folder: Path, *, replace: bool, landing: bool = False) -> None:
    """Raises CannotKeep when credentials could not be kept there: better known before GitHub hands them out."""
    if _UNSAFE.search(str(folder.absolute())):
        raise CannotKeep(f"{folder} has a space or a quote in its name, which environment files do not bear")
    there = [name for name in files(landing=landing) if (folder / name).exists()]
    if there and not replace:
        raise CannotKeep(f"{folder / there[0]} exists already; use another --folder, or --replace to give it up")
    _private(folder)
    probe = folder / f".{secrets.token_hex(8)}"
    _write(probe, "")
    probe.unlink()


def keep(
    made: Credentials,
    folder: Path,
    *,
    api: str,
    public_url: str = "",
    replace: bool = False,
    landing: bool = False,
) -> tuple[Path, Path]:
    """Write both files (0600, in a folder of 0700) and return their paths. Raises CannotKeep."""
    require_room(folder, replace=replace, landing=landing)
    env, key = (folder.absolute() / name for name in files(landing=landing))
    _put(key, made.pem)
    _put(env, landing_text(made, key) if landing else env_text(made, key, api, public_url))
    return env, key


def landing_text(made: Credentials, key: Path) -> str:
    """The second App's lines, which go into the same file as the first one's."""
    lines = (
        f"# GitHub App {made.slug} of {made.owner}, which lands; made by codechill setup. Its key can merge.",
        f"CODECHILL_LANDING_APP_ID={made.app_id}",
        f"CODECHILL_LANDING_PRIVATE_KEY={key}",
    )
    return "\n".join(lines) + "\n"


def env_text(made: Credentials, key: Path, api: str, public_url: str = "") -> str:
    """Lines that a shell, systemd, a container engine and codechill read alike: no quotes are needed."""
    lines = [
        f"# GitHub App {made.slug} of {made.owner}; made by codechill setup. Keep it secret.",
        f"CODECHILL_APP_ID={made.app_id}",
        f"CODECHILL_PRIVATE_KEY={key}",
        f"CODECHILL_WEBHOOK_SECRET={made.webhook_secret}",
        f"CODECHILL_GITHUB_API={api}",
    ]
    lines += [f"CODECHILL_PUBLIC_URL={public_url}"] if public_url else []
    lines += [
        "# for signing people in to pages; GitHub shows the secret only once",
        f"CODECHILL_CLIENT_ID={made.client_id}",
        f"CODECHILL_CLIENT_SECRET={made.client_secret}",
    ]
    return "\n".join(lines) + "\n"


def _put(path: Path, text: str) -> None:
    """All of it or nothing: a reader never sees half a key."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write(fresh, text)
    try:
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise CannotKeep(f"{path} could not be written: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    try:
        # the mode is given when the file is made: there is no moment in which others could open it
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CannotKeep(f"{path.parent} cannot be written to: {error.strerror}") from error


def _private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o022:
            raise CannotKeep(f"others may write to {folder}: run chmod 700 on it, or use another --folder")
    except OSError as error:
        raise CannotKeep(f"{folder} cannot be made: {error.strerror}") from error


def _plain(value: str) -> str:
    if not _PLAIN.fullmatch(value) or _UNSAFE.search(value):
        raise ValueError
    return value


def _pem(value: str) -> str:
    if not value.startswith("-----BEGIN") or "PRIVATE KEY-----" not in value:
        raise ValueError
    return value.strip() + "\n"
