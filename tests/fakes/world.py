"""Repositories, people and pull requests with state, and what people do on a forge.

It knows no diff and no history: a commit is a name with the texts of its files.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

from bot.forge.port import Target
from bot.policy.candidate import Commit
from bot.policy.pull import CHECK, Comment, Person, Review, ReviewState

INSTALLATION = 1
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
BOT = Person(1, "codechill[bot]", bot=True)


@dataclass
class Run:
    """A check run of ours: what it says, and what it names itself by."""

    id: int
    sha: str
    conclusion: str | None
    digest: str
    title: str
    summary: str
    name: str = CHECK

    @property
    def status(self) -> str:
        return "completed" if self.conclusion else "in_progress"


@dataclass
class Pull:
    """A pull request as its people left it."""

    number: int
    author: Person
    title: str
    body: str
    head: str
    head_ref: str
    base_ref: str
    updated_at: datetime
    open: bool = True
    opened_at: datetime = BEGINNING
    merged: bool = False
    landed_as: str = ""
    landed: tuple[str, ...] = ()  # the commits that its base branch got, oldest first
    merged_by: Person | None = None
    draft: bool = False
    auto_merge: bool = False
    labels: set[str] = field(default_factory=set)
    reviews: list[Review] = field(default_factory=list)
    asked: tuple[str, ...] = ()  # whose review is asked for
    comments: list[Comment] = field(default_factory=list)
    commits: list[tuple[str, Person]] = field(default_factory=list)
    unplaced: frozenset[str] = frozenset()
    countless: bool = False  # more commits than the forge lists
    association: str = "MEMBER"  # of its author
    head_repository: int | None = None  # a fork's; None: the same


@dataclass
class Issue:
    key: str
    title: str
    body: str
    labels: set[str]
    open: bool = True


@dataclass
class Home:
    """A repository: branches point to commits, a commit has files; who may do what."""

    id: int
    full_name: str
    default: str = "main"
    private: bool = False
    protected: set[str] = field(default_factory=lambda: {"main"})
    branches: dict[str, str] = field(default_factory=dict)
    files: dict[str, Mapping[str, str]] = field(default_factory=dict)
    below: dict[str, str] = field(default_factory=dict)  # commit -> its parent
    pulls: dict[int, Pull] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    rights: dict[int, set[str]] = field(default_factory=dict)
    landed: dict[int, list[str]] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    queue: list[int] = field(default_factory=list)  # pull requests in the merge queue

    def history(self, sha: str) -> list[str]:
        found = [sha]
        while found[-1] in self.below:
            found.append(self.below[found[-1]])
        return found


class World:
    """What people do on the forge."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self._ids = now, count(100)
        self.people: dict[str, Person] = {}
        self.teams: dict[str, set[int]] = {}  # "@org/team" -> its members
        self.homes: dict[str, Home] = {}
        self.reactions: dict[int, list[tuple[Person, str, datetime]]] = {}
        self.odd: dict[str, Commit] = {}  # commits that their author did not simply sign, by name

    def person(self, login: str) -> Person:
        return self.people.setdefault(login, Person(next(self._ids), login))

    def bot(self, login: str) -> Person:
        return self.people.setdefault(login, Person(next(self._ids), login, bot=True))

    def team(self, name: str, *logins: str) -> None:
        self.teams[name] = {self.person(login).id for login in logins}

    def repository(self, full_name: str, files: Mapping[str, str] | None = None) -> Home:
        home = self.homes[full_name] = Home(next(self._ids), full_name)
        self.commit(home, "main", files or {})
        return home

    def allow(self, home: Home, login: str, *rights: str) -> Person:
        person = self.person(login)
        home.rights.setdefault(person.id, set()).update(rights)
        return person

    def commit(self, home: Home, branch: str, files: Mapping[str, str]) -> str:
        """On top of the branch, which is made where there is none; returns the commit's name."""
        parent = home.branches.get(branch, home.branches.get(home.default, ""))
        before = home.files.get(parent, {})
        sha = hashlib.sha1(f"{home.id} {branch} {next(self._ids)}".encode()).hexdigest()  # noqa: S324 - a name only
        home.files[sha] = {**before, **files}
        if parent:
            home.below[sha] = parent
        home.branches[branch] = sha
        return sha

    def open(self, home: Home, login: str, branch: str, title: str = "A change", base: str = "main") -> Pull:
        number, author = len(home.pulls) + 1, self.person(login)
        head = home.branches[branch]
        now = self._now()
        pull = Pull(number, author, title, "", head, branch, base, now, opened_at=now, commits=[(head, author)])
        home.pulls[number] = pull
        return pull

    def push(self, home: Home, pull: Pull, files: Mapping[str, str], login: str = "") -> str:
        """Another commit on a pull request."""
        pull.head = self.commit(home, pull.head_ref, files)
        pull.commits.append((pull.head, self.person(login) if login else pull.author))
        pull.updated_at = self._now()
        return pull.head

    def listed(self, sha: str, author: Person) -> Commit:
        """A commit as the forge lists it: its author made and signed it, unless a test says otherwise."""
        return self.odd.get(sha) or Commit(sha, author, author, verified=True)

    def say(self, pull: Pull, login: str, body: str) -> Comment:
        said = Comment(next(self._ids), self.person(login), body, self._now())
        pull.comments.append(said)
        pull.updated_at = self._now()
        return said

    def review(self, pull: Pull, login: str, state: ReviewState = "approved") -> None:
        pull.reviews.append(Review(self.person(login), state, pull.head, self._now()))

    def merge(self, home: Home, pull: Pull, login: str = "", *, commits: int = 1) -> tuple[str, ...]:
        """Land it, as one commit or as several; returns them, oldest first."""
        texts = home.files[pull.head]
        pull.landed = tuple(self.commit(home, pull.base_ref, texts) for _ in range(commits))
        pull.open, pull.merged, pull.updated_at = False, True, self._now()
        pull.landed_as = pull.landed[-1]
        pull.merged_by = self.person(login) if login else pull.author
        return pull.landed

    def close(self, pull: Pull, *, again: bool = False) -> None:
        pull.open, pull.updated_at = again, self._now()

    def edit(self, pull: Pull, comment: int, body: str) -> None:
        edited = (replace(each, body=body, edited=True) if each.id == comment else each for each in pull.comments)
        pull.comments = list(edited)
        pull.updated_at = self._now()

    def delete(self, home: Home, comment: int) -> None:
        for pull in home.pulls.values():
            pull.comments = [each for each in pull.comments if each.id != comment]

    def react(self, comment: int, login: str, content: str) -> None:
        self.reactions.setdefault(comment, []).append((self.person(login), content, self._now()))

    def next_id(self) -> int:
        return next(self._ids)

    def target(self, home: Home) -> Target:
        return Target(INSTALLATION, home.id, home.full_name)
