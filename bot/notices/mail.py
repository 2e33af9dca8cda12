"""A notice as mail: plain text, over TLS unless the operator says otherwise, to exactly the looked-up server."""

import smtplib
import socket
import ssl
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.config.addresses import SECONDS, Addresses, Unfetchable, in_words
from bot.config.channels import MailChannel, Smtp
from bot.notices.notice import Notice


def message(notice: Notice, sender: str, to: Iterable[str], now: datetime) -> EmailMessage:
    """Its id is that of the notice: a mail program shows one that came twice once."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(to), notice.title
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{notice.key.replace(':', '.')}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join([notice.text, *(["", notice.address] if notice.address else []), ""]))
    return mail


def recipients(notice: Notice, channel: MailChannel) -> tuple[str, ...]:
    """Those whom it is for; where the operator did not name the address of one of them, all of the channel too."""
    persons = [channel.people[who] for who in notice.answers if who in channel.people]
    everybody = [] if persons and len(persons) == len(notice.answers) else channel.to
    return tuple(dict.fromkeys([*persons, *everybody]))


def deliver(mail: EmailMessage, smtp: Smtp, addresses: Addresses, tls: ssl.SSLContext | None = None) -> None:
    """Raises Unfetchable."""
    context = tls or ssl.create_default_context()
    try:
        ip = str(addresses.reachable(smtp.host, smtp.port))
        with _connected(smtp, ip, context) as server:
            if smtp.tls == "starttls":
                server.starttls(context=context)
            if smtp.user:
                server.login(smtp.user, smtp.password.get_secret_value())
            server.send_message(mail)
    except smtplib.SMTPException as error:
        raise Unfetchable(_words(error)) from None
    except OSError as error:
        raise Unfetchable(in_words(error)) from None
    except ValueError:
        raise Unfetchable("what the mail server said cannot be read") from None


def _connected(smtp: Smtp, ip: str, context: ssl.SSLContext) -> smtplib.SMTP:
    if smtp.tls == "tls":
        return _TlsServer(smtp.host, smtp.port, ip, context)
    return _Server(smtp.host, smtp.port, ip)


class _Server(smtplib.SMTP):
    """Connects to the address that was looked at, whatever the name leads to by then."""

    def __init__(self, host: str, port: int, ip: str) -> None:
        self._ip = ip
        super().__init__(host, port, timeout=SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((self._ip, port), timeout)


class _TlsServer(_Server):
    def __init__(self, host: str, port: int, ip: str, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(host, port, ip)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._context.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


def _words(error: smtplib.SMTPException) -> str:
    """Without what the server said, which may repeat addresses."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return "the mail server took none of the recipients"
        case smtplib.SMTPResponseException():
            return f"the mail server answered {error.smtp_code}"
        case smtplib.SMTPNotSupportedError():
            return "the mail server offers no TLS or no login"
        case _:
            return "the mail server ended the connection"
