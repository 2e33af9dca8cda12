"""Who worked on a pull request, by account. REST names authors and committers only; GraphQL resolves co-authors too.

GitHub places an address that somebody confirmed as theirs. Its own noreply form `ID+login@…` names an account for
good: the number decides, whatever the login in it was. Everything else is an address that nobody can place.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.forge.github.graph import Actor, commits
from bot.forge.github.hosts import private_addresses
from bot.forge.github.wire import GitHubWire
from bot.forge.port import Authors, Target

NO_ADDRESS = "(no address)"
_BY_NUMBER = re.compile(r"([0-9]{1,18})\+[^@]*")


def commit_authors(
    wire: GitHubWire, target: Target, number: int, *, api: str, also: Iterable[str] = ()
) -> Authors | None:
    """`also`: addresses that git names. None when GitHub does not list every commit, or every author of one."""
    tally, seen, total = _Tally(*private_addresses(api)), 0, 0
    for page in commits(wire, target, number):
        seen, total = seen + len(page.nodes), page.total
        for commit in (node.commit for node in page.nodes):
            if len(commit.authors.nodes) < commit.authors.total:
                return None
            tally.commits.add(commit.oid)
            for author in commit.authors.nodes:
                tally.take(author)
            if commit.committer is not None and _folded(commit.committer.email) != tally.forge:
                tally.take(commit.committer)
    return tally.all(also) if seen >= total else None


@dataclass
class _Tally:
    """What the commits of a pull request tell so far."""

    numbered: str  # where an address ends that names an account by its number
    forge: str  # the forge's own address: what it commits itself, it commits for the author
    commits: set[str] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)
    unplaced: set[str] = field(default_factory=set)

    def take(self, actor: Actor) -> None:
        address = _folded(actor.email)
        if actor.user is not None:
            self.people.add(actor.user.id)
            self.placed.add(address)
        self._by_number(address)
        if address not in self.placed:
            self.unplaced.add(address)

    def all(self, also: Iterable[str]) -> Authors:
        for address in map(_folded, also):
            self._by_number(address)
            if address not in self.placed | {self.forge}:
                self.unplaced.add(address)
        return Authors(frozenset(self.people), frozenset(self.unplaced - self.placed), frozenset(self.commits))

    def _by_number(self, address: str) -> None:
        name, _, host = address.rpartition("@")
        numbered = _BY_NUMBER.fullmatch(name) if host == self.numbered else None
        if numbered:
            self.people.add(int(numbered[1]))
            self.placed.add(address)


def _folded(address: str | None) -> str:
    return (address or "").strip().casefold() or NO_ADDRESS
