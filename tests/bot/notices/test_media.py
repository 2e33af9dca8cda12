"""What anybody may write in a title is shown in every medium, and obeyed in none."""

import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.addresses import Addresses
from bot.config.channels import Channels, MailChannel, channels
from bot.notices import mail, slack, teams, webhook
from bot.notices.notice import MOST_TITLE, Notice, line, title
from bot.notices.send import Unsent, sender
from tests.bot.notices.notices_world import LOOPBACK
from tests.bot.notices.receivers import Mailbox, http_receiver, mail_server
from tests.bot.test_addresses import certificate

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOSTILE = (
    "<!channel> <@U1> <https://evil.example|click>",
    "[click](https://evil.example) **bold** ![x](https://evil.example/x.png)",
    "Fix\r\nBcc: all@acme.example\r\n\r\nbody",
    "{{DATE(2026-01-01T00:00:00Z)}} ${secret}",
    "\u202eesrever\u2066 \u200b\x00\x1b[31m",
    "& &amp; <b>bold</b> <at>Maya</at>",
)


def notice(text: str, **more: str) -> Notice:
    return Notice("window", "window:1:abc", 1, "acme/shop", False, title(text), (line(text),), **more)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_is_one_line_without_characters_that_are_obeyed(text: str) -> None:
    assert line(text).isprintable()
    assert len(line(text * 100)) == 600
    assert len(title(text * 100)) == MOST_TITLE


@pytest.mark.parametrize("text", HOSTILE)
def test_slack_shows_text_as_text(text: str) -> None:
    message = json.loads(slack.body(notice(text)))
    texts = [block["text"] for block in message["blocks"]]
    assert {one["type"] for one in texts} == {"plain_text"}
    assert message["mrkdwn"] is False
    for one in [message["text"], *(each["text"] for each in texts)]:
        assert "<" not in one
        assert ">" not in one
    shown = texts[1]["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == line(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_teams_shows_text_as_text(text: str) -> None:
    (attachment,) = json.loads(teams.body(notice(text)))["attachments"]
    card = attachment["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}  # the kind that knows no Markdown
    assert "msteams" not in card  # without entities nobody is mentioned
    runs = [run for block in card["body"] for run in block["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    assert all("{{" not in run["text"] and "${" not in run["text"] for run in runs)
    assert runs[1]["text"].replace("\u2060", "") == line(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_mail_has_the_headers_that_we_wrote(text: str) -> None:
    message = mail.message(notice(text), "chill@acme.example", ["a@acme.example"], NOW)
    raw = message.as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    names = {each.partition(b":")[0] for each in head.split(b"\r\n") if not each.startswith((b" ", b"\t"))}
    assert names == {
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted",
        b"Content-Type", b"Content-Transfer-Encoding", b"MIME-Version",
    }  # fmt: skip
    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == line(text)


@given(st.text(max_size=300))
def test_whatever_is_written_every_medium_carries_it_within_its_bounds(text: str) -> None:
    told = notice(text, report=text * 200)
    message = json.loads(slack.body(told))
    assert len(message["blocks"]) <= 50
    assert len(message["blocks"][0]["text"]["text"]) <= 150
    assert all(0 < len(block["text"]["text"]) <= 3000 for block in message["blocks"][1:])
    assert len(teams.body(told)) <= 24_000
    assert b"\r\nBcc" not in mail.message(told, "a@b.example", ["c@d.example"], NOW).as_bytes()
    assert json.loads(webhook.body(told))["title"] == title(text)


# --- mail, over a real connection


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's, and that of a client who trusts it."""
    cert, key = certificate(tmp_path_factory.mktemp("tls"), HOST)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))


HOST, LOGIN = "post.acme.example", 'user = "chill"\npassword = "a long password"'
MAIL = """
[smtp]
host = "{host}"
port = {port}
tls = "{tls}"
sender = "chill@acme.example"
{more}
[channel.mail]
kind = "mail"
to = ["release@acme.example", "nobody@acme.example"]
people = {{Maya = "maya@acme.example", mia = "mia@acme.example"}}
repositories = ["acme/*"]
"""


def of_mail(port: int, tls: str = "none", more: str = "", host: str = "127.0.0.1") -> tuple[MailChannel, Channels]:
    read = channels(MAIL.format(port=port, tls=tls, more=more, host=host))
    channel = read.channel["mail"]
    assert isinstance(channel, MailChannel)
    return channel, read


@pytest.fixture
def post() -> Iterator[Mailbox]:
    with mail_server() as one:
        yield one


def test_a_mail_arrives_with_its_words_and_once_by_its_id(post: Mailbox) -> None:
    channel, read = of_mail(post.port)
    told = notice("Weekend hält 10 % zurück", address="https://chill.acme.example/now")
    sender(channel, read, LOOPBACK)(told, NOW)
    sender(channel, read, LOOPBACK)(told, NOW)
    (to, first), (_, second) = post.mails
    assert to == ["release@acme.example"]  # the other one is unknown there
    assert first["Subject"] == "Weekend hält 10 % zurück"
    assert first["Message-ID"] == second["Message-ID"] == "<window.1.abc@acme.example>"
    assert first.get_content().split() == ["Weekend", "hält", "10", "%", "zurück", told.address]


def test_an_exception_goes_to_those_who_may_answer_it_where_their_addresses_are_known(post: Mailbox) -> None:
    channel, _ = of_mail(post.port)
    room = ("release@acme.example", "nobody@acme.example")

    def to(*answers: str) -> tuple[str, ...]:
        return mail.recipients(Notice("exception", "k", 1, "acme/shop", False, "t", answers=answers), channel)

    assert to("maya", "mia") == ("maya@acme.example", "mia@acme.example")
    assert to("maya", "@acme/leads") == ("maya@acme.example", *room)  # nobody knows who is in the team
    assert to() == room


def test_a_mail_server_without_tls_gets_nothing_where_tls_is_asked_for(post: Mailbox) -> None:
    channel, read = of_mail(post.port, "starttls", LOGIN)
    with pytest.raises(Unsent, match="offers no TLS"):
        sender(channel, read, LOOPBACK)(notice("x"), NOW)
    assert (post.mails, post.logins) == ([], [])


def test_a_server_that_nobody_vouches_for_gets_nothing(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    with mail_server(tls[0]) as post:
        channel, read = of_mail(post.port, "starttls", LOGIN)
        with pytest.raises(Unsent, match="its certificate is not valid"):
            sender(channel, read, LOOPBACK)(notice("x"), NOW)
        assert (post.mails, post.logins) == ([], [])


def test_with_tls_it_is_encrypted_before_anybody_logs_in(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    here = Addresses((), LOOPBACK, resolve=lambda host, port: ["127.0.0.1"])
    with mail_server(tls[0]) as post:
        _, read = of_mail(post.port, "starttls", LOGIN, HOST)
        assert read.smtp is not None
        letter = mail.message(notice("x"), read.smtp.sender, ["release@acme.example"], NOW)
        mail.deliver(letter, read.smtp, here, tls[1])
        assert (len(post.mails), post.secure_logins, len(post.logins)) == (1, 1, 1)


def test_a_private_network_is_reached_only_where_the_operator_says_so(post: Mailbox) -> None:
    channel, read = of_mail(post.port)
    with pytest.raises(Unsent, match="private network"):
        sender(channel, read, ())(notice("x"), NOW)
    with http_receiver() as receiver:
        one = channels(f'[channel.a]\nkind="slack"\naddress="{receiver.address}/hook"\nrepositories=["*"]')
        with pytest.raises(Unsent, match="private network"):
            sender(one.channel["a"], one, ())(notice("x"), NOW)
        assert receiver.came == []


def test_what_is_not_reached_is_said_without_its_address() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        one = channels(f'[channel.a]\nkind="slack"\naddress="http://127.0.0.1:{port}/secret"\nrepositories=["*"]')
        with pytest.raises(Unsent, match=r"^the host refused the connection$"):
            sender(one.channel["a"], one, LOOPBACK)(notice("x"), NOW)


# --- what the operator writes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[channel.a", "the channels are no TOML"),
        ('[channel.a]\nkind="slack"\naddress="http://evil.example/SECRETPATH"\nrepositories=["*"]', "https://"),
        ('[channel.a]\nkind="slack"\naddress="https://u:SECRETPATH@x.example/"\nrepositories=["*"]', "channel.a"),
        ('[channel.a]\nkind="fax"\nrepositories=["*"]', "channel.a"),
        ('[channel.a]\nkind="webhook"\naddress="https://x.example/"\nsecret="SECRETPATH"\nrepositories=["*"]', "16"),
        ('[channel.a]\nkind="slack"\naddress="https://x.example/SECRETPATH"\n', "channel.a.repositories"),
        ('[channel.a]\nkind="mail"\nto=["a@b.example"]\nrepositories=["*"]', r"\[smtp\]"),
        ('[channel.a]\nkind="mail"\nto=["a@b.example, c@d.example"]\nrepositories=["*"]', "plain mail address"),
        ('[smtp]\nhost="x"\nsender="a@b.example"\ntls="none"\nuser="u"\npassword="SECRETPATH"', "without TLS"),
    ],
)
def test_what_is_wrong_with_a_channel_is_said_without_what_is_secret(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        channels(text)
    assert "SECRETPATH" not in str(refused.value)


def test_secrets_of_channels_are_known_to_the_log() -> None:
    read = channels(
        '[channel.a]\nkind="webhook"\naddress="https://x.example/hook"\nsecret="sixteen or more characters"\n'
        'repositories=["*"]\n[smtp]\nhost="x"\nsender="a@b.example"\nuser="u"\npassword="a long password"'
    )
    assert set(read.secrets()) == {"https://x.example/hook", "sixteen or more characters", "a long password"}


def test_a_teams_address_with_a_signature_in_its_query_is_posted_to_whole() -> None:
    with http_receiver() as receiver:
        text = f'[channel.t]\nkind="teams"\naddress="{receiver.address}/wf?sig=abc&v=1"\nrepositories=["*"]'
        read = channels(text)
        sender(read.channel["t"], read, LOOPBACK)(notice("x"), NOW + timedelta(days=1))
        assert [path for path, *_ in receiver.came] == ["/wf?sig=abc&v=1"]


def test_an_answer_that_sends_elsewhere_is_not_followed() -> None:
    with http_receiver() as receiver:
        receiver.status = 302
        read = channels(f'[channel.s]\nkind="slack"\naddress="{receiver.address}/"\nrepositories=["*"]')
        with pytest.raises(Unsent, match="the host answered 302"):
            sender(read.channel["s"], read, LOOPBACK)(notice("x"), NOW)
