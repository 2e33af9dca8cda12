"""A forge in memory: repositories, people and pull requests with state, and the port on top of them.

What it does is what the contract asks of GitHub (tests/contract runs on both). It knows no diff and no history: a
commit is a name with the texts of its files.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import assert_never

from bot.forge import markers
from bot.forge.port import (
    Authors,
    Forge,
    ForgeAction,
    ForgeError,
    Gone,
    Lander,
    Listed,
    Method,
    Reactions,
    Refused,
    Target,
    Words,
)
from bot.line.render import Markdown
from bot.policy.actions import PutComment, React, RemoveComment, Reply, SetCheck
from bot.policy.group import numbers
from bot.policy.pull import CHECK, CheckRun, Comment, Person, PullRequest, Repository, Review, ReviewState

LONGEST = 65_536  # characters of a comment
INSTALLATION = 1
BOT = Person(1, "codechill[bot]", bot=True)
WORDS = Markdown()  # one for all: it compiles its templates


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
    merged: bool = False
    draft: bool = False
    auto_merge: bool = False
    labels: set[str] = field(default_factory=set)
    reviews: list[Review] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    commits: list[tuple[str, Person]] = field(default_factory=list)
    unplaced: frozenset[str] = frozenset()
    countless: bool = False  # more commits than the forge lists


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
        pull = Pull(number, author, title, "", head, branch, base, self._now(), commits=[(head, author)])
        home.pulls[number] = pull
        return pull

    def push(self, home: Home, pull: Pull, files: Mapping[str, str], login: str = "") -> str:
        """Another commit on a pull request."""
        pull.head = self.commit(home, pull.head_ref, files)
        pull.commits.append((pull.head, self.person(login) if login else pull.author))
        pull.updated_at = self._now()
        return pull.head

    def say(self, pull: Pull, login: str, body: str) -> Comment:
        said = Comment(next(self._ids), self.person(login), body, self._now())
        pull.comments.append(said)
        pull.updated_at = self._now()
        return said

    def review(self, pull: Pull, login: str, state: ReviewState = "approved") -> None:
        pull.reviews.append(Review(self.person(login), state, pull.head, self._now()))

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


class MemoryForge(Forge):
    """The port on a World. `asked` names every question and `done` every action, in order.

    It fails where a test says so: `away`, it answers nothing; `refusing`, it says no to actions of these kinds;
    `silent`, it stops answering at them before it has done them, `lossy`, after it has. `meanwhile` is what people do
    just before a question is answered: done once, by the question's name.
    """

    def __init__(self, world: World, now: Callable[[], datetime], words: Words | None = None) -> None:
        self.world, self.now, self._words = world, now, words or WORDS
        self.asked: list[str] = []
        self.done: list[ForgeAction] = []
        self.away = False
        self.refusing: set[type] = set()
        self.silent: set[type] = set()
        self.lossy: set[type] = set()
        self.meanwhile: dict[str, Callable[[], object]] = {}

    # --- reading

    def repository(self, target: Target) -> Repository:
        return _repository(self.home(target, "repository"))

    def pull(self, target: Target, number: int) -> PullRequest:
        home, pull = self.place(target, number, "pull")
        ours = [comment for comment in pull.comments if comment.author == BOT]
        cards = [replace(each, digest=markers.comment_digest(each.body)) for each in ours]
        cards = [each for each in cards if each.digest is not None]
        checks = self._checks(home, pull.head)
        return PullRequest(
            repository=_repository(home),
            number=number,
            title=pull.title,
            author=pull.author,
            head_sha=pull.head,
            head_ref=pull.head_ref,
            base_sha=home.branches[pull.base_ref],
            base_ref=pull.base_ref,
            draft=pull.draft,
            open=pull.open,
            auto_merge=pull.auto_merge,
            protected=pull.base_ref in home.protected,
            updated_at=pull.updated_at,
            body=pull.body,
            labels=frozenset(pull.labels),
            reviews=tuple(pull.reviews),
            comment=cards[0] if cards else None,
            spare=tuple(comment.id for comment in cards[1:]),
            replied_to=frozenset(n for each in ours if (n := markers.reply_to(each.body)) is not None),
            noted=frozenset(note for each in ours if (note := markers.note_of(each.body)) is not None),
        ).showing(checks)

    def listed(self, target: Target, number: int) -> Listed:
        _, pull = self.place(target, number, "listed")
        return Listed(pull.number, pull.head, pull.base_ref)

    def open_pulls(self, target: Target) -> tuple[Listed, ...]:
        pulls = self.home(target, "open_pulls").pulls.values()
        return tuple(Listed(pull.number, pull.head, pull.base_ref) for pull in pulls if pull.open)

    def file(self, target: Target, path: str, ref: str) -> str | None:
        """Of a repository that is not there, there is no file."""
        self._ask(f"file {path}")
        home = self.world.homes.get(target.full_name)
        if home is None:
            return None
        return home.files.get(home.branches[home.default] if ref == "HEAD" else ref, {}).get(path)

    def access(self, target: Target, person: Person, teams: frozenset[str]) -> frozenset[str]:
        home = self.home(target, "access")
        if person.bot or self.world.people.get(person.login) != person:
            return frozenset()
        joined = {name for name in teams if person.id in self.world.teams.get(name, set())}
        return frozenset(home.rights.get(person.id, set()) | joined)

    def reactions(self, target: Target, number: int) -> Reactions | None:
        _, pull = self.place(target, number, "reactions")
        card = self.pull(target, number).comment
        given = [each for each in self.world.reactions.get(card.id, []) if each[1] in ("+1", "-1")] if card else []
        thumbs = tuple((person, content == "+1", at) for person, content, at in given)
        return Reactions(pull.author, thumbs) if thumbs else None

    def commit_authors(self, target: Target, number: int, also: frozenset[str]) -> Authors | None:
        _, pull = self.place(target, number, "commit_authors")
        if pull.countless:
            return None
        people = frozenset(person.id for _, person in pull.commits)
        return Authors(people, pull.unplaced | also, frozenset(sha for sha, _ in pull.commits))

    def landed_by(self, target: Target, person: Person) -> tuple[str, ...]:
        return tuple(self.home(target, "landed_by").landed.get(person.id, ()))

    def clone_url(self, target: Target) -> str:
        return f"https://forge.example/{target.full_name}.git"

    def token(self, target: Target) -> str:
        return "token-of-the-forge-in-memory"

    def group_members(self, target: Target, head_sha: str, head_ref: str, base_ref: str) -> tuple[int, ...]:
        home, base = self.home(target, "group_members"), base_ref.removeprefix("refs/heads/")
        ahead = set(home.history(head_sha)) - set(home.history(home.branches[base]))
        refs = [f"refs/heads/{name}" for name, sha in home.branches.items() if sha in ahead]
        members = {number for ref in (*refs, head_ref) for number in numbers(ref, base)}
        return tuple(sorted(members)) if numbers(head_ref, base) else ()

    def tip(self, target: Target, ref: str) -> str:
        home, name = self.home(target, "tip"), ref.removeprefix("refs/heads/")
        if name not in home.branches:
            raise Gone(f"{target.full_name} has no branch {ref}")
        return home.branches[name]

    def checks_of(self, target: Target, sha: str) -> dict[str, CheckRun]:
        return self._checks(self.home(target, "checks_of"), sha)

    # --- writing

    def perform(self, target: Target, pull: PullRequest, action: ForgeAction) -> None:
        home, there = self.place(target, pull.number, f"perform {type(action).__name__}")
        if type(action) in self.refusing:
            raise Refused("the forge said no")
        if type(action) in self.silent:
            raise ForgeError("the forge stopped answering")
        self.done.append(action)
        match action:
            case SetCheck():
                existing = pull.check_named(action.name)
                here = existing is not None and existing.head_sha == action.head_sha
                self._set_check(home, action, existing if here else None)
            case PutComment():
                self._put(there, pull.comment, markers.sealed(self._words.comment(action)))
            case RemoveComment():
                self.world.delete(home, action.comment)
            case Reply():
                self._put(there, None, self._words.reply(action))
            case React():
                given = self.world.reactions.setdefault(action.comment, [])
                if (BOT, action.content) not in [each[:2] for each in given]:
                    given.append((BOT, action.content, self.now()))
            case _:
                assert_never(action)
        if type(action) in self.lossy:
            raise ForgeError("the answer of the forge was lost")

    def check_commit(self, target: Target, action: SetCheck) -> None:
        home = self.home(target, "perform SetCheck")
        self.done.append(action)
        self._set_check(home, action, self._checks(home, action.head_sha).get(action.name))

    def _set_check(self, home: Home, action: SetCheck, existing: CheckRun | None) -> None:
        title, summary = self._words.check(action)
        known = {run.id: run for run in home.runs}
        begins = action.conclusion is None and (existing is None or existing.status == "completed")
        if existing is None or begins:
            shown = (action.head_sha, action.conclusion, action.digest, title, summary, action.name)
            home.runs.append(Run(self.world.next_id(), *shown))
            return
        for number in (*(existing.spare if action.conclusion else ()), existing.id):
            run = known[number]
            run.conclusion, run.digest, run.title, run.summary = action.conclusion, action.digest, title, summary

    def _put(self, pull: Pull, existing: Comment | None, body: str) -> None:
        if len(body) > LONGEST:
            raise Refused("the forge answered 422: body is too long")
        for at, comment in enumerate(pull.comments):
            if existing is not None and comment.id == existing.id:
                pull.comments[at] = replace(comment, body=body, edited=True)
                return
        pull.comments.append(Comment(self.world.next_id(), BOT, body, self.now()))

    # --- landing

    @property
    def lander(self) -> "MemoryLander":
        return MemoryLander(self)

    # --- finding

    def _ask(self, question: str) -> None:
        if self.away:
            raise ForgeError("the forge could not be reached")
        self.asked.append(question)
        self.meanwhile.pop(question, _nothing)()

    def home(self, target: Target, question: str) -> Home:
        self._ask(question)
        home = self.world.homes.get(target.full_name)
        if home is None:
            raise Gone(f"{target.full_name} is not there")
        if home.id != target.repository_id:
            raise Gone(f"{target.full_name} is another repository now")
        return home

    def place(self, target: Target, number: int, question: str) -> tuple[Home, Pull]:
        home = self.home(target, question)
        if number not in home.pulls:
            raise Gone(f"{target.full_name} has no pull request {number}")
        return home, home.pulls[number]

    def _checks(self, home: Home, sha: str) -> dict[str, CheckRun]:
        """The newest of each name."""
        runs = [run for run in home.runs if run.sha == sha]
        return {name: _newest([run for run in runs if run.name == name]) for name in {run.name for run in runs}}


def _newest(runs: list[Run]) -> CheckRun:
    *older, newest = runs
    spare = tuple(run.id for run in older if run.digest != newest.digest)
    digest = None if spare else newest.digest
    return CheckRun(newest.id, newest.sha, newest.status, newest.conclusion, digest, spare, newest.name)


@dataclass
class MemoryLander(Lander):
    """Reviews, landings, labels and issues on a World."""

    forge: MemoryForge

    def approve(self, target: Target, number: int, head_sha: str, words: str) -> int:
        _, pull = self.forge.place(target, number, "approve")
        for at, review in enumerate(pull.reviews):
            if (review.author, review.head_sha, review.state) == (BOT, head_sha, "approved"):
                return at
        pull.reviews.append(Review(BOT, "approved", head_sha, self.forge.now()))
        return len(pull.reviews) - 1

    def dismiss(self, target: Target, number: int, review: int, words: str) -> None:
        _, pull = self.forge.place(target, number, "dismiss")
        pull.reviews[review] = replace(pull.reviews[review], state="dismissed")

    def merge(self, target: Target, number: int, head_sha: str, method: Method) -> None:
        home, pull = self.forge.place(target, number, "merge")
        if pull.merged and pull.head == head_sha:
            return
        if not pull.open or pull.head != head_sha:
            raise Refused("the forge answered 409: head branch was modified")
        landed = self.forge.world.commit(home, pull.base_ref, home.files[pull.head])
        home.below[landed] = pull.head
        pull.open, pull.merged, pull.updated_at = False, True, self.forge.now()

    def enqueue(self, target: Target, number: int, head_sha: str) -> None:
        home, pull = self.forge.place(target, number, "enqueue")
        if not pull.open or pull.head != head_sha:
            raise Refused("the forge answered 422: expected head oid to be another one")
        if number not in home.queue:
            home.queue.append(number)

    def label(self, target: Target, number: int, add: frozenset[str], remove: frozenset[str] = frozenset()) -> None:
        _, pull = self.forge.place(target, number, "label")
        pull.labels = (pull.labels | add) - remove

    def open_issue(self, target: Target, key: str, title: str, body: str, labels: frozenset[str]) -> int:
        home = self.forge.home(target, "open_issue")
        for number, issue in home.issues.items():
            if issue.key == key:
                return number
        number = 1000 + len(home.issues)
        home.issues[number] = Issue(key, title, body, set(labels))
        return number

    def close_issue(self, target: Target, number: int) -> None:
        self.forge.home(target, "close_issue").issues[number].open = False


def _repository(home: Home) -> Repository:
    return Repository(home.id, home.full_name, home.default, private=home.private)


def _nothing() -> None:
    """What people do meanwhile, mostly."""
