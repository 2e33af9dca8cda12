"""Does a change ever land by itself that did not pass, that somebody holds, or that is another one by now?

    python -m bench.orders [--walks 10000] [--seed 1] [--steps 10] [--jobs 2]

People, bots and the clock do things to a pull request in a random order, on the whole line in memory: they push,
rebase, comment, review, label, hold, ship, retarget, rewrite the configuration; deliveries are lost, the forge stops
answering, the process starts again. Another reading of the rules, which shares no code with the line, keeps what would
have to be true, and says at each landing whether it may be. The exit status is 1 when one may not.
"""

import argparse
import logging
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from bot.facts.configuration import CONFIGURATION
from bot.facts.content import CONTENT
from bot.facts.fact import Fact
from bot.facts.gatekeeping import GATEKEEPING, LANDER
from bot.facts.inspection import INSPECTION
from bot.facts.landing_queue import PROGRAM, RECORDED, WAITING
from bot.facts.notes import NOTES
from bot.facts.people import GRANTED
from bot.facts.pull import PULL
from bot.facts.risk import RISK
from bot.forge.port import ForgeError
from bot.policy.actions import Reply, SetCheck
from bot.policy.candidate import SourceKey, Trust
from bot.policy.events import Changed, Commented, Due, Event, Labelled, Tick, commander
from bot.policy.radar import funnel
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person
from bot.store import Store
from tests.fakes.line import Line
from tests.fakes.world import INSTALLATION

# what is dear and says nothing of orders is left out; what its source earned is said
TRUSTED = Trust(SourceKey(INSTALLATION, 0, "renovate"), dial="P50", noted=True)
FACTS = (
    *(PULL, CONFIGURATION, WAITING, GRANTED, CONTENT, RISK, NOTES, RECORDED, PROGRAM, INSPECTION, GATEKEEPING, LANDER),
    Fact("trust", lambda live, look: TRUSTED, lambda: TRUSTED),
)
LABEL = "codechill:hold"
BOT = "renovate[bot]"
WRITERS = ("ana", "ben", "mia")
SAID = (*["/chill ship"] * 4, "/chill hold", "/chill wait", "/chill review", "Is this safe?", "/chill why")
FIRST = (
    "version: 1\nauto_review: {mode: enforce, landing_delay: 24h, sources: {renovate: {account: %d, kind: codemod}}}\n"
)
OTHERS = (
    FIRST,
    FIRST.replace("24h", "30h"),
    FIRST.replace("enforce", "suggest"),
    FIRST.replace("enforce", "shadow"),
    FIRST.replace("enforce", "off"),
)


@dataclass
class Rules:
    """What has to be true of a landing, kept beside the line by what happens on the forge and what was delivered."""

    author: str
    at: datetime  # since when it is this content, base and policy, and nobody holds it
    seen: tuple[object, ...] = ()  # content, base and policy at the last look
    held: dict[str, str] = field(default_factory=dict)  # what holds it -> who
    consent: object = None  # the content that its author lets land

    def look(self, now: datetime, seen: tuple[object, ...], event: Event, label: bool) -> None:
        """The line looked. The delay begins anew with whatever changed. A bot takes off only a label that it put on."""
        by = commander(event) or (event.by if isinstance(event, Changed) else None)
        if label:
            self.held.setdefault("label", by.login if by else "")
        elif by is not None and isinstance(event, Changed) and event.what == "unlabeled":
            lifts = not by.bot or self.held.get("label") == by.login
            self.held = {name: who for name, who in self.held.items() if name != "label" or not lifts}
        if seen != self.seen or self.held:
            self.seen, self.at = seen, now

    def say(self, who: str, body: str, content: object) -> None:
        """Delivered: a command counts when somebody gives it who may."""
        may = who in WRITERS or who == self.author
        match body.removeprefix("/chill "):
            case "hold" | "review" if may:
                self.held["outright"] = who
            case "wait" if who == self.author:
                self.held["outright"] = who
            case "ship" if may and self._may_release(who):
                self.held = {name: by for name, by in self.held.items() if name == "changes requested"}
                self.consent = content if who == self.author else self.consent

    def _may_release(self, who: str) -> bool:
        if "changes requested" in self.held:
            return False
        others = [by for name, by in self.held.items() if name != "comment" and by != who]
        return not (others and who == self.author)

    def why_not(self, walk: "Walk", now: datetime, head_sha: str) -> str:
        """Why it must not land as that commit; "" when it may."""
        pull, content = walk.pull, walk.content()
        if head_sha != pull.head:
            return "another head"
        if content not in walk.passing:
            return "it did not pass"
        if self.held or LABEL in pull.labels:
            return f"held: {sorted(self.held)}"
        if pull.draft or walk.text not in OTHERS[:2]:
            return "nothing lands here now"
        if self.author != BOT and self.consent != content:
            return "its author does not want it to"
        delay = timedelta(hours=30 if "30h" in walk.text else 24)
        return "" if now - self.at >= delay else f"too early by {delay - (now - self.at)}"


class Walk:
    """One pull request, and what happens to it."""

    def __init__(self, line: Line, chance: random.Random) -> None:
        self.line, self.chance = line, chance
        self.passing: set[object] = set()
        self.text = FIRST
        bot = line.world.bot(BOT)
        line.configure(FIRST % bot.id)
        line.world.commit(line.home, "next", line.home.files[line.home.branches["main"]])
        line.facts = FACTS
        line.restart()
        line.lander.before = self._landing
        self.landed: str | None = None  # why it should not have; "": it should
        self.pull = line.open(0.02, files={"api/a.py": "1"})
        if chance.random() < 0.5:
            self.pull.author = bot
        self.rules = Rules(self.pull.author.login, line.clock.now)
        if chance.random() < 0.9:
            self.passing.add(self.content())
        self.history: list[str] = []
        self.looked = False

    def judge(self, candidate: Candidate) -> Answer:
        return PASSED if self.content() in self.passing else person("not_safe", "It is not safe.")

    def content(self) -> object:
        return tuple(sorted(self.line.home.files[self.pull.head].items()))

    def step(self) -> None:
        verb = self.chance.choice(STEPS)
        self.history.append(verb.__name__)
        event = verb(self)
        if event is not None:
            self.deliver(event)

    def deliver(self, event: Event) -> None:
        """Mostly. What is lost is seen at the next look, a command excepted: it was never given then."""
        if self.chance.random() < LOST:
            self.history.append("lost")
            return
        self.look(event)

    def look(self, event: Event) -> None:
        line = self.line
        self._fail()
        try:
            line.look(self.pull, event)
        except ForgeError:
            self.history.append("failed")
            line.forge.silent.clear()
            line.forge.lossy.clear()
            line.look(self.pull, event)  # a worker tries again
        line.forge.silent.clear()
        line.forge.lossy.clear()
        if isinstance(event, Commented):
            self.rules.say(event.comment.author.login, event.comment.body, self.content())
        seen = (self.content(), self.pull.base_ref, self.text)
        self.rules.look(line.clock.now, seen, event, LABEL in self.pull.labels)

    def _fail(self) -> None:
        if self.chance.random() < FAILING:
            way = self.chance.choice((self.line.forge.silent, self.line.forge.lossy))
            way.add(self.chance.choice((SetCheck, Reply)))

    def due(self) -> None:
        """What the clock's job does."""
        here = self.line.home.id, self.pull.number
        if self.pull.open and here in self.line.store.landing_queue.due(self.line.clock.now):
            self.look(Due())

    def _landing(self, number: int, head_sha: str) -> None:
        """Just before it is merged."""
        self.landed = self.rules.why_not(self, self.line.clock.now, head_sha)


LOST, FAILING = 0.15, 0.1
BATCH = 50  # walks that one process makes at a time


def push(walk: Walk) -> Event:
    line, text = walk.line, str(walk.chance.randint(0, 3))
    head = line.world.push(line.home, walk.pull, {"api/a.py": text})
    line.assessor.believe(head, 0.02)
    if walk.chance.random() < 0.7:
        walk.passing.add(walk.content())
    return Changed("synchronize", head_sha=head, by=walk.pull.author)


def rebase(walk: Walk) -> Event:
    line = walk.line
    head = line.world.push(line.home, walk.pull, dict(line.home.files[walk.pull.head]))
    line.assessor.believe(head, 0.02)
    return Changed("synchronize", head_sha=head, by=walk.pull.author)


def say(walk: Walk) -> Event | None:
    who, body = walk.chance.choice(("ana", "ben", "mia", "eve")), walk.chance.choice(SAID)
    comment = walk.line.world.say(walk.pull, who, body)
    if not body.startswith("/chill") and (who in WRITERS or who == walk.rules.author):
        walk.rules.held["comment"] = who
    return Commented(comment)


def review(walk: Walk) -> Event:
    who, state = walk.chance.choice(("ben", "eve")), walk.chance.choice(("approved", "changes_requested", "commented"))
    walk.line.world.review(walk.pull, who, state)  # type: ignore[arg-type]
    if who == "ben":
        match state:
            case "changes_requested":
                walk.rules.held["changes requested"] = who
            case "approved":
                walk.rules.held.pop("changes requested", None)
            case _:
                walk.rules.held["comment"] = who
    return Changed("review")


def label(walk: Walk) -> Event:
    by = walk.chance.choice((walk.line.world.person("ben"), walk.line.world.bot("labeller[bot]")))
    if LABEL in walk.pull.labels:
        walk.pull.labels.discard(LABEL)
        return Changed("unlabeled", by=by)
    walk.pull.labels.add(LABEL)
    return Changed("labeled", by=by) if by.bot else Labelled(LABEL, by, walk.line.clock.now)


def retarget(walk: Walk) -> Event:
    walk.pull.base_ref = walk.chance.choice(("main", "next"))
    return Changed("edited")


def draft(walk: Walk) -> Event:
    walk.pull.draft = not walk.pull.draft
    return Changed("converted_to_draft" if walk.pull.draft else "ready_for_review")


def configure(walk: Walk) -> Event:
    walk.text = walk.chance.choice(OTHERS)
    for branch in ("main", "next"):
        walk.line.configure(walk.text % walk.line.world.bot(BOT).id, branch)
    return Tick("configuration")


def forward(walk: Walk) -> Event:
    walk.line.clock.forward(hours=walk.chance.choice((1, 5, 12, 25)))
    return Tick("sweep")


def restart(walk: Walk) -> None:
    walk.line.restart()


STEPS: tuple[Callable[[Walk], Event | None], ...] = (
    push, rebase, say, say, say, review, label, retarget, draft, configure, *[forward] * 6, restart
)  # fmt: skip


def walked(line: Line, seed: int, steps: int) -> tuple[bool, list[str]]:
    """Whether it landed by itself, and where it should not have, why and what had happened until then."""
    walk = Walk(line, random.Random(seed))  # noqa: S311
    funnel.STAGES = (Stage("risk", "Is it safe?", walk.judge),)
    walk.look(Changed("opened"))
    for _ in range(steps):
        walk.step()
        walk.due()
        if walk.landed is not None:
            break
    wrong = [f"walk {seed}: {walk.landed}, after {', '.join(walk.history)}"] if walk.landed else []
    return walk.landed is not None, wrong


@contextmanager
def stores() -> Iterator[Callable[[], Store]]:
    """Of one database that is put back as it was made, again and again."""
    with tempfile.TemporaryDirectory(prefix="codechill-orders-") as folder:
        store = Store(f"sqlite:///{Path(folder) / 'a.db'}")
        store.engine.dispose()
        sa.event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        empty = sqlite3.connect(Path(folder) / "empty.db")
        live: Any = store.engine.raw_connection().driver_connection
        live.backup(empty)

        def anew() -> Store:
            empty.backup(live)
            return store

        yield anew
        store.close()


def batch(seeds: range, steps: int) -> tuple[int, list[str]]:
    """How many landed, and those that should not have."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    landings, wrong = 0, []
    with stores() as anew:
        for seed in seeds:
            landed, refused = walked(Line(anew()), seed, steps)
            landings += landed
            wrong += refused
    return landings, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walks", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    given = parser.parse_args()
    seeds, began = range(given.seed, given.seed + given.walks), time.monotonic()
    parts = [seeds[at : at + BATCH] for at in range(0, len(seeds), BATCH)]
    landings, wrong = 0, []
    with ProcessPoolExecutor(given.jobs) as pool:
        for done, (landed, refused) in enumerate(pool.map(batch, parts, [given.steps] * len(parts)), 1):
            landings += landed
            wrong += refused
            if sys.stderr.isatty():
                print(f"\r{min(done * BATCH, given.walks)} of {given.walks}", end="", file=sys.stderr)  # noqa: T201
    said = [
        f"{given.walks} walks of at most {given.steps} steps, seeds from {given.seed} on, "
        f"{time.monotonic() - began:.0f} s with {given.jobs} processes",
        f"landed by themselves: {landings}; that should not have: {len(wrong)}",
        *wrong[:20],
    ]
    print("\n".join(said))  # noqa: T201 (its output is its purpose)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
