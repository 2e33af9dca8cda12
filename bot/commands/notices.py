"""`codechill notices`: what people were told outside of the forge, over which channels, and how that went."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commands.database import ROW, open_store, with_stored
from bot.commands.operator import Unusable, env_option, settings_from
from bot.config.addresses import networks
from bot.config.repository import ORGANISATION, composed
from bot.notices.notice import Notice
from bot.notices.send import Unsent, sender
from bot.store import Configurations, KnownNotice, Notices, Repositories


class NotSent(click.ClickException):
    """The answer is no: exit status 1."""

    exit_code = 1


@click.group()
def notices() -> None:
    """What people are told by mail, Slack, Teams and webhook (docs/notices.md).

    \b
      codechill notices try release-room
      codechill notices channels
      codechill notices list

    Exit status: 0 done, 1 it was not sent, or a file names a channel that is not set up; 2 it could not be tried.
    """


@notices.command("list")
@with_stored("notices")
@click.option("--limit", type=ROW, default=50, show_default=True, help="At most so many.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_(notices: Notices, limit: int, style: str) -> None:
    """List what was sent or tried, newest first."""
    newest = notices.newest(limit)
    if style == "json":
        click.echo(json.dumps([asdict(one) for one in newest], indent=2, default=lambda at: at.isoformat()))
        return
    for one in newest:
        click.echo(f"{one.first_at:%Y-%m-%d %H:%M} UTC  {one.channel}  {one.key.partition(':')[0]}  {_ended(one)}")
    if not newest:
        click.echo("nothing was sent yet")


def _ended(one: KnownNotice) -> str:
    if one.sent_at is not None:
        return "sent" if one.tries == 1 else f"sent after {one.tries} tries"
    again = f"next try {one.next_at:%H:%M} UTC" if one.next_at else "given up"
    return f"not sent after {one.tries}: {one.error}; {again}"


@notices.command("try")
@click.argument("channel")
@env_option
def try_(channel: str, env_file: Path | None) -> None:
    """Send a trial notice over a channel now, as the server would."""
    settings = settings_from(env_file)
    channels = settings.notice_channels
    if channel not in channels.channel:
        names = ", ".join(channels.channel) or "none: docs/notices.md says how to set one up"
        raise Unusable(f"no channel is called {channel}; there is {names}")
    now = datetime.now(UTC)
    words = "A trial of codechill", ("Somebody ran `codechill notices try`. There is nothing to do.",)
    try:
        send = sender(channels.channel[channel], channels, networks(settings.channel_networks))
        send(Notice("trial", f"trial:0:{now.timestamp():.0f}", 0, "", False, *words), now)
    except Unsent as error:
        raise NotSent(f"{channel}: {error}") from None
    click.echo(f"{channel}: sent")


@notices.command("channels")
@env_option
def channels_(env_file: Path | None) -> None:
    """List which repositories name which channel, and names that no channel is set up for."""
    settings = settings_from(env_file)
    channels = settings.notice_channels
    with closing(open_store(settings.database_url)) as store:
        named = dict(_named(store.configurations, store.repositories))
    for name, channel in channels.channel.items():
        users = sorted(repository for repository, names in named.items() if name in names)
        deaf = [each for each in users if not channel.hears(each, private=False)]
        click.echo(f"{name} ({channel.kind}): named by {', '.join(users) or 'nobody'}")
        for each in deaf:
            click.echo(f"  {each} may not use it: see `repositories` of the channel")
    missing = [
        (repository, name) for repository, names in named.items() for name in sorted(names - set(channels.channel))
    ]
    for repository, name in missing:
        click.echo(f"{repository} names {name}, which is not set up here")
    if missing:
        raise NotSent("set them up in CODECHILL_CHANNELS, or take their names out")


def _named(configurations: Configurations, repositories: Repositories) -> Iterator[tuple[str, frozenset[str]]]:
    now, full = datetime.now(UTC), {one.id: one.full_name for one in repositories.all()}
    names: dict[str, set[str]] = {}
    for known in configurations.in_force(ORGANISATION):
        config = composed(known, now)
        if config is not None:
            names.setdefault(full[known.repository_id], set()).update(config.notices.channels)
    return ((repository, frozenset(some)) for repository, some in sorted(names.items()))
