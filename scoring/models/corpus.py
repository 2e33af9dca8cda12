"""What an index tells models of its changes: numbers, words, and text."""

from scoring.change import Change
from scoring.git import Git
from scoring.history.dataset import Dataset
from scoring.history.index import History
from scoring.history.patch import patch_of
from scoring.models.model import Corpus
from scoring.text.history import records
from scoring.text.record import Record, record_of


def corpus_of(history: History, table: Dataset) -> Corpus:
    """A repository as models read it; the index stays open, and texts are read from git when asked for."""
    return Corpus(
        table, history.words, lambda row: text_at(history, row),
        lambda rows: records(history.contents, [table.shas[row] for row in rows], first_parent=history.first_parent),
    )  # fmt: skip


def text_at(history: History, row: int) -> Record:
    """The text of a change in the index. Raises ScoringError."""
    (record,) = records(history.contents, [history.sha_at(row)], first_parent=history.first_parent)
    return record


def text_of(git: Git, change: Change) -> Record:
    """What is read of a change: what its author says of it, and its diff. Raises ScoringError."""
    return record_of(change.title, change.message, patch_of(git, change))
