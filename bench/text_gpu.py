"""Train a model of text on many histories where a GPU is, in minutes, and measure it on histories it never saw.

    python -m bench.text_gpu prepare FOLDER OUT            here: histories (FOLDER/*/) to one compressed file of texts
    python -m bench.text_gpu train OUT WEIGHTS             where the GPU is: torch, transformers and tokenizers suffice
    python -m bench.text_gpu finish OUT WEIGHTS MODEL      here: to ONNX, and measured on what was held out

`prepare` leaves whole histories out (every fifth of them) to measure on; of the others it takes the years before the
cut at 70 %, with the faults that were known then. `--dry` makes everything tiny, to try the three on any machine.
"""

# ruff: noqa: T201
import argparse
import json
import lzma
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scoring.text.reading import Reading
from scoring.text.record import Hunk, Record

LIMIT = 60 * 2**20  # bytes of the file that travels
KEPT = 12_000  # characters of one change
RECORDS, WEIGHTS = "changes.jsonl.xz", "aligned"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["prepare", "train", "finish"])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--dry", action="store_true", help="tiny sizes")
    parser.add_argument("--start", type=Path, help="weights to begin with, in place of pre-training")
    parser.add_argument("--minutes", type=float, default=5.0, help="of pre-training at most")
    parser.add_argument("--size", default="large")
    parser.add_argument("--windows", type=int, default=4)
    parser.add_argument("--pooling", default="mean")
    parser.add_argument("--body", action="store_true", help="also read the body of a message")
    chosen = parser.parse_args(arguments)
    {"prepare": prepare, "train": train, "finish": finish}[chosen.step](chosen)


def reading_of(chosen: argparse.Namespace) -> Reading:
    parts = ("title", "plan", "body", "diff") if chosen.body else ("title", "plan", "diff")
    return Reading(128 if chosen.dry else 512, chosen.windows, chosen.pooling, parts)


def prepare(chosen: argparse.Namespace) -> None:
    """Histories to records: {"repository", "role", "fault", "title", "message", "hunks"} a line."""
    from bot.commands.learning import corpora_of
    from scoring.history.dataset import require_apart, resample, training_rows

    folder, out = chosen.folders
    out.mkdir(parents=True, exist_ok=True)
    repos = sorted(each for each in folder.iterdir() if each.is_dir())
    written = 0
    with lzma.open(out / RECORDS, "wt", encoding="utf-8", preset=1) as file:
        corpora = corpora_of(repos, out / "state", "empty", None)
        require_apart([corpus.table for corpus in corpora])
        for place, corpus in enumerate(corpora):
            every = 2 if chosen.dry else 5
            table, held = corpus.table, place % every == every - 1
            cut = table.cut(0.7)
            learned, faults = resample(*training_rows(table, cut))
            labels = dict(zip(map(int, learned), map(bool, faults), strict=True))
            rows = range(cut, len(table.shas)) if held else range(cut)
            if chosen.dry:
                rows = rows[:400] if held else rows[-400:]
            for row, record in zip(rows, corpus.read(rows), strict=True):
                role = "test" if held else "align" if row in labels else "text"
                fault = bool(table.inducing[row]) if held else labels.get(row, False)
                line = {"repository": table.name, "role": role, "fault": fault, **asdict(_short(record))}
                file.write(json.dumps(line) + "\n")
                written += 1
            print(f"{table.name}: {'measured on' if held else 'learned from'}, {len(rows):,} changes", file=sys.stderr)
    size = (out / RECORDS).stat().st_size
    print(f"{written:,} changes, {size / 2**20:.1f} MiB{'' if size < LIMIT else ': more than a device machine takes'}")


def _short(record: Record) -> Record:
    room, kept = KEPT, []
    for hunk in record.hunks:
        room -= len(hunk.file) + len(hunk.text)
        if room < 0:
            break
        kept.append(hunk)
    return Record(record.title, record.message[:2000], tuple(kept or record.hunks[:1]))


def records(folder: Path, *roles: str) -> Iterator[tuple[dict[str, Any], Record]]:
    with lzma.open(folder / RECORDS, "rt", encoding="utf-8") as file:
        for line in file:
            plain = json.loads(line)
            if plain["role"] in roles:
                hunks = tuple(Hunk(**each) for each in plain["hunks"])
                yield plain, Record(plain["title"], plain["message"], hunks)


def train(chosen: argparse.Namespace) -> None:
    """Pre-train and align; writes two folders of weights and what each took."""
    from scoring.pretraining import pretrain, weights
    from scoring.pretraining.align import Recipe, taught
    from scoring.pretraining.examples import examples

    data, out = chosen.folders
    reading, begun = reading_of(chosen), time.monotonic()
    size, vocabulary, part = ("tiny", 600, 4) if chosen.dry else (chosen.size, 16_384, 64)
    recipe = pretrain.Recipe(
        "causal", size, vocabulary, reading.tokens, batch=8 if chosen.dry else 128, part=part,
        epochs=1.0, rate=1e-3, minutes=0.2 if chosen.dry else chosen.minutes,
    )  # fmt: skip

    def texts() -> Iterator[str]:
        yield from (record.text(reading) for _, record in records(data, "text", "align"))

    if chosen.start:
        model, tokens = weights.read(chosen.start, causal=True)
        told: dict[str, Any] = {"start": chosen.start.name}
    else:
        model, tokens, told = pretrain.pretrain(texts, recipe, out / "work", report=_report)
        weights.write(out / "base", model, tokens, told)
    print(json.dumps(told), f"{time.monotonic() - begun:.0f} s", flush=True)
    known = examples(((record, plain["fault"]) for plain, record in records(data, "align")), reading, tokens)
    model, figures = taught(model, tokens, "causal", known, Recipe(), reading, None, _report)
    weights.write(out / WEIGHTS, model, tokens, {"base": told, "aligned": figures, "reading": reading.plain()})
    print(json.dumps(figures), f"{time.monotonic() - begun:.0f} s in all")


def finish(chosen: argparse.Namespace) -> None:
    """Export, and say how the exported file ranks the histories that were held out, and what a change costs."""
    import numpy as np

    from scoring.learning.metrics import auc, captured
    from scoring.models.matrix import open_session
    from scoring.pretraining import weights
    from scoring.pretraining.align import exported
    from scoring.pretraining.examples import examples
    from scoring.text.graph import text_graph
    from scoring.text.reading import reading_of as read_as

    data, folder, out = chosen.folders
    model, tokens = weights.read(folder / WEIGHTS, causal=True)
    about = json.loads((folder / WEIGHTS / "training.json").read_text())
    reading = read_as(about["reading"])
    compared = [record for _, record in records(data, "align")][-100:]
    known = examples(((record, False) for record in compared), reading, tokens)
    made = exported(model, tokens, "causal", known, reading, about["aligned"])
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(made.exported.graph)
    graph = text_graph(open_session(made.exported.graph, out), out)
    said: dict[str, list[tuple[float, bool]]] = {}
    begun, count = time.process_time(), 0
    for plain, record in records(data, "test"):
        said.setdefault(plain["repository"], []).append((graph.said(record).log_odds, plain["fault"]))
        count += 1
    spent = 1000 * (time.process_time() - begun) / max(1, count)
    print("| never seen | changes | faults | AUC | captured at 10 % |\n|---|--:|--:|--:|--:|")
    for name, each in said.items():
        scores, faults = np.array([one for one, _ in each]), np.array([fault for _, fault in each])
        if faults.any():
            told = f"{auc(scores, faults):.3f} | {captured(scores, faults, 0.1):.2f}"
            print(f"| {name} | {len(each)} | {faults.sum()} | {told} |")
    print(f"{spent:.0f} ms of processor time a change; {made.figures['precision']}, {made.figures['bytes']:,} bytes")


def _report(label: str) -> Any:
    last = [0.0]

    def told(done: int, total: int) -> None:
        if time.monotonic() - last[0] > 5 or done == total:
            last[0] = time.monotonic()
            print(f"{label}: {done:,} of {total:,}", file=sys.stderr, flush=True)

    return told


if __name__ == "__main__":
    main(sys.argv[1:])
