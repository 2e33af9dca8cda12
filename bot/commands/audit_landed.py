"""What `codechill audit export --landed` writes: a record of each automatic landing, for auditors."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.commands.database import Unusable
from bot.commands.progress import progress_bar
from bot.learning.landing_evidence import Document, Proving, evidence, landed, missing, sampled
from bot.line.render import Markdown
from bot.store import AutomaticLanding, KnownRepository

INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`sample` None: all of them."""

    homes: tuple[KnownRepository, ...]
    since: datetime | None
    sample: int | None
    seed: int


def day(text: str) -> datetime:
    """A day, or a moment with its zone. Raises Unusable."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable(f"--since {text} is no day: write it as 2026-11-28") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def export(stored: Proving, wanted: Wanted, out: str) -> tuple[str, ...]:
    """Write it to a folder, or print it where `out` is "-"; says what does not fit. Raises Unusable."""
    if out == "-":
        index, documents = _read(stored, wanted)
        click.echo(json.dumps(index | {"landings": documents}, indent=2))
        return _unfit(index, documents)
    folder = Path(out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Unusable(f"{folder} is there already and holds something: name a new folder")
    index, documents = _read(stored, wanted)
    _written(folder, lambda into: _fill(into, index, documents))
    return _unfit(index, documents)


def _read(stored: Proving, wanted: Wanted) -> tuple[Document, list[Document]]:
    names = {home.id: home for home in wanted.homes}
    every = landed(stored, wanted.homes, wanted.since)
    drawn = sampled(every, wanted.sample, wanted.seed)
    broken = stored.audit.verify()
    number, head = stored.audit.head()
    with progress_bar("Proving landings") as report:
        documents = list(_proved(stored, names, drawn, report))
    index = {
        "schema": 1,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "repositories": sorted(home.full_name for home in wanted.homes),
        "since": wanted.since.isoformat() if wanted.since else None,
        "population": len(every),
        "sample": None if wanted.sample is None else {"size": len(drawn), "seed": wanted.seed},
        "anchor": f"{number}:{head}",
        "log": "every record fits the one before" if broken is None else broken.words,
        "missing": list(missing(stored, wanted.homes, wanted.since)),
    }
    return index, documents


def _proved(
    stored: Proving, names: dict[int, KnownRepository], drawn: tuple[AutomaticLanding, ...],
    report: Callable[[int, int], None],
) -> Iterator[Document]:  # fmt: skip
    for place, each in enumerate(drawn, start=1):
        yield evidence(stored, names[each.repository_id], each)
        report(place, len(drawn))


def _unfit(index: Document, documents: list[Document]) -> tuple[str, ...]:
    log = () if index["log"].startswith("every") else (f"the log does not verify: {index['log']}",)
    of_landings = (
        f"{each['repository']}#{each['number']}: {words}" for each in documents for words in each["problems"]
    )
    return (*log, *index["missing"], *of_landings)


def _fill(folder: Path, index: Document, documents: list[Document]) -> None:
    listed = []
    for each in documents:
        name = f"{each['repository'].replace('/', '-')}-{each['number']}-{each['hashes']['head'][:12]}"
        text = json.dumps(each, indent=2) + "\n"
        (folder / f"{name}.json").write_text(text, "utf-8")
        page = Markdown().report("landed.md.j2", page="", zone="UTC", landing=each, name=name)
        (folder / f"{name}.md").write_text(page, "utf-8")
        listed.append({"file": f"{name}.json", "digest": each["digest"], "problems": len(each["problems"])})
    text = json.dumps(index | {"landings": listed}, indent=2) + "\n"
    (folder / INDEX).write_text(text, "utf-8")


def _written(folder: Path, fill: Callable[[Path], Any]) -> None:
    """Whole or not at all."""
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        partial.mkdir(parents=True)
        fill(partial)
        if folder.is_dir():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
