"""The season itself: two histories on one forge, both Apps beside it, twelve people, six sources, one clock."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.season.crew import AUTHORS, ROBOTS, Mood, Robot, crew
from bench.season.lane import Item, Lane
from bench.season.makers import MAKERS, SOUR, bump, page, wrong_page
from bench.season.room import Room
from bench.year.cast import OPERATOR
from bench.year.changes import Change, read
from bench.year.clock import Moved, Time
from bench.year.diary import Diary, moment
from bench.year.life import DAY, HOUR, MINUTE, spread
from bench.year.plan import Plan
from bench.year.year import _bare as bare
from bot.demo import replay
from bot.demo.stage import now as truly
from bot.demo.stage import stage
from bot.learning.dials import Trusting, earned
from bot.policy.candidate import EVERYTHING, PEOPLE
from bot.policy.config import FILE, ORGANISATION_FILE

WARM = timedelta(days=1)
HOP = timedelta(hours=6)  # what comes round every minute in life comes round every six hours here
WEEK = timedelta(days=7)
TIRED = {("comments-codemod", "P5"): 3, ("tidy-layout", "P10"): 3}  # so many are taken back after that step
ROUNDS = {"sweep": DAY / 2, "redeliver": 7 * DAY, "prune": 7 * DAY, "guard": DAY, "follow": 2 * DAY, "notices": DAY}
LEFT_OUT = ("retrain", "measure", "doctor", "calendars", "reactions")  # say nothing of what lands by itself
SHARES = {"tidy-layout": 0.18, "comments-codemod": 0.18, "docs-words": 0.2, "agent": 0.16, "renovate": 0.1,
          "dependabot": 0.04, "people": 0.14}  # fmt: skip
NAMES = ("acme/web", "acme/ring")
ORGANISATION = """version: 1
timezone: Europe/Berlin
floor: [auto_review]
escalation: {{managers: ["@acme/release-managers"]}}
notices: {{channels: {{room: [review, trust]}}}}
auto_review:
  mode: enforce
  landing_delay: 24h
  bots: {{threshold: P20, allowlisted_threshold: P50, bypass_risk: true}}
  people: {{verification: P50, approval: P5, deferred_review_within: 5d}}
  gates: {{days: 21, min_landed: 6, max_revert_upper95: 40%, max_rejection_upper95: 50%, sensitive_path: person}}
  dependencies: {{min_release_age: 2d}}
  sources:
{sources}
"""
CONFIG = """version: 1
mode: enforce
timezone: Europe/Berlin
escalation: {{managers: ["@acme/release-managers"]}}
windows:
  - {{name: Weekend, level: yellow, weekly: {{from: "Sat 00:00", to: "Mon 06:00"}}, branches: [main]}}
  - {{name: Release week, level: red, from: {freeze} 08:00, to: {thaw} 18:00, branches: [main]}}
"""


@dataclass
class Season:
    start: datetime
    end: datetime
    time: Time
    plan: Plan
    lanes: tuple[Lane, ...]
    diary: Diary
    folder: Path
    seed: int
    mood: Mood
    command: str = ""
    moves: list[tuple[object, ...]] = field(default_factory=list)  # what the person who accepts did

    def days(self) -> Iterator[datetime]:
        """Live it; yields the moment after each event."""
        while (due := self.plan.next()) is not None and due < self.end:
            self._until(due)
            self.plan.take()()
            self.time.settle()
            yield self.time.clock.now
        self._until(self.end)
        yield self.end

    def _until(self, moment_: datetime) -> None:
        while self.time.clock.now < moment_:
            self.time.until(min(moment_, self.time.clock.now + HOP))
            for lane in self.lanes:
                lane.look()

    def trust(self) -> None:
        """On Mondays and Thursdays somebody accepts what is proposed, as `codechill sources dial` does; denials too."""
        stored, now = self.time.here.app.store.only(Trusting), self.time.clock.now
        for each in earned(stored, now):
            key, standing = each.standing.key, each.standing
            if key.name == PEOPLE and standing.dial == "shadow" and not self.moves_of(PEOPLE, key.repository):
                why = "A season is too short for their own steps (turned against the record)"
                stored.sources.turn(key, "P50", by="maya", because=why, at=now)
                self.moves.append((moment(now), f"{PEOPLE} {key.repository}", standing.dial, "P50", why))
            elif each.move is not None and each.move.direction == "up" and key.name != PEOPLE:
                stored.sources.turn(key, each.move.dial, by="maya", because=each.move.why, at=now)
                self.moves.append((moment(now), key.name, standing.dial, each.move.dial, each.move.why))
                self.mood.unloved[key.name] += TIRED.pop((key.name, each.move.dial), 0)
            elif standing.denied and standing.denied_at:
                self.mood.mended.add(key.name)
                if now - standing.denied_at > (2 * WEEK if key.name != EVERYTHING else DAY):
                    stored.sources.lift(key, by="maya", because="Its owner mended it", at=now)
                    self.moves.append((moment(now), key.name, "denied", "shadow", "lifted"))
        self.plan.at(now + (3 * DAY if now.weekday() == 0 else 4 * DAY), self.trust)

    def moves_of(self, name: str, repository: int) -> bool:
        return any(move[1] == f"{name} {repository}" for move in self.moves)

    def note(self, seconds: float) -> None:
        row = (1, moment(self.start), moment(self.time.clock.now), self.seed, seconds, self.command)
        self.diary.write("year", [row])
        self.diary.write("work", ((kind, self.time.done[kind], spent) for kind, spent in self.time.spent.items()))
        self.diary.write("items", (row for lane in self.lanes for row in lane.rows()))
        self.diary.write("changes", (_for_looking(row) for lane in self.lanes for row in lane.rows() if row[2]))

    @property
    def states(self) -> Counter[str]:
        return Counter("by itself" if item.alone else item.state for lane in self.lanes for item in lane.items)


def _for_looking(row: tuple[Any, ...]) -> tuple[object, ...]:
    """As a year has its changes: what `bench.year.look` reads."""
    repository, origin, number, login, _, _, state, _, at, opened, landed_at, _, _, landed = row
    return (repository, origin, number, login, state, 0, at, opened, None, landed_at, landed, None, "", 0, 0)


TABLES = """
CREATE TABLE IF NOT EXISTS items (repository_id INTEGER, origin TEXT, number INTEGER, login TEXT, source TEXT,
  truth TEXT, state TEXT, alone INTEGER, planned_at TEXT, opened_at TEXT, landed_at TEXT, reverted_at TEXT,
  incident_at TEXT, landed TEXT, PRIMARY KEY (repository_id, origin));
CREATE TABLE IF NOT EXISTS heard (at TEXT, title TEXT, PRIMARY KEY (at, title));
"""


@contextmanager
def lived(
    folder: Path, sources: Sequence[Path], start: datetime, end: datetime, seed: int, pulls: int
) -> Iterator[Season]:
    """Everything set up, and put away at the end. Raises NotUsable."""
    pasts = [read(source, start, end) for source in sources]
    clock, plan = Moved(start - WARM), Plan()
    folder.mkdir(parents=True, exist_ok=True)
    diary = Diary(folder)
    diary.more(TABLES)
    with (
        Room(diary, clock) as room,
        stage(
            folder,
            clock=clock,
            trusted=truly,
            working=False,
            lands=True,
            operators=OPERATOR,
            retrain_days=0,
            **room.settings,
        ) as here,
    ):
        box = here.sandbox
        busiest = Counter(change.author for past in pasts for change in past.changes)
        people = crew(box, busiest)
        time = Time(here, clock, HOP, ROUNDS)
        beats = here.app.schedule._beats
        here.app.schedule._beats = tuple(each for each in beats if each.kind.name not in LEFT_OUT)
        _organise(time)
        lanes, mood = [], Mood()
        for at, (source, past) in enumerate(zip(sources, pasts, strict=True)):
            made = box.add_repository(NAMES[at], bare(source, past.base, folder / "past" / str(at)), "main",
                                      private=False)  # fmt: skip
            made.roles |= dict.fromkeys(people.people, "write") | {box.release_manager: "maintain"}
            made.roles |= dict.fromkeys((robot.login for robot in ROBOTS), "write")
            half = start + (end - start) * 0.4
            text = CONFIG.format(freeze=f"{half:%Y-%m-%d}", thaw=f"{half + 3 * DAY:%Y-%m-%d}")
            _write(time, NAMES[at], FILE, text)
            box.protect(NAMES[at], required_checks=("codechill",), approvals=1)
            lanes.append(Lane(NAMES[at], Path(made.folder), people, time, plan, diary, seed, mood))
            diary.write("repositories", [(made.id, NAMES[at], "enforce", source.parent.name, "squash")])
        time.settle()
        season = Season(start, end, time, plan, tuple(lanes), diary, folder, seed, mood)
        _cast_parts(season, [past.changes for past in pasts], pulls)
        plan.at(start + timedelta(days=(7 - start.weekday()) % 7, hours=9), season.trust)
        yield season


def _cast_parts(season: Season, pasts: Sequence[Sequence[Change]], pulls: int) -> None:
    """Who opens what, when: 45 % of people and as they landed, a tenth real updates of bots, the others made here."""
    weights = [len(past) ** 0.5 for past in pasts]
    for lane, past, weight in zip(season.lanes, pasts, weights, strict=True):
        share = weight / sum(weights)
        mine, bots = [], []
        for change in past:
            (bots if "dependabot" in change.author else mine).append(change)
        mine = [each for each in mine if "[bot]" not in each.author and len(each.paths) <= 30]
        chosen = {mine[at].sha for at in spread(len(mine), max(1, round(0.45 * pulls * share)))}
        real = (
            {bots[at].sha: place for place, at in enumerate(sorted(spread(len(bots), round(0.1 * pulls))))}
            if bots
            else {}
        )
        for change in past:
            if change.sha in chosen:
                _of_person(season, lane, change)
            elif change.sha in real:
                _of_history(season, lane, change, ROBOTS[real[change.sha] % 2])
            else:
                lane.pushed.append(change)
    planned = sum(len(lane.items) for lane in season.lanes)
    _of_makers(season, max(0, pulls - planned))
    for lane in season.lanes:
        for item in lane.items:
            season.plan.at(item.at, lambda lane=lane, item=item: lane.open(item))  # type: ignore[misc]


def _of_person(season: Season, lane: Lane, change: Change) -> None:
    chance = random.Random(f"{season.seed} {change.sha} opens")  # noqa: S311
    at = max(season.start, change.at - chance.uniform(1, 20) * HOUR)
    lane.items.append(Item(at, lane.cast.plays[change.author], change=change, ready=change.at))


def _of_history(season: Season, lane: Lane, change: Change, robot: Robot) -> None:
    lane.items.append(Item(max(season.start, change.at - 2 * HOUR), robot.login, robot, change=change))


def _of_makers(season: Season, count: int) -> None:
    """Spread over the season; `docs-words` opens five at a time. Two sources turn bad on the way."""
    by_name: dict[str, Robot | None] = {robot.name: robot for robot in ROBOTS} | {"people": None}
    for name, robot in by_name.items():
        share = round(count * SHARES[name])
        chance = random.Random(f"{season.seed} makes {name}")  # noqa: S311
        moments = sorted(_moment(season, chance, name, at, share) for at in range(share))
        for place, at in enumerate(moments):
            sour = robot is not None and at > season.start + (season.end - season.start) * robot.sours
            fine = chance.choice(MAKERS[name])
            maker = chance.choice(SOUR[name]) if sour else fine
            pages = {maker, fine} & {page, wrong_page}  # the first history has none that one may write to
            lane = season.lanes[0 if maker is bump or (place % 2 and not pages) else -1]
            login = robot.login if robot else chance.choice(AUTHORS)
            lane.items.append(Item(at, login, robot, maker=maker, mended=fine, ready=at + 30 * HOUR))


def _moment(season: Season, chance: random.Random, name: str, at: int, of: int) -> datetime:
    length = (season.end - season.start) * 0.93
    place = (at // 5 * 5 + 2.5) / of if name == "docs-words" else (at + chance.random()) / of
    day = season.start + min(place, 1.0) * length
    day = day.replace(hour=7, minute=0, second=0) if name == "docs-words" else day
    return day + chance.uniform(1, 50) * MINUTE


def _organise(time: Time) -> None:
    """The organisation's file: one trust for both repositories."""
    box = time.here.sandbox
    rows = "\n".join(f"    {robot.name}: {robot.settings}" for robot in ROBOTS)
    folder = time.here.app_folder.parent / "past" / "github"
    folder.mkdir(parents=True)
    replay.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", ".")
    tree = replay.git(folder, "mktree", stdin=b"")
    who = {"NAME": "Maya", "EMAIL": "maya@example.org"}
    people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    first = replay.git(folder, "commit-tree", tree, stdin=b"Begin\n", environment=people)
    made = replay.write(folder, first, ORGANISATION_FILE, ORGANISATION.format(sources=rows).encode(), "Say\n", people)
    replay.git(folder, "update-ref", "refs/heads/main", made)
    box.add_repository("acme/.github", folder, "main", private=False)
    time.settle()


def _write(time: Time, name: str, path: str, text: str) -> None:
    box = time.here.sandbox
    who = {"GIT_AUTHOR_NAME": "Maya", "GIT_AUTHOR_EMAIL": "maya@example.org"}
    at = f"{int(time.clock.now.timestamp())} +0000"
    who |= {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    folder = Path(box.repository(name).folder)
    box.push(name, "main", replay.write(folder, box.tip(name), path, text.encode(), "Configure\n", who),
             box.release_manager)  # fmt: skip
    time.settle()
