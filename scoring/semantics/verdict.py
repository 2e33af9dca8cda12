"""A verdict: how certain it is that a change cannot alter behaviour, what kind of change it is, and why."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from scoring.assessment import Part, Proof

Level = Literal["P", "S", "H"]
STRENGTH: dict[Level | None, int] = {"P": 3, "S": 2, "H": 1, None: 0}


@dataclass(frozen=True, slots=True)
class Pair:
    """One file at base and at head: its bytes (None where it does not exist), paths and modes."""

    old: bytes | None
    new: bytes | None
    path: str
    old_path: str
    old_mode: str = "100644"
    new_mode: str = "100644"

    @property
    def renamed(self) -> bool:
        return self.old_path != self.path


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found out. Level None is a refusal: nothing later may say more."""

    level: Level | None
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What is known of one file: P proof, S strong evidence, H a hint, None nothing."""

    path: str
    level: Level | None
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class ChangeVerdict:
    """What is known of a whole change: never more than of its weakest file."""

    level: Level | None
    kind: str
    words: str
    files: tuple[FileVerdict, ...] = ()

    def proof(self) -> Proof | None:
        """The same in the words of an assessment; None when nothing is known."""
        return None if self.level is None else Proof(self.level, self.kind, self.words)

    def parts(self) -> tuple[Part, ...]:
        """What the change is made of, the least certain first."""
        counts = Counter((STRENGTH[file.level], file.level, file.kind) for file in self.files)
        ordered = sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][2]))
        return tuple(Part(level, kind, files) for (_, level, kind), files in ordered)


def weakest(files: tuple[FileVerdict, ...]) -> ChangeVerdict:
    """The verdict of a change made of `files`; a change without files proves nothing."""
    if not files:
        return ChangeVerdict(None, "nothing", "The change names no file.")
    worst = min(files, key=lambda file: STRENGTH[file.level])
    if worst.level is None:
        return ChangeVerdict(None, worst.kind, _unproved(files, worst), files)
    kinds = Counter(file.kind for file in files)
    kind = next(iter(kinds)) if len(kinds) == 1 else "mixed"
    return ChangeVerdict(worst.level, kind, _proved(files, kinds), files)


def _unproved(files: tuple[FileVerdict, ...], worst: FileVerdict) -> str:
    if len(files) == 1:
        return worst.words
    count = sum(file.level is None for file in files)
    return f"Nothing can be proved of {count} of {len(files)} files; the first: {_lower(worst.words)}"


def _proved(files: tuple[FileVerdict, ...], kinds: Counter[str]) -> str:
    words = list(dict.fromkeys(file.words for file in files))
    if len(words) == 1:
        return words[0]
    parts = ", ".join(f"{kind} ({count})" for kind, count in sorted(kinds.items()))
    weak = min(files, key=lambda file: STRENGTH[file.level])
    return f"{len(files)} files, each checked by itself: {parts}. The weakest: {_lower(weak.words)}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
