"""The pull request that brought a landing, as far as git tells of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.backtest.auto_review.accounts import Accounts
from bot.backtest.auto_review.commits import Brought, Signature, Written
from bot.policy.candidate import WEB_FLOW, Commit, Origin
from bot.policy.pull import Person

HERE = 1  # the number of the repository, and that of any other
ELSEWHERE = 2
_MERGED = re.compile(r"Merge pull request #\d+ from ([^/\s]+)/(\S+)\s")


@dataclass(frozen=True, slots=True)
class Arrival:
    """`branch` is "" where git does not tell it: of what was squashed, rebased or pushed."""

    author: Person
    branch: str
    head: str  # the commit at its end
    origin: Origin


def arrivals(brought: Mapping[str, Brought], owner: str) -> dict[str, Arrival]:
    """By the id of the landing. `owner`: whose the repository is; "" when nobody knows, and no branch is a fork's."""
    accounts = Accounts(who for each in brought.values() for commit in each.commits for who in _signatures(commit))
    return {sha: _arrival(each, accounts, owner.lower()) for sha, each in brought.items()}


def _signatures(commit: Written) -> Iterator[Signature]:
    yield commit.author
    yield commit.committer
    yield from commit.co_authors


def _arrival(each: Brought, accounts: Accounts, owner: str) -> Arrival:
    merged = _MERGED.match(each.landed.message + "\n")
    whose, branch = merged.groups() if merged else ("", "")
    elsewhere = bool(owner and whose and whose.lower() != owner)
    commits = tuple(_commit(written, accounts, rewritten=not each.branch) for written in each.commits)
    author = accounts.person(each.commits[0].author)
    return Arrival(author, branch, each.commits[-1].sha, Origin(ELSEWHERE if elsewhere else HERE, "", commits))


def _commit(written: Written, accounts: Accounts, *, rewritten: bool) -> Commit:
    """Its signature is taken as verified. What was squashed or rebased was committed anew when it landed: by its author
    before that, for all that git tells."""
    author = accounts.person(written.author)
    forge = written.committer.address.lower() == "noreply@github.com"
    committer = author if rewritten else WEB_FLOW if forge else accounts.person(written.committer)
    helpers = tuple(dict.fromkeys(accounts.person(who) for who in written.co_authors))
    return Commit(written.sha, author, committer, True, written.message, len(written.parents), helpers)
