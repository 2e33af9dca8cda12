"""A forge in memory: the port on a World.

What it does is what the contract asks of GitHub (tests/contract runs on both).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.forge import markers
from bot.forge.port import (
    Authors,
    Ended,
    Forge,
    ForgeAction,
    ForgeError,
    Gone,
    Listed,
    Reactions,
    Refused,
    Target,
    Words,
)
from bot.line.render import Markdown
from bot.policy.actions import AskReview, PutComment, React, RemoveComment, Reply, SetCheck, SetLabel
from bot.policy.candidate import Origin
from bot.policy.chat.remarks import remarks
from bot.policy.group import numbers
from bot.policy.pull import CheckRun, Comment, Life, Person, PullRequest, Repository
from tests.fakes.lander import MemoryLander
from tests.fakes.world import BOT, Home, Pull, Run, World

LONGEST = 65_536  # characters of a comment
WORDS = Markdown()  # one for all: it compiles its templates


class MemoryForge(Forge):
    """The port on a World. `asked` names every question and `done` every action, in order.

    It fails where a test says so: `away`, it answers nothing; `mute`, it does not answer these questions; `refusing`,
    it says no to actions of these kinds; `silent`, it stops answering at them before it has done them, `lossy`, after
    it has. `meanwhile` is what people do just before a question is answered: done once, by the question's name.
    """

    def __init__(self, world: World, now: Callable[[], datetime], words: Words | None = None) -> None:
        self.world, self.now, self._words = world, now, words or WORDS
        self.asked: list[str] = []
        self.done: list[ForgeAction] = []
        self.away = False
        self.mute: set[str] = set()
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
        answered = frozenset(reply for each in ours if (reply := markers.reply_to(each.body)) is not None)
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
            asked=pull.asked,
            comment=cards[0] if cards else None,
            spare=tuple(comment.id for comment in cards[1:]),
            replied_to=answered,
            noted=frozenset(note for each in ours if (note := markers.note_of(each.body)) is not None),
            life=Life(
                pull.opened_at,
                None if pull.open else pull.updated_at,
                pull.updated_at if pull.merged else None,
                pull.landed_as,
            ),
            remarks=remarks((each for each in pull.comments if each.author != BOT), answered),
        ).showing(checks)

    def listed(self, target: Target, number: int) -> Listed:
        _, pull = self.place(target, number, "listed")
        return Listed(pull.number, pull.head, pull.base_ref)

    def ended(self, target: Target, number: int) -> Ended:
        _, pull = self.place(target, number, "ended")
        ends = (pull.head, pull.head_ref, pull.base_ref)
        return Ended(
            pull.number, pull.merged, pull.landed_as, *ends, pull.title, pull.body, pull.author, pull.merged_by
        )

    def landed_with(self, target: Target, sha: str) -> tuple[int, ...]:
        pulls = self.home(target, "landed_with").pulls.values()
        return tuple(pull.number for pull in pulls if pull.merged and sha in {pull.head, *pull.landed})

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

    def may_read(self, target: Target, person: Person) -> bool:
        home = self.home(target, "may read")
        known = self.world.people.get(person.login) == person
        return known and (not home.private or bool(home.rights.get(person.id)))

    def reactions(self, target: Target, number: int) -> Reactions | None:
        _, pull = self.place(target, number, "reactions")
        card = self.pull(target, number).comment
        given = [each for each in self.world.reactions.get(card.id, []) if each[1] in ("+1", "-1")] if card else []
        thumbs = tuple((person, content == "+1", at) for person, content, at in given)
        return Reactions(pull.author, thumbs) if thumbs else None

    def commit_authors(self, target: Target, number: int, also: frozenset[str]) -> Authors | None:
        home, pull = self.place(target, number, "commit_authors")
        if pull.countless:
            return None
        people = frozenset(person.id for _, person in pull.commits)
        commits = tuple(self.world.listed(sha, person) for sha, person in pull.commits)
        origin = Origin(pull.head_repository or home.id, pull.association, commits, app=BOT.id)
        return Authors(people, pull.unplaced | also, frozenset(sha for sha, _ in pull.commits), origin)

    def landed_by(self, target: Target, person: Person) -> tuple[str, ...]:
        return tuple(self.home(target, "landed_by").landed.get(person.id, ()))

    def clone_url(self, target: Target) -> str:
        return f"https://forge.example/{target.full_name}.git"

    def token(self, target: Target) -> str:
        return "token-of-the-forge-in-memory"

    def group_members(self, target: Target, head_sha: str, head_ref: str, base_ref: str) -> tuple[int, ...]:
        home, base = self.home(target, "group_members"), base_ref.removeprefix("refs/heads/")
        if base not in home.branches:
            raise Gone(f"{target.full_name} has no branch {base}")
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

    def perform(self, target: Target, pull: PullRequest, action: ForgeAction) -> int | None:
        home, there = self.place(target, pull.number, f"perform {type(action).__name__}")
        if type(action) in self.refusing:
            raise Refused("the forge said no")
        if type(action) in self.silent:
            raise ForgeError("the forge stopped answering")
        self.done.append(action)
        number: int | None = None
        match action:
            case SetCheck():
                existing = pull.check_named(action.name)
                here = existing is not None and existing.head_sha == action.head_sha
                number = self._set_check(home, action, existing if here else None)
            case PutComment():
                number = self._put(there, pull.comment, markers.sealed(self._words.comment(action)))
            case RemoveComment():
                self.world.delete(home, action.comment)
            case Reply():
                number = self._put(there, None, self._words.reply(action))
            case React():
                if action.comment not in {each.id for pull_ in home.pulls.values() for each in pull_.comments}:
                    raise Gone(f"there is no comment {action.comment}")
                given = self.world.reactions.setdefault(action.comment, [])
                if (BOT, action.content) not in [each[:2] for each in given]:
                    given.append((BOT, action.content, self.now()))
            case SetLabel() | AskReview():
                _set(there, action)
            case _:
                assert_never(action)
        if type(action) in self.lossy:
            raise ForgeError("the answer of the forge was lost")
        return number

    def check_commit(self, target: Target, action: SetCheck) -> None:
        home = self.home(target, "perform SetCheck")
        self.done.append(action)
        self._set_check(home, action, self._checks(home, action.head_sha).get(action.name))

    def _set_check(self, home: Home, action: SetCheck, existing: CheckRun | None) -> int:
        title, summary = self._words.check(action)
        known = {run.id: run for run in home.runs}
        begins = action.conclusion is None and (existing is None or existing.status == "completed")
        if existing is None or begins:
            shown = (action.head_sha, action.conclusion, action.digest, title, summary, action.name)
            home.runs.append(Run(self.world.next_id(), *shown))
            return home.runs[-1].id
        for number in (*(existing.spare if action.conclusion else ()), existing.id):
            run = known[number]
            run.conclusion, run.digest, run.title, run.summary = action.conclusion, action.digest, title, summary
        return existing.id

    def _put(self, pull: Pull, existing: Comment | None, body: str) -> int:
        if len(body) > LONGEST:
            raise Refused("the forge answered 422: body is too long")
        for at, comment in enumerate(pull.comments):
            if existing is not None and comment.id == existing.id:
                pull.comments[at] = replace(comment, body=body, edited=True)
                return comment.id
        pull.comments.append(Comment(self.world.next_id(), BOT, body, self.now()))
        return pull.comments[-1].id

    # --- landing

    @property
    def lander(self) -> MemoryLander:
        return MemoryLander(self)

    # --- finding

    def _ask(self, question: str) -> None:
        if self.away or question in self.mute:
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


def _set(pull: Pull, action: SetLabel | AskReview) -> None:
    match action:
        case SetLabel(name, on=True):
            pull.labels = pull.labels | {name}
        case SetLabel(name):
            pull.labels = {each for each in pull.labels if each.lower() != name.lower()}
        case AskReview(who):
            if who == pull.author.login:
                raise Refused("the forge answered 422: nobody reviews their own")
            pull.asked = (*(each for each in pull.asked if each != who), who)


def _newest(runs: list[Run]) -> CheckRun:
    *older, newest = runs
    spare = tuple(run.id for run in older if run.digest != newest.digest)
    digest = None if spare else newest.digest
    return CheckRun(newest.id, newest.sha, newest.status, newest.conclusion, digest, spare, newest.name)


def _repository(home: Home) -> Repository:
    return Repository(home.id, home.full_name, home.default, private=home.private)


def _nothing() -> None:
    """What people do meanwhile, mostly."""
