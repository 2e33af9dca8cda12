"""A notice for a workflow of Teams ("post to a channel when a webhook request is received"): one Adaptive Card.

Text stands in runs of rich text, which know no Markdown; a TextBlock would make links and lists of it.
"""

import json
from typing import Any

from bot.notices.notice import Notice

MOST = 12_000  # characters of text: Teams takes 28 KB, and a character outside ASCII is six bytes of JSON or more
MOST_BYTES = 24_000


def body(notice: Notice) -> bytes:
    most = MOST
    while len(message := _message(notice, most)) > MOST_BYTES:
        most //= 2
    return message


def _message(notice: Notice, most: int) -> bytes:
    blocks = [_block(notice.title, weight="Bolder", size="Medium")]
    blocks += [_block(each) for each in notice.text[:most].splitlines() if each.strip()]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    if notice.address:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": notice.address}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False).encode()


def _block(text: str, **looks: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": _literal(text), **looks}]}


def _literal(text: str) -> str:
    """Doubled braces and `${` begin a function of cards, such as a date: a joiner that takes no room parts them."""
    return text.replace("{{", "{\u2060{").replace("${", "$\u2060{")
