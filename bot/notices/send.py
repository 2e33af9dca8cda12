"""The table of channels: by kind, how a notice is handed to it. Each is made once, from what the operator wrote."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from bot.config.addresses import Addresses, Network, Unfetchable, places
from bot.config.channels import AnyChannel, Channels, MailChannel, SlackChannel, TeamsChannel, WebhookChannel
from bot.notices import mail, slack, teams, webhook
from bot.notices.notice import Notice


class Unsent(Exception):
    """It did not go out, as far as we know; the message is one clause, without an address."""


class Sender(Protocol):
    def __call__(self, notice: Notice, now: datetime) -> None:
        """Raises Unsent."""
        ...


def sender(channel: AnyChannel, channels: Channels, networks: tuple[Network, ...]) -> Sender:
    match channel:
        case SlackChannel():
            post = _poster(channel.address.get_secret_value(), networks)
            return lambda notice, now: post(slack.body(notice), _JSON)
        case TeamsChannel():
            post = _poster(channel.address.get_secret_value(), networks)
            return lambda notice, now: post(teams.body(notice), _JSON)
        case MailChannel():
            return _mailer(channel, channels, networks)
        case WebhookChannel():
            post, secret = _poster(channel.address.get_secret_value(), networks), channel.secret.get_secret_value()

            def signed(notice: Notice, now: datetime) -> None:
                text = webhook.body(notice)
                post(text, webhook.headers(notice, text, secret, now))

            return signed


_JSON = {"Content-Type": "application/json"}


def _poster(address: str, networks: tuple[Network, ...]) -> Callable[[bytes, Mapping[str, str]], None]:
    addresses = Addresses(places(address), networks)

    def post(body: bytes, headers: Mapping[str, str]) -> None:
        try:
            status = addresses.post(address, body, headers)
        except Unfetchable as error:
            raise Unsent(str(error)) from None
        if not 200 <= status < 300:
            raise Unsent(f"the host answered {status}")

    return post


def _mailer(channel: MailChannel, channels: Channels, networks: tuple[Network, ...]) -> Sender:
    smtp, addresses = channels.smtp, Addresses((), networks)
    if smtp is None:
        raise ValueError("a channel of mail needs an [smtp] table with host and sender")

    def send(notice: Notice, now: datetime) -> None:
        letter = mail.message(notice, smtp.sender, mail.recipients(notice, channel), now)
        try:
            mail.deliver(letter, smtp, addresses)
        except Unfetchable as error:
            raise Unsent(str(error)) from None

    return send
