"""What becomes of one change of the history on its way through the App: opened, held or not, landed or left."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bench.year.cast import Cast
from bench.year.changes import Change, Past, blames, carried, laid, taken_back, translated
from bench.year.clock import Time
from bench.year.diary import moment
from bench.year.plan import Plan
from bot.sandbox.errors import Refusal

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REASONS = (
    ("security_fix", "A fix that people wait for cannot wait until the window closes"),
    ("launch_with_rollback", "The release depends on it, and it is one revert away from what was"),
    ("flag_off", "Nobody uses it before it is switched on"),
    ("tests_or_docs", "It is about the tests only"),
)
DENIALS = ("Let us do it when everybody is back", "Too much at once for a weekend", "It can wait")


@dataclass
class Life:
    """`state`: planned, open, landed, left (closed by its author), empty (nothing was left to land), pushed."""

    change: Change
    login: str
    number: int = 0
    state: str = "planned"
    landed: str = ""
    landed_at: datetime | None = None
    opened_at: datetime | None = None
    held_at: datetime | None = None  # when a merge was refused first
    blamed_at: datetime | None = None  # when a landing first said so in its message
    blamed_by: str = ""
    behind: int = 0  # how often it waited for another that was held
    carried: bool = False  # with its files as they were, since what it needs never landed

    @property
    def branch(self) -> str:
        return f"change-{self.change.sha[:10]}"


def spread(length: int, most: int) -> frozenset[int]:
    """Places of so many of a list, evenly; 0: of all."""
    count = min(most or length, length)
    return frozenset(int(at * length / count) for at in range(count))


@dataclass
class Street:
    """One repository and everybody's changes to it."""

    name: str
    past: Past
    folder: Path
    cast: Cast
    time: Time
    plan: Plan
    seed: int
    method: str = "squash"
    most: int = 0  # changes that become pull requests, spread evenly; the others are pushed when they landed; 0: all
    lives: list[Life] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # the first digits of an old name -> the new one
    by_name: dict[str, Life] = field(default_factory=dict)  # the first digits of an old name -> what brought it
    waiting: list[Life] = field(default_factory=list)  # held
    after: list[Callable[[Life], None]] = field(default_factory=list)  # called with each that landed
    queued: dict[str, list[Life]] = field(default_factory=dict)  # by the change whose landing they wait for

    def __post_init__(self) -> None:
        self.box = self.time.here.sandbox
        chosen = spread(len(self.past.changes), self.most)
        for place, change in enumerate(self.past.changes):
            life = Life(change, self.cast.plays[change.author])
            self.lives.append(life)
            self.by_name |= {sha[:7]: life for sha in change.commits}
            if place not in chosen:
                self.plan.at(change.at, lambda life=life: self.push(life))
                continue
            before = self.chance(life, "lead").uniform(1, 30) * HOUR
            touched = max((one.at for one in self._near(change)), default=change.at - before)
            self.plan.at(max(change.at - before, touched, self.time.clock.now), lambda life=life: self.open(life))

    def _near(self, change: Change) -> list[Change]:
        """Changes of the day before that touch the same files, and landed earlier."""
        upto = [each.change for each in self.lives[-60:] if each.change is not change]
        return [each for each in upto if each.at > change.at - 2 * DAY and each.paths & change.paths]

    def chance(self, life: Life, what: str) -> random.Random:
        return random.Random(f"{self.seed} {life.change.sha} {what}")  # noqa: S311

    def rows(self) -> Iterator[tuple[object, ...]]:
        """For the diary."""
        repository = self.box.repository(self.name).id
        for one in self.lives:
            times = [moment(each) for each in (one.change.at, one.opened_at, one.held_at, one.landed_at)]
            yield (repository, one.change.sha, one.number, one.login, one.state, one.change.lines, *times, one.landed,
                   moment(one.blamed_at), one.blamed_by, one.behind, int(one.carried))  # fmt: skip

    @property
    def now(self) -> datetime:
        return self.time.clock.now

    def push(self, life: Life) -> None:
        """It lands as it did, past the App: so that what comes later has what it needs."""
        tip = self.box.tip(self.name)
        words, who = self._message(life), self._who(life)
        head = laid(self.folder, life.change, tip, words, who) or carried(self.folder, life.change, tip, words, who)
        life.state = "empty" if head == tip else "pushed"
        if head != tip:
            self.box.push(self.name, "main", head, life.login)
            self._landed(life, head)

    def open(self, life: Life) -> None:
        """As a pull request on the tip of now; where it conflicts, once what it needs has landed."""
        tip = self.box.tip(self.name)
        head = laid(self.folder, life.change, tip, self._message(life), self._who(life))
        ahead = self._ahead(life) if head is None else None
        if ahead is not None:
            life.behind += 1
            self.queued.setdefault(ahead.change.sha, []).append(life)
            return
        life.carried = head is None
        head = head or carried(self.folder, life.change, tip, self._message(life), self._who(life))
        if head == tip:
            life.state = "empty"
            self._next(life)
        else:
            self._opened(life, head)

    def _ahead(self, life: Life) -> Life | None:
        """One that is open still and touches the same files."""
        return next((one for one in self.lives if one.state == "open" and one.change.paths & life.change.paths), None)

    def _opened(self, life: Life, head: str) -> None:
        words = self._message(life).partition("\n")
        pull = self.box.open_pull(
            self.name,
            title=words[0][:240] or "(no title)",
            body=words[2].strip() or None,
            head_sha=head,
            author=life.login,
            head_ref=life.branch,
        )
        life.number, life.state, life.opened_at = pull.number, "open", self.now
        self.time.settle()
        self._speak(life)
        self.plan.at(max(life.change.at, self.now + 10 * MINUTE), lambda: self.land(life))

    def land(self, life: Life) -> None:
        """Merge it if it may be; else its author does what they do then."""
        if life.state != "open":
            return
        try:
            pull = self.box.merge(self.name, life.number, life.login, method=self.method)
        except Refusal as refusal:
            self._refused(life, str(refusal))
            return
        life.state = "landed"
        # a merge commit brings the branch's own commit, and that is what a message names
        self._landed(life, pull.head_sha if self.method == "merge" else pull.merge_commit_sha or "")
        if life in self.waiting:
            self.waiting.remove(life)
        self.time.settle()
        for tell in self.after:
            tell(life)
        self._next(life)

    def _landed(self, life: Life, commit: str) -> None:
        life.landed, life.landed_at = commit, self.now
        self.names |= {sha[:7]: commit for sha in life.change.commits}
        for blamed in self.blamed_by(life):
            if blamed.landed_at and not blamed.blamed_at:
                blamed.blamed_at, blamed.blamed_by = self.now, life.change.sha

    def blamed_by(self, life: Life) -> list[Life]:
        """Changes of the year that this one's message names as what it repairs or takes back."""
        named = [self.by_name.get(name[:7]) for name in blames(life.change.message)]
        title = taken_back(life.change.message)
        named += [each for each in self.lives if title and each.change.title == title]
        return [each for each in named if each is not None and each.change.at < life.change.at]

    def freed(self) -> None:
        """A window opened or closed: those who wait try again, one after the other."""
        for place, life in enumerate(list(self.waiting)):
            self.plan.at(self.now + (5 + 3 * place) * MINUTE, lambda life=life: self.land(life))

    def _refused(self, life: Life, words: str) -> None:
        if "conflict" in words:
            self._again(life)
        elif life.held_at is None:
            self._held(life)

    def _again(self, life: Life) -> None:
        """Laid upon the tip of now; where that cannot be done, others have overtaken it."""
        tip = self.box.tip(self.name)
        head = laid(self.folder, life.change, tip, self._message(life), self._who(life))
        if head is None or head == tip:
            self._leave(life)
            return
        self.box.push(self.name, life.branch, head, life.login)
        self.time.settle()
        self.plan.at(self.now + 10 * MINUTE, lambda: self.land(life))

    def _held(self, life: Life) -> None:
        life.held_at = self.now
        self.waiting.append(life)
        habits, chance = self.cast.habits[life.login], self.chance(life, "held")
        draw = chance.random()
        if draw < habits.asks:
            self.plan.at(self.now + chance.uniform(5, 90) * MINUTE, lambda: self._ask(life))
        elif draw > 1 - habits.leaves:
            self.plan.at(self.now + chance.uniform(10, 60) * HOUR, lambda: self._leave(life))

    def _ask(self, life: Life) -> None:
        if life.state != "open":
            return
        chance = self.chance(life, "ask")
        reason, why = chance.choice(REASONS)
        self.box.comment(self.name, life.number, life.login, f"/chill justify {reason} {why}")
        answer, wait = chance.random(), chance.uniform(0.2, 9) * HOUR
        manager = next(one for one in self.cast.managers if one != life.login)
        if answer < 0.8:
            words = "/chill approve" if answer < 0.6 else f"/chill deny {chance.choice(DENIALS)}"
            self.plan.at(self.now + wait, lambda: self._answer(life, manager, words))

    def _answer(self, life: Life, manager: str, words: str) -> None:
        if life.state == "open":
            self.box.comment(self.name, life.number, manager, words)
            self.plan.at(self.now + 10 * MINUTE, lambda: self.land(life))

    def _leave(self, life: Life) -> None:
        if life.state != "open":
            return
        self.box.close(self.name, life.number, life.login)
        life.state = "left"
        if life in self.waiting:
            self.waiting.remove(life)
        self.time.settle()
        self._next(life)

    def _next(self, life: Life) -> None:
        """Those that waited for this one."""
        for place, other in enumerate(self.queued.pop(life.change.sha, [])):
            self.plan.at(self.now + (1 + place) * MINUTE, lambda other=other: self.open(other))

    def _speak(self, life: Life) -> None:
        """Whether the score helped, now and then: by a thumb on the comment, or in words."""
        chance = self.chance(life, "speaks")
        if chance.random() >= self.cast.habits[life.login].speaks:
            return
        card = next((one for one in self.box.comments(self.name, life.number) if "codechill:card" in one.body), None)
        useful = chance.random() < 0.7
        if card is not None and chance.random() < 0.5:
            self.box.react(self.name, card.id, life.login, "+1" if useful else "-1")
        else:
            words = "useful It made me look again" if useful else "wrong There is nothing in it"
            self.box.comment(self.name, life.number, life.login, f"/chill feedback {words}")

    def _message(self, life: Life) -> str:
        return translated(life.change.message, self.names)

    def _who(self, life: Life) -> dict[str, str]:
        moment = f"{int(self.now.timestamp())} +0000"
        return {**self.cast.email(life.login), "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
