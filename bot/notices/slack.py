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
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return {"type": "plain_text", "text": escaped(cut), "emoji": False}


def _parts(text: str) -> list[str]:
    """Pieces of whole lines that a section takes; escaping makes a text five times as long at most."""
    pieces, most = [""], MOST_SECTION // 5
    for each in text.splitlines():
        if len(pieces[-1]) + len(each) > most and pieces[-1]:
            pieces.append("")
        pieces[-1] += each + "\n"
    return [piece.strip() for piece in pieces if piece.strip()]
