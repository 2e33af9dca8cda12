"""What a reading of a change's contents brings to light, beside its score: hazards, hunks, packages. Values only."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Hazard:
    """Something in a change that no machine lets pass, found by a static rule."""

    rule: str  # its name in the table of static rules
    words: str  # one sentence without text from outside
    path: str = ""  # from outside, escape when shown
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Hunk:
    """A changed stretch of a file: lines counted from 1; a count of 0 where nothing is on that side."""

    path: str
    old_start: int
    old_count: int
    new_start: int
    new_count: int


Category = Literal[
    "refactor_no_behaviour_change",
    "dead_code_removal",
    "defensive_check",
    "logging_added",
    "formatting",
    "docs_comments",
    "import_cleanup",
    "tests_added",
    "static_resource",
]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the deterministic reviewer says of one hunk. Level: P proof, S strong evidence, H a hint, None nothing."""

    hunk: Hunk
    level: Literal["P", "S", "H"] | None
    category: Category | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Bump:
    """One package that a change takes in another version."""

    ecosystem: str  # "npm", "python", "go", "rust", "actions", "docker"
    package: str  # from outside, escape when shown, and so are both versions
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a change does to manifests and lock files. Where no hazard speaks of them, `bumps` explain all of it."""

    files: tuple[str, ...]
    bumps: tuple[Bump, ...]  # those that a manifest or a lock file takes newly, the transitive ones too


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a reading of the contents themselves says of a change; the same for the same content and version."""

    hazards: tuple[Hazard, ...]
    hunks: tuple[Judged, ...]  # every one, counted by us
    files: int
    lines: int  # added and deleted
    proven: bool  # proved as a whole to change no behaviour: it may waive size, and nothing else
    percentile: float | None  # 0 to 1: the highest rank of the whole and of each part; None: it could not be scored
    dependencies: Dependencies | None = None  # None: no manifest and no lock file is touched
