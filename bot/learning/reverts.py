"""Which merges and pull requests were taken back: the index blames changes, and a merge is none of them there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scoring.git import Git
from scoring.incidents import is_fault, mentions

_SAYS = r"revert|back(ing|s|ed)?[ -]?out|roll(ing|s|ed)?[ -]?back"  # a message that may take something back


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A commit says that it takes back another: one named by id prefix or the number of its pull request."""

    at: datetime
    evidence: str
    sha: str = ""
    number: int = 0

    def names(self, number: int, commits: Sequence[str]) -> bool:
        """Whether it means this pull request, or what landed as the first of these commits."""
        if self.number:
            return self.number == number
        return bool(commits) and commits[0].startswith(self.sha)


def taken_back(git: Git, tip: str) -> tuple[TakenBack, ...]:
    """All that the history up to `tip` takes back for a reason that may be a fault, oldest first. Raises GitError."""
    asked = ("log", "-z", "--reverse", "-i", "-E", f"--grep={_SAYS}", "--format=%H%n%ct%n%B", "--encoding=UTF-8")
    text = git.run(*asked, "--end-of-options", tip, "--").decode("utf-8", "replace")
    return tuple(each for commit in text.split("\0") if commit for each in _said(*commit.split("\n", 2)))


def _said(sha: str, at: str, message: str) -> Iterator[TakenBack]:
    if not is_fault(message):
        return
    for mention in mentions(message):
        if mention.kind == "revert" and (mention.sha or mention.number):
            yield TakenBack(datetime.fromtimestamp(int(at), UTC), sha, mention.sha, mention.number)
