"""A change read once more with nothing kept out of the counts: what its author hid counts as code of an ordinary path.

Only what the change itself brings is looked at: a new name, a new mark, lines nobody would write, programs in texts and
comments, a text that git takes for a binary file. What the base has already is counted as ever, and so is history.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scoring.change import Change, FileChange
from scoring.facts.kinds import LONGEST, kinds
from scoring.facts.languages import Language, extension, of_patch, of_path
from scoring.facts.lines import NOTHING, LineCounts, Patch, Side, count_all, read
from scoring.git import Git
from scoring.hidden import names
from scoring.hidden.names import Base
from scoring.hidden.programs import LEAST, MOST, language_of_name, program
from scoring.hidden.unfold import ANY, decoded, formatted, runs, unfolded
from scoring.history.patch import Lines

BUDGET = 4 << 20  # bytes of one change that are looked at
_TABLES = frozenset(("json", "ipynb"))
PLACES = 3  # folders in which a file is tried that its name put where no code stands
_SCRIPT = re.compile(rb"<script\b[^>]{0,500}>(.*?)(?:</script|\Z)", re.S | re.I)
_SOURCE_LINES = re.compile(rb"[\x20-\x7e\t\r\n\x80-\xff]")

Shown = tuple[FileChange, LineCounts]


@dataclass(frozen=True, slots=True)
class Hidden:
    """One file of a change as it reads when nothing is kept out."""

    path: str  # in the change
    by: str  # "name", "mark", "lines", "texts" or "bytes": what keeps it out
    shown: tuple[Shown, ...]  # the file in one or more ordinary places


def hidden(
    git: Git, change: Change, lines: Sequence[LineCounts], patch: Mapping[str, Lines], code: Sequence[str]
) -> tuple[Hidden, ...]:
    """The files of a change that count less than they would in plain sight; none for most changes.

    `code` are the folders where the repository's code stands, the busiest first.
    """
    base = Base(git, change.base)
    gone = [line.strip() for each in patch.values() for _, line in each.removed]
    in_sight, left = [], BUDGET
    # the largest first: what is left when time is up is little beside them
    for file, counts in sorted(zip(change.files, lines, strict=True), key=lambda each: -each[1].bytes_added):
        if file.status == "D" or file.new_mode not in ("100644", "100755"):
            continue
        reader = _File(git, file, counts, patch.get(file.path, Lines()), base, gone)
        text = reader.text()
        left -= len(text)
        shown = reader.hidden(text, code) if text and left >= 0 else None
        if shown is not None:
            in_sight.append(shown)
    return tuple(in_sight)


def versions(change: Change, lines: Sequence[LineCounts], kept_out: Sequence[Hidden]) -> tuple[tuple[Shown, ...], ...]:
    """The change with its hidden files in plain sight, once for each place they are tried in; none for none."""
    there = {file.path for file in change.files}
    shown = {each.path: each.shown for each in kept_out if each.path in there}
    most = max((len(each) for each in shown.values()), default=0)
    return tuple(
        tuple(
            shown[file.path][min(place, len(shown[file.path]) - 1)] if file.path in shown else (file, counts)
            for file, counts in zip(change.files, lines, strict=True)
        )
        for place in range(most)
    )


def code_folders(changes: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The folders in which most of these changes, each a list of paths, touched code that ships."""
    counts = Counter(
        folder
        for paths in changes
        for folder in {path.rpartition("/")[0] for path in paths if kinds(path) == {"source"} and of_path(path)}
    )
    return tuple(folder for folder, _ in counts.most_common(PLACES))


@dataclass(frozen=True)
class _File:
    git: Git
    file: FileChange
    counts: LineCounts
    lines: Lines
    base: Base
    gone: Sequence[bytes]  # every line that the change removes

    def hidden(self, text: bytes, folders: Sequence[str]) -> Hidden | None:
        """The file in plain sight when that counts for more."""
        for by, plain, language in self._readings(text):
            code, most = unfolded(plain, language)
            path = names.ordinary(self.file.path, most)
            counts = self._counted(path, code)
            # as many lines as it would have: of code that is counted, and of those that git shows
            seen = 0 if by == "name" else min(self.counts.code_added + self.counts.moved_in, self.file.added)
            if counts.code_added >= seen + LEAST:
                shown = self._places(path, counts, folders if by == "name" else ())
                if by in ("name", "mark", "bytes") and code != plain:
                    # and with the programs in its texts left where they are: the higher of both counts
                    path = names.ordinary(self.file.path, language)
                    shown += self._places(path, self._counted(path, plain), folders if by == "name" else ())
                return Hidden(self.file.path, by, tuple(shown))
        return None

    def text(self) -> bytes:
        """What the change adds to it; empty where that is no text."""
        if self.file.binary:
            return self._of_bytes()
        if not self.lines.added:
            return b""
        return b"\n".join(line for _, line in self.lines.added)[:MOST] + b"\n"

    def _of_bytes(self) -> bytes:
        """The text of a file that git takes for a binary one: with a zero byte in it, or in two bytes a letter."""
        new, old = (_plain(self.git, blob) for blob in (self.file.new_blob, self.file.old_blob))
        if new is None:
            return b""
        before = set(old.split(b"\n")) if old is not None else frozenset[bytes]()
        return b"\n".join(line for line in new.split(b"\n") if line not in before) + b"\n"

    def _readings(self, text: bytes) -> Iterator[tuple[str, bytes, Language]]:
        """What may keep it out, what it is then, and in which language."""
        file = self.file
        body = b"\n@@ -0,0 +1,1 @@\n+" + text[:200] if file.status == "A" else b""
        if names.arrives(file) and (names.is_kept_out(file.path) or of_patch(file.path, body) is None):
            for plain, language in _programs(file.path, text):
                if not names.is_earned(file, plain, language, self.base):
                    yield "name", plain, language
        language_named = of_patch(file.path, body)
        if language_named is not None:
            yield from self._shapes(text, language_named)

    def _shapes(self, text: bytes, language: Language) -> Iterator[tuple[str, bytes, Language]]:
        """The same of a file whose name says in which language it is."""
        file = self.file
        if file.binary and program(text, language) is not None:
            yield "bytes", text, language
        if file.status == "A" and self.counts.marked and not names.is_marked_there(file.path, self.base):
            yield "mark", text, language
        if self.counts.marked or names.is_kept_out(file.path):
            return
        long = any(len(line) > LONGEST for line in text.split(b"\n"))
        if not long or not names.is_long_there(file.path, self.base):
            yield "lines" if long else "texts", text, language

    def _counted(self, path: str, plain: bytes) -> LineCounts:
        added = plain.removesuffix(b"\n").split(b"\n")
        removed = [line for _, line in self.lines.removed]
        body = b"\n@@ -1,%d +1,%d @@" % (len(removed), len(added))
        body += b"".join(b"\n-" + line for line in removed) + b"".join(b"\n+" + line for line in added) + b"\n"
        # what was removed elsewhere in the change has moved here
        others = Patch(None, NOTHING, removed=Side(list(self.gone), [b""] * len(self.gone)))
        counts = count_all([read(body, path), others])[0]
        if self.file.binary or self.file.status == "A":
            return counts
        unread = ("hunks", "insertions", "removals", "functions")
        return counts._replace(**{name: getattr(self.counts, name) for name in unread})

    def _places(self, path: str, counts: LineCounts, code: Sequence[str]) -> list[Shown]:
        # what was known of a file stays known of it
        before = None if self.file.status == "A" else self.file.old_path or self.file.path
        file = replace(self.file, path=path, old_path=before, added=counts.added, deleted=counts.deleted, binary=False)
        folder, _, name = path.rpartition("/")
        moved = self.file.path.rpartition("/")[0] != folder
        places = dict.fromkeys([folder, *(code[:PLACES] if moved else ())])
        return [(replace(file, path=f"{place}/{name}" if place else name), counts) for place in places]


def _plain(git: Git, blob: str | None) -> bytes | None:
    """The content of a blob when it reads as text but for zero bytes, None when it does not."""
    if blob is None:
        return None
    with git.blobs(MOST) as blobs:
        content = blobs.read(blob)
    for mark, code in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[2:].decode(code, "replace").encode()
    bare = content.replace(b"\0", b"")
    return bare if len(_SOURCE_LINES.findall(bare[:65536])) >= 0.95 * len(bare[:65536]) else None


def _programs(path: str, text: bytes) -> Iterator[tuple[bytes, Language]]:
    """The programs that a text holds whose name says it is none, or that another name would count."""
    # what shells read to complete a word says so in its text
    named = language_of_name(path) if not kinds(path) & {"data", "docs"} else None
    for plain in _candidates(path, text):
        language = program(formatted(plain), named)
        if language is not None:
            yield plain, language
            return


def _candidates(path: str, text: bytes) -> Iterator[bytes]:
    if extension(path) in _TABLES or text.lstrip()[:1] in (b"{", b"["):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            # nothing but its values can be a program
            yield from _cells(values)
            yield from _texts(values)
            return
    scripts = _SCRIPT.findall(text)
    if scripts:
        yield b"\n".join(scripts)
    yield text
    yield from decoded(text)
    # a value of a table that is a program
    yield from runs(text, ANY)


def _cells(notebook: Any) -> Iterator[bytes]:
    """The code of a notebook, as far as it is one."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    sources = [cell.get("source") for cell in cells or () if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    lines = ["".join(map(str, source)) if isinstance(source, list) else str(source) for source in sources]
    if lines:
        yield "\n".join(lines).encode("utf-8", "replace")


def _texts(values: Any) -> Iterator[bytes]:
    """The texts among values, and those that stand in one list as one."""
    pending = [values]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value.encode("utf-8", "replace")
        elif isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            lines = [each for each in value if isinstance(each, str)]
            if len(lines) > 1:
                yield "\n".join(lines).encode("utf-8", "replace")
            pending += [each for each in value if not isinstance(each, str)] if len(lines) > 1 else value
