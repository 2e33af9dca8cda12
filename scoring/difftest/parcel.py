"""What was read here as lines for a server that keeps it: compared and masked on this machine, placed on that one."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field

from scoring.difftest.changes import Tolerance
from scoring.difftest.compare import compare
from scoring.difftest.exchange import Exchange
from scoring.difftest.noise import Measured
from scoring.difftest.readers import Piece, Problem
from scoring.difftest.record import Difference, Origin
from scoring.difftest.schema import plain

SHOWN = 20  # problems whose words are kept


@dataclass(slots=True)
class Packed:
    """What went into it."""

    exchanges: int = 0
    differences: int = 0
    problems: int = 0
    shown: list[Problem] = field(default_factory=list)


def parcel(
    pieces: Iterable[Piece],
    origin: Origin,
    tolerance: Tolerance,
    packed: Packed,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[bytes]:
    """JSON Lines that `readers.jsonl` reads, one at a time; `packed` is counted on the way.

    Equal files give equal lines, so that whoever was cut off makes the same once more.
    """
    for piece in pieces:
        match piece:
            case Problem():
                packed.problems += 1
                packed.shown += [piece] if len(packed.shown) < SHOWN else []
                yield _line({"unreadable": asdict(piece)})
            case Measured():
                yield _line({"measured": asdict(piece)})
            case Difference():
                yield from _lines((piece,), packed, progress)
            case Exchange():
                packed.exchanges += 1
                yield from _lines(compare(piece, origin, tolerance).differences, packed, progress)


def _lines(differences: Iterable[Difference], packed: Packed, progress: Callable[[int], None]) -> Iterator[bytes]:
    for each in differences:
        packed.differences += 1
        progress(packed.differences)
        yield _line(plain(each))


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
