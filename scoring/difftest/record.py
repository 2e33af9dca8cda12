"""One difference: the paper's seven attributes, where it comes from, and what was compared."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from scoring.difftest.labels import Label, NoiseReason

ATTRIBUTES = ("category", "description", "calls", "tags", "comments", "test_logs", "prod_logs")
# the paper's, then ours
CATEGORIES = (
    "ErrorCode", "MaskedResponse", "SignInReport", "TokenClaimsBlob", "Result", "Misc",
    "StatusCode", "Header", "BodySchema", "BodyValue", "Ordering", "Latency", "Log",
)  # fmt: skip

DECLARED = "declared as noise"  # the tag of a difference that whoever recorded called noise beforehand


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote beside a difference. Without a time nobody knows whether it was written with the label."""

    text: str
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where differences come from, for all of one import. `sampling_rate` is the share of the traffic, 0 to 1."""

    team: str = "default"
    build: str = ""
    baseline: str = ""
    snapshot: str = ""
    sampling_rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`left` is what production (the primary) answered, `right` what the test build (the candidate) did.

    `noisy`: whether production, asked twice, differed in the same place; None where it was not asked twice.
    `missing` names the attributes that were not handed in.
    """

    id: str
    origin: Origin
    request: str = ""
    endpoint: str = ""
    at: datetime | None = None
    category: str = "Misc"
    description: str = ""
    calls: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    test_logs: tuple[str, ...] = ()
    prod_logs: tuple[str, ...] = ()
    field: str = ""
    kind: str = ""
    pattern: str = ""
    left: str | None = None
    right: str | None = None
    noisy: bool | None = None
    label: Label | None = None
    labelled_at: datetime | None = None
    labelled_by: str = ""
    noise_reason: NoiseReason | None = None
    missing: tuple[str, ...] = ()


def identity(origin: Origin, *parts: str) -> str:
    """A name that the same difference has again when the same file is read again."""
    whole = "\x1f".join((origin.team, origin.build, origin.snapshot, *parts))
    return hashlib.sha256(whole.encode("utf-8", "backslashreplace")).hexdigest()[:20]


def name_of(team: str, id_: str) -> str:
    """Under which it is read once: two teams may call theirs alike."""
    return hashlib.sha256(f"{team}\x1f{id_}".encode("utf-8", "backslashreplace")).hexdigest()[:32]


def content_of(difference: Difference) -> str:
    """A name that is another one where anything but what people wrote beside it is: by it a server knows what is there.

    Whoever hands in may have called another difference alike, in this build or in one before.
    """
    one, home = difference, difference.origin
    parts = (
        home.team, home.build or home.snapshot, home.baseline, one.id, one.request, one.endpoint, one.field, one.kind,
        one.category, one.description, one.pattern, f"{one.left!r}", f"{one.right!r}", f"{one.noisy}", *one.calls,
        "\x1e", *one.test_logs, "\x1e", *one.prod_logs,
    )  # fmt: skip
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def named(difference: Difference) -> str:
    """By the name that it came with: in a folder, whose owner alone writes there."""
    return name_of(difference.origin.team, difference.id)
