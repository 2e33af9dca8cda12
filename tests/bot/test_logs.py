"""Nothing that is secret reaches the log, and every line is one JSON object."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.process.logs import MASK, Mask, configure

KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq2Xfirstline\nc2Vjb25kbGluZQ==\n-----END RSA PRIVATE KEY-----\n"
)
SECRETS = ("it's a secret to everybody", KEY)
TOKENS = (
    "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghs_123_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2lnbmF0dXJl-_" + "x" * 400,
    "ghp_abcdefghij",
    "github_pat_11ABCDEFG0_abcdefghijklmnop",
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiIxMjMifQ.c2lnbmF0dXJl",
    "eC1hY2Nlc3MtdG9rZW46Z2hzX3ZlcnlzZWNyZXQ=",
)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    configured = structlog.get_config()
    written = io.StringIO()
    configure("debug", "json", SECRETS, written)
    yield written
    logging.getLogger().handlers[:], level = before
    logging.getLogger().setLevel(level)
    structlog.configure(**configured)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_the_delivery_the_level_and_the_time(stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(delivery="guid-1"):
        structlog.get_logger("bot.test").info("received", number=7)
    (line,) = lines(stream)
    assert line.pop("timestamp", "")
    assert line == {"event": "received", "delivery": "guid-1", "number": 7, "level": "info", "logger": "bot.test"}


def test_the_log_of_libraries_takes_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("sent %s", TOKENS[0])
    (line,) = lines(stream)
    assert (line["event"], line["logger"]) == (f"sent {MASK}", "some.library")


def test_the_chatter_of_libraries_is_left_out(stream: io.StringIO) -> None:
    for library in ("alembic.runtime.migration", "urllib3.connectionpool"):
        logging.getLogger(library).info("as always")
        logging.getLogger(library).warning("unusual")
    logging.getLogger("apscheduler.scheduler").warning("a look takes long")
    logging.getLogger("apscheduler.scheduler").error("a look failed")
    assert [line["event"] for line in lines(stream)] == ["unusual", "unusual", "a look failed"]


@pytest.mark.parametrize("secret", [*TOKENS[:-1], SECRETS[0], KEY, KEY.splitlines()[1], KEY.splitlines()[2]])
def test_a_secret_is_masked_wherever_it_stands(stream: io.StringIO, secret: str) -> None:
    log = structlog.get_logger("bot.test")
    log.info(
        f"event {secret}",
        text=secret,
        nested={"deep": [secret, (secret,)]},
        raw=secret.encode(),
        error=ValueError(secret),
    )
    logging.getLogger("library").error("%s", secret, extra={"more": secret})
    try:
        raise RuntimeError(f"while using {secret}")
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("library").exception("failed")
    assert secret not in stream.getvalue()
    assert secret.replace("\n", "\\n") not in stream.getvalue()
    assert len(lines(stream)) == 4


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Basic {TOKENS[-1]}",
        f"{{'Authorization': 'token {TOKENS[-1]}'}}",
        f"authorization=Bearer {TOKENS[-1]}",
        f"https://x-access-token:{TOKENS[-1]}@github.com/o/r",
    ],
)
def test_a_credential_is_masked_by_where_it_stands(text: str) -> None:
    assert TOKENS[-1] not in Mask().text(text)


def test_what_is_no_secret_stays(stream: io.StringIO) -> None:
    words = "merge 1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c of feature/ghs into main, authorization was refused"
    structlog.get_logger("bot.test").info(words, path="src/secret.py", url="https://github.com/o/r/pull/1")
    (line,) = lines(stream)
    assert (line["event"], line["path"], line["url"]) == (words, "src/secret.py", "https://github.com/o/r/pull/1")


def test_text_for_people_is_masked_alike() -> None:
    written = io.StringIO()
    before, configured = logging.getLogger().handlers[:], structlog.get_config()
    configure("info", "text", SECRETS, written)
    structlog.get_logger("bot.test").info("hello", token=TOKENS[0])
    logging.getLogger().handlers[:] = before
    structlog.configure(**configured)
    assert TOKENS[0] not in written.getvalue()
    assert "hello" in written.getvalue()


def test_a_line_break_from_outside_does_not_make_a_line(stream: io.StringIO) -> None:
    structlog.get_logger("bot.test").info("title", title='x\n{"event": "forged"}\u2028')
    assert len(lines(stream)) == 1
