"""Typed masks: what differs from run to run becomes its type; format, zone and length stay to be seen."""

import re
from collections.abc import Iterator
from functools import lru_cache

# identifiers stand for something: they have to be exchanged one for one. Times and measures do not.
IDENTIFIERS = frozenset(("uuid", "ulid", "hex", "base64", "jwt", "pointer", "email"))
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_SHAPES = (
    ("jwt", r"\beyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*"),
    ("uuid", r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"),
    ("iso", r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?![\w:])"),
    ("date", r"\b\d{4}-\d\d-\d\d\b"),
    ("rfc", rf"\b{_DAY}, \d{{1,2}} {_MONTH} \d{{4}} \d\d:\d\d:\d\d(?: (?:GMT|UTC|[+-]\d{{4}}))?"),
    ("clf", rf"\b\d\d/{_MONTH}/\d{{4}}:\d\d:\d\d:\d\d(?: [+-]\d{{4}})?"),
    ("email", r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b"),
    ("tmp", r"(?<![\w.])/(?:tmp|var/tmp|var/folders|private/tmp)/[\w./+-]+"),
    ("pointer", r"\b0x[0-9a-fA-F]{4,16}\b"),
    ("ip", r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?\b"),
    ("version", r"\bv?\d+\.\d+\.\d+(?:[-+.][0-9A-Za-z.-]+)?\b"),
    ("ulid", r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b"),
    ("pod", r"(?<=[a-z0-9]-)[a-f0-9]{8,10}-[a-z0-9]{5}\b"),
    ("duration", r"\b\d+(?:\.\d+)?\s?(?:ns|us|µs|ms|sec(?:ond)?s?|s|min(?:ute)?s?|h|hours?)\b"),
    ("hex", r"\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])(?:[0-9a-f]{8,}|[0-9A-F]{8,})\b"),
    ("epoch", r"\b1\d{9}(?:\d{3}|\.\d{1,6})?\b"),
    (
        "base64",
        r"(?<![\w/+-])(?=[\w/+-]{0,200}?\d)(?=[\w/+-]{0,200}?[A-Z])(?=[\w/+-]{0,200}?[a-z])[\w/+-]{24,}={0,2}(?![\w/+=-])",
    ),
)  # fmt: skip
_ANY = re.compile("|".join(f"(?P<{name}>{shape})" for name, shape in _SHAPES))
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d(:\d\d)?([.,]\d+)?(Z|[+-]\d\d:?\d\d)?")


@lru_cache(maxsize=16_384)
def masked(text: str) -> str:
    """`text` with each value that has a type replaced by it: "took <duration ms>"."""
    return _ANY.sub(_typed, text)


def identifiers(text: str) -> Iterator[str]:
    """The values in `text` that stand for something, in order."""
    return (each[0] for each in _ANY.finditer(text) if each.lastgroup in IDENTIFIERS)


def bare(mask: str) -> str:
    """The types alone, without format, zone and length: "<iso>"."""
    return re.sub(r"<(\w+)[^<>]*>", r"<\1>", mask)


def _typed(match: re.Match[str]) -> str:
    kind, value = match.lastgroup or "", match[0]
    match kind:
        case "iso":
            return _iso(value)
        case "rfc" | "clf":
            return f"<{kind} {value.rsplit(' ', 1)[-1] if ' ' in value else ''}>"
        case "uuid":
            return "<uuid upper>" if value.upper() == value != value.lower() else "<uuid>"
        case "hex":
            return f"<hex {len(value)}{' upper' if value.upper() == value else ''}>"
        case "base64" | "jwt":
            return f"<{kind} ~{1 << len(value).bit_length()}>"  # tokens of one kind differ a little in length
        case "duration":
            return f"<duration {value.lstrip('0123456789. ')}>"
        case "epoch":
            return f"<epoch {'ms' if len(value) == 13 and '.' not in value else 'fraction' if '.' in value else 's'}>"
        case "ip":
            return "<ip:port>" if ":" in value else "<ip>"
        case _:
            return f"<{kind}>"


def _iso(value: str) -> str:
    parts = _ISO.match(value)
    assert parts is not None  # noqa: S101 - the same shape found it
    between, seconds, fraction, zone = parts.groups()
    precise = f".{len(fraction) - 1}" if fraction else "" if seconds else " minutes"
    return f"<iso{' space' if between == ' ' else ''}{precise}{f' {zone}' if zone else ''}>"
