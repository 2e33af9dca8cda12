"""One repository of a season: what is opened there, what people say to it, how it ends."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.season.crew import COMMENTS, HOLDS, LATE, NEVER, REVIEWS, SHIPS, Mood, Robot
from bench.season.makers import Maker
from bench.year.cast import Cast
from bench.year.changes import Change, carried, laid, translated
from bench.year.clock import Time
from bench.year.diary import Diary, moment
from bench.year.life import DAY, HOUR, MINUTE
from bench.year.plan import Plan
from bot.demo.replay import Entry, NotUsable, commit, git
from bot.policy.candidate import SourceKey
from bot.sandbox.errors import Refusal

UNLOVED = 0.12  # of what people wrote and merged
PATIENCE = 34 * HOUR  # after which a person comes for what a source left open
GITHUB = "noreply@github.com"
AUTOMATIC = "codechill/auto-review"
NOBODY = {f"GIT_{role}_{key}": "nobody" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


@dataclass
class Item:
    """A pull request to be. `change`: of the history; `maker`: made here; neither: it takes back `takes_back`."""

    at: datetime
    login: str
    robot: Robot | None = None
    change: Change | None = None
    maker: Maker | None = None
    mended: Maker | None = None  # what is made instead once its source is mended
    takes_back: "Item | None" = None
    ready: datetime | None = None  # when a person merges it
    truth: str = "history"
    title: str = ""
    number: int = 0
    state: str = "planned"  # open, landed, closed, empty
    landed: str = ""
    opened_at: datetime | None = None
    landed_at: datetime | None = None
    alone: bool = False
    reverted_at: datetime | None = None
    incident_at: datetime | None = None


@dataclass
class Lane:
    name: str
    folder: Path
    cast: Cast
    time: Time
    plan: Plan
    diary: Diary
    seed: int
    mood: Mood
    items: list[Item] = field(default_factory=list)
    pushed: list[Change] = field(default_factory=list)  # of the history, in order: land past the App
    names: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, Item] = field(default_factory=dict)
    said: list[tuple[object, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.box = self.time.here.sandbox
        self.id = self.box.repository(self.name).id

    @property
    def now(self) -> datetime:
        return self.time.clock.now

    def chance(self, item: Item, what: str) -> random.Random:
        key = item.change.sha if item.change else f"{item.login} {item.at.isoformat()}"
        return random.Random(f"{self.seed} {self.name} {key} {what}")  # noqa: S311

    # --- opened

    def open(self, item: Item) -> None:
        self._catch_up(item.at)
        tip = self.box.tip(self.name)
        head = self._head(item, tip)
        if head is None or head == tip:
            item.state = "empty"
            return
        branch = f"{item.robot.branch if item.robot else 'change-'}{head[:10]}"
        git(self.folder, "cat-file", "-e", head)
        self.box.sign(self.name, head, by_github=item.robot is not None)
        words = git(self.folder, "log", "-1", "--format=%B", head).partition("\n")
        pull = self.box.open_pull(
            self.name,
            title=words[0][:240] or "(no title)",
            body=words[2].strip() or None,
            head_sha=head,
            author=item.login,
            head_ref=branch,
        )
        item.number, item.state, item.opened_at, item.title = pull.number, "open", self.now, words[0][:240]
        self.box.report(self.name, head, "test")
        self.time.settle()
        self._afterwards(item)

    def _head(self, item: Item, tip: str) -> str | None:
        who = self._who(item)
        if item.change is not None:
            message = translated(item.change.message, self.names)
            if item.robot is not None:  # the footer of a bot names it as who signed off
                message = message.partition("\n")[0]
            head = laid(self.folder, item.change, tip, message, who)
            return head or carried(self.folder, item.change, tip, message, who)
        if item.takes_back is not None:
            return self._reverted(item, item.takes_back, tip)
        fine = item.robot is not None and item.robot.name in self.mood.mended
        maker = item.mended if fine and item.mended is not None else item.maker
        assert maker is not None  # noqa: S101
        for turn in range(6):
            made = maker(self.folder, tip, self.chance(item, f"made {turn}"))
            if made is None:
                continue
            item.truth = made.truth
            entries = tuple(
                Entry(path.encode(), _mode(self.folder, tip, path), git(self.folder, "hash-object", "-w", "--stdin",
                                                                        stdin=text))
                for path, text in made.files.items()
            )  # fmt: skip
            trailer = f"\n\n{item.robot.trailer}" if item.robot and item.robot.trailer else ""
            return commit(self.folder, tip, entries, f"{made.title}{trailer}\n", who)
        return None

    def _reverted(self, item: Item, blamed: Item, tip: str) -> str | None:
        tree = undone(self.folder, blamed.landed, tip)
        title = git(self.folder, "log", "-1", "--format=%s", blamed.landed)
        words = f'Revert "{title}"\n\nThis reverts commit {blamed.landed}.\n'
        who = self._who(item)
        return tree and git(self.folder, "commit-tree", tree, "-p", tip, stdin=words.encode(), environment=who)

    def _catch_up(self, moment_: datetime) -> None:
        """What landed past the App until now, pushed at once."""
        due = [each for each in self.pushed if each.at <= moment_]
        if not due:
            return
        self.pushed = self.pushed[len(due) :]
        tip = start = self.box.tip(self.name)
        for change in due:
            login = self.cast.plays.get(change.author, self.box.author)
            who = self.cast.email(login) | self._dated()
            message = translated(change.message, self.names)
            head = laid(self.folder, change, tip, message, who) or carried(self.folder, change, tip, message, who)
            self.names |= {sha[:7]: head for sha in change.commits}
            tip = head
        if tip != start:
            self.box.push(self.name, "main", tip, self.box.release_manager)
            self.time.settle()

    # --- what people do then

    def _afterwards(self, item: Item) -> None:
        chance = self.chance(item, "afterwards")
        if item.takes_back is not None:
            self.plan.at(self.now + 30 * MINUTE, lambda: self.review(item))
        elif item.robot is not None:
            draw = chance.random()
            if draw < 0.03:
                self.plan.at(
                    self.now + 5 * HOUR, lambda: self.say(item, HOLDS, "/chill hold I want to read this first")
                )
            elif draw < 0.06:
                self.plan.at(self.now + 7 * HOUR, lambda: self.say(item, COMMENTS, "Why is this needed?"))
            wait = PATIENCE + chance.uniform(0, 8) * HOUR
            if item.robot.name in ("renovate", "dependabot") and self._trusts(item.robot):
                wait += 5 * DAY  # a release has to be two days old, and the change waits a day after that
            self.plan.at(self.now + wait, lambda: self.review(item))
        else:
            if item.login in SHIPS:
                self.plan.at(self.now + 20 * MINUTE, lambda: self._ship(item))
                self.plan.at(self.now + PATIENCE, lambda: self.review(item))
            else:
                self.plan.at(max(item.ready or self.now, self.now + HOUR), lambda: self.review(item))

    def _trusts(self, robot: Robot) -> bool:
        key = SourceKey(self.box.installation_id, 0, robot.name)
        return self.time.here.app.store.sources.get(key).dial != "shadow"

    def _ship(self, item: Item) -> None:
        check = self.box.check_run(self.name, self.box.pull(self.name, item.number).head_sha, AUTOMATIC)
        if item.state == "open" and check is not None and "if its author wants" in (check.title or ""):
            self.say(item, item.login, "/chill ship")

    def say(self, item: Item, login: str, words: str) -> None:
        if item.state != "open" and not words.startswith("/chill reviewed") and "incident" not in words:
            return
        self.box.comment(self.name, item.number, login, words)
        self.said.append((moment(self.now), self.id, item.number, login, words.partition(" I ")[0][:60]))
        self.time.settle()

    def review(self, item: Item) -> None:
        """A person reads it: merges it, or sees what is wrong with it and closes it."""
        if item.state != "open":
            return
        chance = self.chance(item, "review")
        reader = chance.choice([each for each in REVIEWS if each != item.login])
        if item.truth in ("behaviour", "wrong") and chance.random() < 0.5:
            self.box.comment(self.name, item.number, reader, "This is not what it says it is.")
            self.box.close(self.name, item.number, reader)
            item.state = "closed"
            self.time.settle()
            return
        try:
            self.box.review(self.name, item.number, reader)
            self.time.settle()
            pull = self.box.merge(self.name, item.number, reader, method="squash")
        except Refusal as refusal:
            if "conflict" in str(refusal):  # which is nobody's no to a source: it closes that itself
                self.box.close(self.name, item.number, item.login if item.robot else reader)
                item.state = "closed"
                self.time.settle()
            else:
                self.plan.at(self.now + 12 * HOUR, lambda: self.review(item))
            return
        self._landed(item, pull.merge_commit_sha or "", alone=False)
        self.time.settle()

    def look(self) -> None:
        """See what landed by itself since the last look."""
        for item in self.items:
            if item.state == "open":
                pull = self.box.pull(self.name, item.number)
                if pull.merged_at is not None:
                    self._landed(item, pull.merge_commit_sha or "", alone=True)

    def _landed(self, item: Item, sha: str, *, alone: bool) -> None:
        item.state, item.landed, item.landed_at, item.alone = "landed", sha, self.now, alone
        if item.change is not None:
            self.names |= {each[:7]: sha for each in item.change.commits}
        if item.takes_back is not None:
            item.takes_back.reverted_at = self.now
        chance = self.chance(item, "landed")
        taker = chance.choice([each for each in REVIEWS if each != item.login])
        if item.truth in ("behaviour", "wrong") or self._is_unloved(item, chance):
            back = Item(self.now + chance.uniform(20, 70) * HOUR, taker, takes_back=item)
            self.items.append(back)
            self.plan.at(back.at, lambda: self.open(back))
        if item.truth == "behaviour" and chance.random() < (0.9 if item.robot else 0.5):
            self.plan.at(self.now + chance.uniform(4, 18) * HOUR, lambda: self._incident(item, taker))
        if alone and item.robot is None:
            self.plan.at(self.now + 2 * HOUR, lambda: self._owed(item))

    def _is_unloved(self, item: Item, chance: random.Random) -> bool:
        """People take back harmless changes too: some of people's, and of a source what they tired of."""
        if item.takes_back is not None or (item.alone and item.robot is None):
            return False
        if item.robot is None:
            return chance.random() < UNLOVED
        taken = item.alone and self.mood.unloved[item.robot.name] > 0
        self.mood.unloved[item.robot.name] -= taken
        return taken

    def _incident(self, item: Item, login: str) -> None:
        item.incident_at = self.now
        words = f"/chill incident cause this sev2 INC-{self.name[-6:]}-{item.number} It was seen on call"
        self.say(item, login, words)

    def _owed(self, item: Item) -> None:
        """A deferred review: most do it in time, one when it is late, one never."""
        if self.time.here.app.store.deferred_reviews.of(self.id, item.number) is None:
            return
        chance = self.chance(item, "owed")
        login = LATE if chance.random() < 0.5 else chance.choice((*REVIEWS, NEVER, HOLDS))
        login = HOLDS if login == item.login else login
        if login == NEVER and chance.random() < 0.5:
            return
        wait = 9 * DAY if login in (LATE, NEVER) else chance.uniform(0.5, 4) * DAY
        self.plan.at(self.now + wait, lambda: self.say(item, login, "/chill reviewed ok"))

    # --- of use

    def rows(self) -> Iterator[tuple[object, ...]]:
        for item in self.items:
            times = (moment(each) for each in (item.at, item.opened_at, item.landed_at, item.reverted_at,
                                               item.incident_at))  # fmt: skip
            origin = item.change.sha if item.change else f"made {item.login} {item.at.isoformat()}"
            source = item.robot.name if item.robot else ""
            yield (self.id, origin, item.number, item.login, source, item.truth, item.state, int(item.alone), *times,
                   item.landed)  # fmt: skip

    def _dated(self) -> dict[str, str]:
        at = f"{int(self.now.timestamp())} +0000"
        return {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}

    def _who(self, item: Item) -> dict[str, str]:
        if item.robot is None:
            return self.cast.email(item.login) | self._dated()
        by = {"GIT_AUTHOR_NAME": item.robot.login, "GIT_AUTHOR_EMAIL": item.robot.address}
        return by | {"GIT_COMMITTER_NAME": "GitHub", "GIT_COMMITTER_EMAIL": GITHUB} | self._dated()


def undone(repository: Path, landed: str, tip: str) -> str | None:
    """The tree of the tip without what landed as that commit; None where later changes are in the way."""
    before = git(repository, "rev-parse", f"{landed}^^{{tree}}")
    # a commit that has nothing but the way back, since `merge-tree --merge-base` needs git 2.40
    back = git(repository, "commit-tree", before, "-p", landed, stdin=b"Undo\n", environment=NOBODY)
    try:
        return git(repository, "merge-tree", "--write-tree", tip, back).splitlines()[0]
    except NotUsable:
        return None


def _mode(repository: Path, tip: str, path: str) -> str:
    return re.split(r"\s", git(repository, "ls-tree", tip, "--", path))[0] or "100644"
