"""Hostile input to every reader of what comes from outside, for as long as is asked: `make fuzz`, and shortly in CI.

    python -m bench.fuzz [--seconds 20] [--seed 1] [--reader NAME]

Each reader gets mutations of real input and may answer or refuse; anything else it raises is a finding, told with the
seed of the input, and so is an input that keeps it busy for longer than `SLOW` seconds of processor time.
"""

import argparse
import gzip
import json
import random
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.forge.github.shapes import Unreadable
from bot.forge.github.webhook import read as read_webhook
from bot.line.render import code, prose
from bot.policy.calendar.feed import check_feed
from bot.policy.chat import grammar as chat
from bot.policy.config import ConfigError
from bot.policy.config import parse as parse_config
from scoring.errors import ScoringError
from scoring.facts.diff import counts

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # what is in sight of it is read of a calendar
ROOT = Path(__file__).resolve().parents[1]
LARGEST = 60_000  # bytes of one input
SLOW = 5.0
WORDS = (
    "/chill|/chill approve|\n|\r\n|\r|\x00|\u202e|\u200b|[|](|![|`|```|<!--|-->|<a |</details>|&#x41;|*|**|_|>|> |- |"
    "{|}|[[|]]|\"|'|:|: |- name: x|&a|*a|<<: *a|!!python/object:os.system|%YAML 1.1|---|@@ -1,9 +1,9 @@|@@ -0,0 +1 @@|"
    "--- a/x|+++ b/x|diff --git a/x b/x|\\ No newline at end of file|GIT binary patch|1e9999|-1|null|true|999999999999|"
    "BEGIN:VEVENT|END:VEVENT|RRULE:FREQ=DAILY;COUNT=99999999|DTSTART:20260101|DURATION:P999999999D|2026-99-99"
)
TOKENS = (*WORDS.split("|"), "|", "\ud83d")
NUMSTAT = b"2\t1\ta.py\0-\t-\tb.png\x000\t3\t\0old\0new"
FEED = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"
    b"DTSTART;TZID=Europe/Berlin:20260101T090000\r\nDTEND;TZID=Europe/Berlin:20260102T090000\r\n"
    b"RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20270101T000000Z\r\nSUMMARY:Freeze\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@dataclass(frozen=True, slots=True)
class Reader:
    name: str
    read: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...]
    corpus: tuple[bytes, ...]


def text(sample: bytes) -> str:
    return sample.decode("utf-8", "surrogateescape")


def webhook(sample: bytes) -> object:
    event, _, body = sample.partition(b"\n")
    try:
        payload = json.loads(body)
    except RecursionError:
        return None  # as at the door
    return read_webhook(text(event), payload) if isinstance(payload, dict) else None


def shown(sample: bytes) -> object:
    return prose(text(sample)), code(text(sample))


def readers() -> tuple[Reader, ...]:
    packed = ROOT / "tests/bot/webhooks/examples.json.gz"
    entries = json.loads(gzip.decompress(packed.read_bytes()))
    events = [f"{e['name']}\n{json.dumps(one)}".encode() for e in entries for one in e["examples"]]
    examples = [path.read_bytes() for path in sorted((ROOT / "docs").glob("*.yml"))]
    said = [
        b"/chill justify security_fix It leaks\n\nbecause `x`",
        b"> quoted\n\n/chill approve",
        b"* a\n/chill deny no",
    ]
    pages = [path.read_bytes() for path in sorted((ROOT / "docs").glob("*.md"))]
    return (
        Reader("webhook", webhook, (Unreadable, ValueError), tuple(events)),
        Reader("command", lambda sample: chat.parse(text(sample)), (), (*said, *pages)),
        Reader("config", lambda sample: parse_config(text(sample)), (ConfigError,), tuple(examples)),
        Reader("diff", lambda sample: counts(sample.split(b"\0")), (ScoringError,), (NUMSTAT, NUMSTAT * 3)),
        Reader("calendar", lambda sample: check_feed(text(sample), NOW), (), (FEED,)),
        Reader("renderer", shown, (), (*said, *pages)),
    )


def mutated(sample: bytes, chance: random.Random) -> bytes:
    """A few cuts, copies, floods, flips and foreign words."""
    for _ in range(chance.randint(1, 6)):
        at, end = sorted((chance.randint(0, len(sample)), chance.randint(0, len(sample))))
        word = chance.choice(TOKENS).encode("utf-8", "surrogatepass")
        match chance.randint(0, 6):
            case 0:
                sample = sample[:at] + sample[end:]
            case 1:
                sample = sample[:at] + sample[at:end] * chance.randint(2, 5) + sample[end:]
            case 2:
                sample = sample[:at] + word * chance.choice((1, 2, 50, 20_000 // len(word))) + sample[at:]
            case 3:
                sample = sample[:at] + bytes([chance.randint(0, 255)]) + sample[at + 1 :]
            case 4:
                sample = sample[:at] + word + sample[at:end] + word + sample[end:]
            case 5:
                lines = sample.split(b"\n")
                chance.shuffle(lines)
                sample = b"\n".join(lines)
            case _:
                digit = chance.choice((b"0", b"-1", b"9" * 30, b"1e400"))
                sample = sample[:at] + digit + sample[end if end - at < 5 else at :]
    return sample[:LARGEST]


def tried(reader: Reader, seed: str) -> tuple[str, float]:
    """What went wrong ("": nothing) and how many seconds it took."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    sample = mutated(chance.choice(reader.corpus), chance)
    began, wrong = time.process_time(), ""
    try:
        reader.read(sample)
    except reader.refuses:
        pass
    except Exception:  # noqa: BLE001 - whatever else it is, it is what is looked for
        wrong = traceback.format_exc(limit=-4)
    took = time.process_time() - began
    return wrong or ("too slow" if took > SLOW else ""), took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="of wall time, shared between the readers")
    parser.add_argument("--seed", type=int, default=1, help="inputs are the same for the same seed")
    parser.add_argument("--reader", help="only this one")
    given = parser.parse_args()
    chosen = [reader for reader in readers() if given.reader in (None, reader.name)]
    findings = 0
    for reader in chosen:
        ends, count, slowest = time.monotonic() + given.seconds / len(chosen), 0, ("", 0.0)
        while time.monotonic() < ends:
            seed = f"{given.seed} {reader.name} {count}"
            wrong, took = tried(reader, seed)
            count += 1
            slowest = max(slowest, (seed, took), key=lambda one: one[1])
            if wrong:
                findings += 1
                sys.stdout.write(f"{reader.name}, input {seed!r}: {wrong}\n")
        sys.stdout.write(f"{reader.name}: {count:,} inputs, the slowest {slowest[1] * 1000:.0f} ms ({slowest[0]!r})\n")
    sys.stdout.write(f"{findings} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
