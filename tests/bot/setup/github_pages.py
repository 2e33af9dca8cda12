"""A stand-in for the part of GitHub that makes Apps: its form, and the conversion of codes."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIBsecretkeymaterial\n-----END RSA PRIVATE KEY-----\n"
WEBHOOK_SECRET = "0123456789abcdef0123456789abcdef01234567"
CLIENT_SECRET = "fedcba9876543210fedcba9876543210fedcba98"


@dataclass
class Pages:
    """`made` are manifests by code; a code is good once. `fault` is a status every conversion answers with."""

    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    owners: list[str | None] = field(default_factory=list)
    fault: int = 0
    address: str = ""

    def confirm(self, manifest: dict[str, Any], organisation: str | None) -> str:
        """Somebody presses the button on GitHub's page; returns the code."""
        code = secrets.token_hex(20)
        self.made[code] = manifest
        self.owners.append(organisation)
        return code

    def convert(self, code: str) -> tuple[Response, int]:
        if self.fault:
            return jsonify(message="Server Error"), self.fault
        if code not in self.made:
            return jsonify(message="Not Found"), 404
        manifest = self.made.pop(code)
        return jsonify(
            id=4711,
            slug=manifest["name"],
            owner={"login": self.owners[-1] or "octocat"},
            client_id="Iv23li0123456789abcd",
            client_secret=CLIENT_SECRET,
            webhook_secret=WEBHOOK_SECRET,
            pem=PEM,
        ), 201


def app_of(pages: Pages) -> Flask:
    app = Flask(__name__)

    def new(organisation: str | None = None) -> Response:
        manifest = json.loads(request.form["manifest"])
        code = pages.confirm(manifest, organisation)
        return Response(
            status=302, headers={"Location": f"{manifest['redirect_url']}?code={code}&state={request.args['state']}"}
        )

    app.add_url_rule("/settings/apps/new", "new", new, methods=["POST"])
    app.add_url_rule("/organizations/<organisation>/settings/apps/new", "new_of", new, methods=["POST"])
    app.add_url_rule("/api/v3/app-manifests/<code>/conversions", "convert", pages.convert, methods=["POST"])
    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an app on this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
