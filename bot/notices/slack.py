"""A notice for an incoming webhook of Slack. All text is `plain_text`, which knows no markup, mention or link."""

import json
from typing import Any

from bot.notices.notice import Notice

MOST_HEADER, MOST_SECTION, MOST_SECTIONS = 150, 2900, 40  # characters and blocks that Slack takes, with some to spare


def body(notice: Notice) -> bytes:
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(notice.title, MOST_HEADER)}]
    blocks += [{"type": "section", "text": _plain(part, MOST_SECTION)} for part in _parts(notice.text)[:MOST_SECTIONS]]
    if notice.address:
        button = {"type": "button", "text": _plain("Open", MOST_HEADER), "url": notice.address}
        blocks.append({"type": "actions", "elements": [button]})
    message = {"text": escaped(notice.title), "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return json.dumps({**message, "blocks": blocks}).encode()


def escaped(text: str) -> str:
    """The three characters that begin a mention, a link or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str, most: int) -> dict[str, Any]:
    """Cut so that it fits when it is escaped, which makes a character five at most."""
    while len(escaped(text)) > most:
        text = text[: min(len(text) - 2, most)] + "…"
    return {"type": "plain_text", "text": escaped(text), "emoji": False}


def _parts(text: str) -> list[str]:
    """Pieces that a section takes, of whole lines where those are short enough."""
    pieces, most = [""], MOST_SECTION // 5
    short = (each[at : at + most] for each in text.splitlines() for at in range(0, max(1, len(each)), most))
    for each in short:
        if len(escaped(pieces[-1])) + len(escaped(each)) >= MOST_SECTION:
            pieces.append("")
        pieces[-1] += each + "\n"
    return [piece.strip() for piece in pieces if piece.strip()]
