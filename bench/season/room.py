"""A channel for notices of a season: what the App tells there is kept in the diary, with when it did."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from bench.year.diary import Diary, moment

CHANNELS = """[channel.room]
kind = "webhook"
address = "http://127.0.0.1:{port}/room"
secret = "a season of notices"
repositories = ["*"]
private = ["*"]
"""


class Room:
    """A server for one channel while it is open."""

    def __init__(self, diary: Diary, clock: Callable[[], datetime]) -> None:
        class Heard(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                diary.write("heard", [(moment(clock()), said["title"])])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """The diary is enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Heard)

    @property
    def settings(self) -> dict[str, Any]:
        """Of the App."""
        text = CHANNELS.format(port=self._server.server_address[1])
        return {"channels": text, "channel_networks": "127.0.0.0/8"}

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
