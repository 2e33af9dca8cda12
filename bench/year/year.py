"""The year itself: two repositories on one forge, the App beside it, and everybody's plans."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.year.cast import OPERATOR, cast
from bench.year.changes import read
from bench.year.clock import Moved, Time
from bench.year.diary import Diary, moment
from bench.year.life import Street
from bench.year.plan import Plan
from bench.year.reports import SETTING, Reports
from bot.demo import replay
from bot.demo.stage import now as truly
from bot.demo.stage import stage
from bot.policy.config import FILE

WARM = timedelta(days=1)  # between the App's first look and the first pull request
METHODS = ("squash", "merge")
MODES = ("enforce", "shadow")
CONFIG = """version: 1
mode: {mode}
timezone: Europe/Berlin
escalation: {{managers: ["@acme/release-managers"]}}
windows:
  - {{name: Weekend, level: yellow, weekly: {{from: "Fri 17:00", to: "Mon 08:00"}}, branches: [main]}}
  - {{name: Summer freeze, level: red, from: {year}-08-05 00:00, to: {year}-08-12 08:00, branches: [main]}}
  - {{name: Year-end freeze, level: red, from: {year}-12-20 17:00, to: {next}-01-02 08:00, branches: [main]}}
"""


@dataclass
class Year:
    start: datetime
    end: datetime
    time: Time
    plan: Plan
    streets: tuple[Street, ...]
    diary: Diary
    folder: Path
    seed: int
    command: str = ""  # that began it

    def note(self, seconds: float) -> None:
        """Everything of now into the diary; `seconds` it took to get here."""
        self.diary.write(
            "year", [(1, moment(self.start), moment(self.time.clock.now), self.seed, seconds, self.command)]
        )
        self.diary.write("changes", (row for street in self.streets for row in street.rows()))
        self.diary.write("work", ((kind, self.time.done[kind], spent) for kind, spent in self.time.spent.items()))

    @property
    def landed(self) -> int:
        return sum(life.state == "landed" for street in self.streets for life in street.lives)

    @property
    def waiting(self) -> int:
        return sum(len(street.waiting) for street in self.streets)

    def days(self) -> Iterator[datetime]:
        """Live it; yields the moment after each event."""
        while (due := self.plan.next()) is not None and due < self.end:
            if self._until(due):
                continue  # what an edge made people plan comes first
            self.plan.take()()
            self.time.settle()
            yield self.time.clock.now
        while self._until(self.end):
            yield self.time.clock.now

    def _until(self, moment: datetime) -> bool:
        edges = self.time.until(moment)
        for street in self.streets if edges else ():
            street.freed()
        return bool(edges)

    def speed(self, seconds: float) -> str:
        """What took the time."""
        states = Counter(life.state for street in self.streets for life in street.lives)
        jobs = sum(self.time.spent.values())
        rows = [f"{sum(states.values()) - states['planned']} changes in {seconds:.0f} s, {jobs:.0f} s of it in jobs"]
        for kind, spent in self.time.spent.most_common():
            times = self.time.done[kind]
            rows.append(f"  {kind:<12} {times:>6} jobs {spent:>8.1f} s {spent / times * 1000:>6.0f} ms each")
        return "\n".join([*rows, f"  {dict(states)}", ""])


@contextmanager
def lived(
    folder: Path, sources: Sequence[Path], start: datetime, end: datetime, seed: int, most: int = 0
) -> Iterator[Year]:
    """Everything set up for the year, and put away at the end. Raises NotUsable."""
    pasts = [read(source, start, end) for source in sources]
    clock, plan = Moved(start - WARM), Plan()
    folder.mkdir(parents=True, exist_ok=True)
    diary = Diary(folder)
    settings = {"operators": OPERATOR, "incident_secrets": SETTING}
    with stage(folder, clock=clock, trusted=truly, working=False, **settings) as here:
        busiest = Counter(change.author for past in pasts for change in past.changes)
        addresses = frozenset(address for past in pasts for address in past.addresses)
        people = cast(here.sandbox, busiest, addresses, seed)
        time, streets = Time(here, clock), []
        for at, (source, past) in enumerate(zip(sources, pasts, strict=True)):
            name = f"acme/{('engine', 'switch')[at]}"
            bare = _bare(source, past.base, folder / "past" / str(at))
            made = here.sandbox.add_repository(name, bare, "main", private=False)
            made.roles |= dict.fromkeys(people.people, "write") | {here.sandbox.release_manager: "maintain"}
            _configure(time, name, Path(made.folder), MODES[at], start.year)
            if MODES[at] == "enforce":
                here.sandbox.protect(name)
            street = Street(name, past, Path(made.folder), people, time, plan, seed, METHODS[at], most)
            Reports(street, diary, here.address, shadow=MODES[at] == "shadow")
            streets.append(street)
            diary.write("repositories", [(made.id, name, MODES[at], source.resolve().name, METHODS[at])])
        time.settle()
        yield Year(start, end, time, plan, tuple(streets), diary, folder, seed)


def _bare(source: Path, base: str, folder: Path) -> Path:
    """The history as it was before the year, with the objects of `source` where they are."""
    folder.mkdir(parents=True)
    objects = Path(source, replay.git(source, "rev-parse", "--git-path", "objects")).resolve()
    replay.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", ".")
    Path(folder, "objects", "info", "alternates").write_text(f"{objects}\n")
    replay.git(folder, "update-ref", "refs/heads/main", base)
    return folder


def _configure(time: Time, name: str, folder: Path, mode: str, year: int) -> None:
    box, text = time.here.sandbox, CONFIG.format(mode=mode, year=year, next=year + 1)
    who = {"GIT_AUTHOR_NAME": "Maya", "GIT_AUTHOR_EMAIL": "maya@example.org"}
    moment = f"{int(time.clock.now.timestamp())} +0000"
    who |= {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    commit = replay.write(folder, box.tip(name), FILE, text.encode(), "Configure codechill\n", who)
    box.push(name, "main", commit, box.release_manager)
    time.settle()
