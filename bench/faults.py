"""Which landings of a history a later message blames, read from messages alone: no index has to be made.

A message names commits, a branch lands as a whole: culprit and evidence are carried to the landings that brought them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from scoring.git import Git
from scoring.incidents import Mention, bare_title, is_fault, is_revert, mentions, number_of, title_of

PREFIX = 7  # hexadecimal digits; what git itself abbreviates to at least


def faults(repo: Path, landings: Sequence[str]) -> dict[str, list[str]]:
    """For each landing later reverted or named in a Fixes: trailer, however late: the commits that say so."""
    commits = {sha: (parents, message) for sha, parents, message in _messages(repo)}
    brought = _brought(commits, landings)
    named = _Names(commits, brought)
    blamed_by: dict[str, list[str]] = {}
    undo: dict[str, bool] = {}  # whether a commit takes something back: every taking back turns the meaning around
    for sha in sorted(brought, key=lambda each: brought[each]):
        message = commits[sha][1]
        blamed = [(mention, named.earlier(mention, brought[sha])) for mention in mentions(message)]
        taken = [culprit for mention, culprit in blamed if culprit and mention.kind == "revert"]
        undo[sha] = not all(undo[each] for each in taken) if taken else is_revert(message)
        for mention, culprit in blamed:
            # taking back a revert is a re-landing, and some reverts name a reason that is no fault
            excused = mention.kind == "revert" and (not is_fault(message) or undo.get(culprit, False))
            if culprit and not excused and sha not in blamed_by.setdefault(landings[brought[culprit]], []):
                blamed_by[landings[brought[culprit]]].append(sha)
    return blamed_by


def _messages(repo: Path) -> Iterator[tuple[str, str, str]]:
    git = Git(repo)
    log = git.run("log", "-z", "--format=%H%x00%P%x00%B", git.resolve("HEAD"))
    fields = iter(log.decode("utf-8", "replace").split("\0"))
    for sha, parents, message in zip(fields, fields, fields, strict=False):
        yield sha.strip(), parents, message


def _brought(commits: dict[str, tuple[str, str]], landings: Sequence[str]) -> dict[str, int]:
    """The row of the landing that brought each commit."""
    rows: dict[str, int] = {}
    for row, sha in enumerate(landings):
        todo = [sha]
        while todo:
            one = todo.pop()
            if one not in rows and one in commits:
                rows[one] = row
                todo.extend(commits[one][0].split())
    return rows


class _Names:
    """Finds the commit that a mention means, among those brought by earlier landings."""

    def __init__(self, commits: dict[str, tuple[str, str]], brought: dict[str, int]) -> None:
        self.brought = brought
        self.prefix: defaultdict[str, list[str]] = defaultdict(list)
        self.number: defaultdict[int, list[str]] = defaultdict(list)
        self.title: defaultdict[str, list[str]] = defaultdict(list)
        for sha in sorted(brought, key=lambda each: brought[each]):
            message = commits[sha][1]
            title = title_of(message)
            self.prefix[sha[:PREFIX]].append(sha)
            self.title[bare_title(title)].append(sha)
            if not is_revert(message):
                self.number[number_of(title)].append(sha)

    def earlier(self, mention: Mention, row: int) -> str:
        if mention.sha:
            named = [sha for sha in self.prefix.get(mention.sha[:PREFIX], ()) if sha.startswith(mention.sha)]
        else:
            named = self.number.get(mention.number, []) if mention.number else self.title.get(mention.title, [])
        named = [sha for sha in named if self.brought[sha] < row]
        return named[-1] if named and not (mention.sha and len(named) > 1) else ""
