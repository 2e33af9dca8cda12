"""Ways in: what each tool writes, as exchanges or differences, one at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scoring.difftest.exchange import Exchange
from scoring.difftest.noise import Measured
from scoring.difftest.readers import diffy, goreplay, har, jsonl, keploy, otlp, scientist
from scoring.difftest.readers.source import Problem, Sources
from scoring.difftest.record import Difference

Piece = Exchange | Difference | Measured | Problem


@dataclass(frozen=True, slots=True)
class Reader:
    """`pairs`: whether each build's recording is a file of its own."""

    words: str
    read: Callable[[Sources], Iterator[Any]]
    pairs: bool = False


READERS = {
    "jsonl": Reader("JSON Lines of the seven attributes (`codechill difftest schema`)", jsonl.read),
    "diffy": Reader("Diffy's results or stats of an endpoint, JSON", diffy.read),
    "keploy": Reader("Keploy's test report, YAML", keploy.read),
    "goreplay": Reader("GoReplay's recording or middleware lines with both responses", goreplay.read),
    "scientist": Reader("experiments of Scientist, JSON Lines", scientist.read),
    "har": Reader("HTTP archives of both builds", har.read, pairs=True),
    "otlp": Reader("OpenTelemetry logs of both builds, OTLP JSON, joined by trace id", otlp.read, pairs=True),
}

__all__ = ["READERS", "Piece", "Problem", "Reader", "Sources"]
