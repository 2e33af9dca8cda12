"""A line whose notices go to servers on this machine."""

import json
from typing import Any

from bot.config.addresses import networks
from bot.config.channels import Channels, channels
from bot.jobs.kinds import Nothing
from bot.learning import weekly
from bot.notices.post import Post
from bot.notices.readings import Stored
from bot.notices.send import sender
from tests.bot.notices.receivers import SECRET, Receiver
from tests.fakes.line import MANAGERS, Line

LOOPBACK = networks("127.0.0.0/8")
WINDOW = "windows:\n  - {name: Launch, level: red, from: 2026-11-27 11:00, to: 2026-11-29}\n"
BOTH = "notices: {channels: {signed: [], room: []}}\n"


class Office:
    """`signed` and `room` (Slack) may name acme's repositories, private ones too."""

    def __init__(self, line: Line, receiver: Receiver) -> None:
        self.line, self.receiver = line, receiver
        self.channels(self.usual())

    def usual(self, private: str = '["acme/*"]') -> str:
        at = self.receiver.address
        return f"""
[channel.signed]
kind = "webhook"
address = "{at}/signed"
secret = "{SECRET}"
repositories = ["acme/*"]
private = {private}
[channel.room]
kind = "slack"
address = "{at}/slack"
repositories = ["acme/*"]
private = {private}
"""

    def channels(self, text: str) -> None:
        read = channels(text)
        senders = {name: sender(one, read, LOOPBACK) for name, one in read.channel.items()}
        self.post = self._post(read, senders)

    def _post(self, read: Channels, senders: dict[str, Any]) -> Post:
        stored, weeks = self.line.store.only(Stored), self.line.store.only(weekly.Parts)
        return Post(
            stored, weeks, read, senders, "https://chill.acme.example", "https://github.example", self.line.clock
        )

    def configure(self, *parts: str) -> None:
        self.line.configure(MANAGERS + "".join(parts or (BOTH, WINDOW)))

    def turn(self, **forward: float) -> None:
        """The clock's next look."""
        self.line.clock.forward(**forward or {"minutes": 1})
        self.post.take(Nothing())

    def signed(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.receiver.bodies("/signed")]

    def slack(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.receiver.bodies("/slack")]

    def titles(self) -> list[str]:
        return [one["title"] for one in self.signed()]
