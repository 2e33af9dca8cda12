"""Who worked on a pull request, by account. REST names authors and committers only; GraphQL resolves co-authors too.

GitHub places an address that somebody confirmed as theirs. Its own noreply form `ID+login@…` names an account for
good: the number decides, whatever the login in it was. Everything else is an address that nobody can place.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.forge.github import graph
from bot.forge.github.graph import Actor, Signature, commits
from bot.forge.github.hosts import private_addresses
from bot.forge.github.wire import GitHubWire
from bot.forge.port import Authors, Target
from bot.policy.candidate import WEB_FLOW, Commit, Origin
from bot.policy.pull import Person

NO_ADDRESS = "(no address)"
MOST_MESSAGE = 20_000  # characters of a commit's message that are kept, from its end: there its trailers stand
_BY_NUMBER = re.compile(r"([0-9]{1,18})\+[^@]*")


def commit_authors(
    wire: GitHubWire, target: Target, number: int, *, api: str, also: Iterable[str] = ()
) -> Authors | None:
    """`also`: addresses that git names. None when GitHub does not list every commit, or every author of one."""
    tally, listed, page = _Tally(*private_addresses(api)), list[Commit](), None
    for page in commits(wire, target, number):
        for commit in (node.commit for node in page.pull.commits.nodes):
            if len(commit.authors.nodes) < commit.authors.total:
                return None
            listed.append(tally.commit(commit))
    if page is None or len(listed) < page.pull.commits.total:
        return None
    head = page.pull.head
    origin = Origin(head.id if head else None, page.pull.association, tuple(listed), app=page.us)
    return tally.all(also, origin)


@dataclass
class _Tally:
    """What the commits of a pull request tell so far."""

    numbered: str  # where an address ends that names an account by its number
    forge: str  # the forge's own address: what it commits itself, it commits for the author
    people: set[int] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)
    unplaced: set[str] = field(default_factory=set)

    def commit(self, commit: graph.Commit) -> Commit:
        """The same in our words, and everybody in it counted."""
        author, *helpers = [self.take(actor) for actor in commit.authors.nodes] or [None]
        signature = commit.signature or Signature(isValid=False)
        return Commit(
            commit.oid,
            author,
            self._committer(commit.committer, signature),
            signature.valid,
            commit.message[-MOST_MESSAGE:],
            commit.parents.total,
            tuple(helpers),
        )

    def _committer(self, actor: Actor | None, signature: Signature) -> Person | None:
        """GitHub's address alone proves nothing: anybody can write it; its signature does."""
        if actor is None:
            return None
        if _folded(actor.email) != self.forge:
            return self.take(actor)
        return WEB_FLOW if signature.valid and signature.by_github else None

    def take(self, actor: Actor) -> Person | None:
        """Counts an author or committer; returns the account, None where nobody can tell."""
        address = _folded(actor.email)
        if actor.user is not None:
            self.people.add(actor.user.id)
            self.placed.add(address)
        number = self._by_number(address)
        if address not in self.placed:
            self.unplaced.add(address)
        account = actor.user.id if actor.user is not None else number
        return None if account is None else Person(account, "")

    def all(self, also: Iterable[str], origin: Origin) -> Authors:
        for address in map(_folded, also):
            self._by_number(address)
            if address not in self.placed | {self.forge}:
                self.unplaced.add(address)
        shas = frozenset(commit.sha for commit in origin.commits)
        return Authors(frozenset(self.people), frozenset(self.unplaced - self.placed), shas, origin)

    def _by_number(self, address: str) -> int | None:
        """The account that an address names for good, where it names one."""
        name, _, host = address.rpartition("@")
        numbered = _BY_NUMBER.fullmatch(name) if host == self.numbered else None
        if numbered is None:
            return None
        self.people.add(int(numbered[1]))
        self.placed.add(address)
        return int(numbered[1])


def _folded(address: str | None) -> str:
    return (address or "").strip().casefold() or NO_ADDRESS
