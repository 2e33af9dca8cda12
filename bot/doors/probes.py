"""What tells others how this process is: alive, ready, and in numbers."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response


def _always() -> dict[str, bool]:
    return {}


def _none() -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class Probes:
    """`ready` names each part and whether it works; `details` is more for whoever reads /readyz, that decides nothing;
    `metrics` is Prometheus text."""

    ready: Callable[[], dict[str, bool]] = _always
    details: Callable[[], dict[str, object]] = dict
    metrics: Callable[[], bytes] = _none

    def blueprint(self) -> Blueprint:
        """Routes /healthz, /readyz, /metrics."""
        routes = Blueprint("probes", __name__)
        routes.get("/healthz")(self._health)
        routes.get("/readyz")(self._readiness)
        routes.get("/metrics")(self._numbers)
        return routes

    def _health(self) -> Response:
        return Response("alive\n", 200, mimetype="text/plain")

    def _readiness(self) -> Response:
        parts = self.ready()
        text = json.dumps({"ready": all(parts.values()), "parts": parts, **(self.details() if parts else {})})
        return Response(text, 200 if all(parts.values()) else 503, mimetype="application/json")

    def _numbers(self) -> Response:
        return Response(self.metrics(), 200, content_type="text/plain; version=0.0.4; charset=utf-8")
