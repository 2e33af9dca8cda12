"""Two builds of a small shop answer the same requests, what differs is handed in, and a check follows the answers.

The shop answers over HTTP as a service would, and its pipeline hands in what `codechill difftest upload` makes of the
recordings, with a key, at the App's own door.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, Response

from bot.demo.stage import Stage
from scoring.difftest.answers import Answer
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label

TEAM = "checkout"
SECRET = "for-the-demo-only-" + uuid4().hex
REQUESTS = tuple(f"/{what}/{number}" for number in range(1, 13) for what in ("cart", "user"))
LABELS: Mapping[str, Label] = {  # what somebody on call says of each field
    "header.x-trace": Label.NOISE,
    "body.served_at": Label.NOISE,
    "body.currency": Label.NEW_FEATURE,
    "body.total": Label.REGRESSION,
}


def shop(build: str) -> Flask:
    """ "base", "wrong" (shows a currency, and forgets the discount from ten pieces on) or "mended"."""
    app = Flask(f"shop {build}")

    @app.get("/cart/<int:number>")
    def cart(number: int) -> dict[str, Any]:
        pieces = number * 2
        discount = 0 if build == "wrong" or pieces < 10 else 5
        told = {"cart": number, "pieces": pieces, "total": 3 * pieces - discount}
        return told | ({} if build == "base" else {"currency": "EUR"})

    @app.get("/user/<int:number>")
    def user(number: int) -> dict[str, Any]:
        return {"user": number, "name": f"user {number}", "served_at": datetime.now(UTC).isoformat()}

    @app.after_request
    def traced(response: Response) -> Response:
        response.headers["X-Trace"] = str(uuid4())
        return response

    return app


def recorded(build: str, path: Path) -> Path:
    """One archive (HAR) of all requests, asked now."""
    client = shop(build).test_client()
    path.write_text(json.dumps({"log": {"entries": [_entry(client.get(each)) for each in REQUESTS]}}))
    return path


def _entry(answer: Any) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in answer.headers]
    content = {"mimeType": answer.mimetype, "text": answer.get_data(as_text=True)}
    url = f"http://shop.example{answer.request.path}"
    return {
        "startedDateTime": datetime.now(UTC).isoformat(),
        "request": {"method": "GET", "url": url, "headers": []},
        "response": {"status": answer.status_code, "headers": headers, "content": content},
    }


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Of one repository on the stage. `folder` keeps the recordings."""

    stage: Stage
    repository: str
    folder: Path

    def hand_in(self, build: str, head: str, baseline: str) -> str:
        """What a step of the pipeline prints. Raises CalledProcessError."""
        first, again, new = (
            recorded(each, self.folder / f"{name}.har")
            for name, each in (("production-1", "base"), ("production-2", "base"), ("candidate", build))
        )
        command = [
            sys.executable, "-m", "bot", "difftest", "upload", "--from", "har", "--server", self.stage.address,
            "--repository", self.repository, "--team", TEAM, "--build", head, "--baseline", baseline,
            "--candidate", str(new), "--secondary", str(again), str(first),
        ]  # fmt: skip
        environment = {**os.environ, "CODECHILL_UPLOAD_KEY": SECRET}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        self.stage.settle()
        return done.stdout.strip()

    def groups(self, head: str) -> list[Group]:
        here = self.stage.sandbox.repository(self.repository).id
        return self.stage.app.store.differences.groups(here, TEAM, head)

    def answer(self, head: str, by: str) -> list[tuple[Group, Label]]:
        """Somebody on call labels every group of the queue, one answer each; the App is told as by its page."""
        app, here = self.stage.app, self.stage.sandbox.repository(self.repository).id
        said = [(each, LABELS[each.key.signature.field]) for each in self.groups(head)]
        app.store.differences.answer(here, [Answer(each.id, label, by, app.clock()) for each, label in said])
        app.answered(here, TEAM, head)
        app.worker.wake()
        self.stage.settle()
        return said
