"""What an index tells models of its changes: numbers, words, and text."""

from scoring.change import Change
from scoring.git import Git
from scoring.history.dataset import Dataset
from scoring.history.index import History
from scoring.history.patch import read
from scoring.history.read import commit_change
from scoring.models.model import Corpus


def corpus_of(history: History, table: Dataset) -> Corpus:
    """A repository as models read it; the index stays open, and texts are read from git when asked for."""
    return Corpus(table, history.words, lambda row: text_at(history, row))


def text_at(history: History, row: int) -> str:
    """The text of a change in the index. Raises ScoringError."""
    return text_of(history.git, commit_change(history.repository, history.sha_at(row)))


def text_of(git: Git, change: Change) -> str:
    """The changed lines by file, as text: nothing of what its author says of it. Raises ScoringError."""
    text = []
    for path, lines in read(git, change).items():
        text.append(path)
        text += ["-" + line.decode("utf-8", "replace") for _, line in lines.removed]
        text += ["+" + line.decode("utf-8", "replace") for _, line in lines.added]
    return "\n".join(text)
