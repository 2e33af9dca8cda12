"""Fit a model of text on the histories of repositories: pre-trained on their changes, then taught their faults."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from scoring.errors import ScoringError
from scoring.history.dataset import resample, training_rows
from scoring.models.model import Corpus, Fitted, Floats, Rows
from scoring.text.reading import Reading
from scoring.text.record import Record

if TYPE_CHECKING:
    from scoring.pretraining.align import Aligned

LIBRARIES = ("torch", "transformers", "optimum", "peft", "tokenizers", "onnx")
Family = Literal["causal", "masked"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model of text is fitted; what is left out is the default of scoring.pretraining."""

    reading: Reading = field(default_factory=Reading)
    start: Path | None = None  # a folder of weights; None: pre-trained on these changes first
    size: str = "tiny"  # of one that is pre-trained here
    pretraining: dict[str, Any] = field(default_factory=dict)
    alignment: dict[str, Any] = field(default_factory=dict)
    work: Path | None = None  # keeps what a stopped run goes on from; None: nothing is kept
    report: Callable[[str], Callable[[int, int], None]] | None = None


@dataclass(frozen=True, slots=True)
class FittedText:
    """A model of text as torch holds it."""

    aligned: "Aligned"
    columns: tuple[str, ...] = ()

    def logits(self, rows: Rows) -> Floats:
        from scoring.pretraining.examples import examples

        texts = ((rows.text(place), False) for place in range(len(rows)))
        known = examples(texts, self.aligned.reading, self.aligned.tokens)
        return np.array([self.aligned.log_odds(each) for each in known], dtype=np.float64)

    def graph(self) -> bytes:
        return self.aligned.exported.graph

    @property
    def figures(self) -> dict[str, Any]:
        """For the card: how it was trained, and how near the export is."""
        return {"training": self.aligned.figures}


def fit_text(family: Family, plan: Plan | None = None) -> Callable[[Sequence[Corpus]], Fitted]:
    """What fits a model of this family, as `Kind.fit` wants it."""
    return partial(_fit, family, plan or Plan())


def _fit(family: Family, plan: Plan, corpora: Sequence[Corpus]) -> FittedText:
    from scoring.pretraining import align, pretrain, weights
    from scoring.pretraining.examples import examples

    report = plan.report or pretrain.silent
    with _folder(plan.work) as work:
        told: dict[str, Any] = {}
        if plan.start:
            model, tokens = weights.read(plan.start, causal=family == "causal")
        else:
            recipe = pretrain.Recipe(family, plan.size, **{"window": plan.reading.tokens} | plan.pretraining)
            texts = partial(all_texts, corpora, plan.reading)
            model, tokens, told = pretrain.pretrain(texts, recipe, work, report=report)
        known = examples(labelled(corpora), plan.reading, tokens)
        if not any(each.fault for each in known):
            raise ScoringError("No fault is known in these histories, so there is nothing to learn from.")
        path = work / "alignment.safetensors"
        made = align.align(model, tokens, family, known, align.Recipe(**plan.alignment), plan.reading, path, report)
        path.unlink(missing_ok=True)
    made.figures.update({"pre-training": told} if told else {"start": str(plan.start and plan.start.name)})
    return FittedText(made)


@contextmanager
def _folder(work: Path | None) -> Iterator[Path]:
    if work:
        work.mkdir(parents=True, exist_ok=True)
        yield work
        return
    with TemporaryDirectory() as made:
        yield Path(made)


def all_texts(corpora: Sequence[Corpus], reading: Reading) -> Iterator[str]:
    """The text of every change, without markers."""
    for corpus in corpora:
        yield from (record.text(reading) for record in corpus.read(range(len(corpus.table.shas))))


def labelled(corpora: Sequence[Corpus]) -> Iterable[tuple[Record, bool]]:
    """Five clean changes for each fault, as known at the end of each history, in the order they landed."""
    found = []
    for place, corpus in enumerate(corpora):
        table = corpus.table
        rows, faults = resample(*training_rows(table, len(table.shas), int(table.at[-1])))
        texts = corpus.read([int(row) for row in rows])
        for row, fault, record in zip(rows, faults, texts, strict=True):
            found.append((int(table.at[row]), place, record, bool(fault)))
    found.sort(key=lambda each: each[:2])
    return [(record, fault) for _, _, record, fault in found]
