"""Send every landing through the funnel that serves, at each dial, knowing what was known when it landed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import get_args
from zoneinfo import ZoneInfo

from bot.backtest.auto_review.pulls import HERE, Arrival
from bot.backtest.auto_review.reading import inspected
from bot.backtest.auto_review.registry import at_threshold, branch_of, source_of, trusted_as
from bot.backtest.auto_review.track import Tracks
from bot.backtest.landings import Landing
from bot.backtest.outcomes import Outcomes
from bot.backtest.places import NEW
from bot.backtest.replay import Replay
from bot.policy.candidate import Bump, Inspection, SourceKey, Track, Trust
from bot.policy.config import Config
from bot.policy.config.auto_review import ChangeSource, Threshold, share_of
from bot.policy.pull import Unknown
from bot.policy.radar.funnel import STAGES, Passage, passage
from bot.policy.radar.stage import person
from bot.policy.radar.stages import review, static
from bot.policy.state import State
from scoring.errors import ScoringError

DIALS: tuple[Threshold, ...] = get_args(Threshold)
WIDE: Threshold = DIALS[-1]
WIDEST = share_of(WIDE)  # what is riskier than this passes at no dial
BEFORE_READING = STAGES[: STAGES.index(static.STAGE)]  # these look at no contents
BEFORE_JUDGING = STAGES[: STAGES.index(review.STAGE)]  # and these at no hunk of them
GIVEN = Track(landed=10_000, judged=10_000)  # a past that shuts no gate
LEFT_TO_PEOPLE = dict.fromkeys(DIALS, Passage("whose", person("left_to_people", "It is a person's.")))
LONG_OUT = timedelta(days=365)
CHUNK = 25  # landings between two reports of progress
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """One landing, and how far it came at each dial: with the past its source had, and with one that shuts no gate."""

    landing: Landing
    source: str
    kind: str  # "people", or that of its source; "unregistered": a program that is no source
    earned: Mapping[Threshold, Passage]
    given: Mapping[Threshold, Passage]

    def at(self, dial: Threshold, *, given: bool) -> Passage:
        return (self.given if given else self.earned)[dial]

    def passed(self, dial: Threshold, *, given: bool) -> bool:
        return self.at(dial, given=given).through


@dataclass
class Trial:
    """A history that is sent through the funnel. `config` names the sources."""

    replay: Replay
    outcomes: Outcomes
    arrivals: Mapping[str, Arrival]
    parents: Mapping[str, str]  # of each landing, "" of the first
    config: Config
    people: bool = True  # whether people's changes are sent through it, which takes most of the time
    tried: list[Tried] = field(default_factory=list)

    def run(self, rows: Sequence[int], progress: Progress | None = None) -> None:
        """Oldest first. What was tried stays when it is interrupted."""
        for place, each in enumerate(self._each(rows)):
            self.tried.append(each)
            if progress and (place % CHUNK == 0 or place + 1 == len(rows)):
                progress(place + 1, len(rows))

    def _each(self, rows: Sequence[int]) -> Iterator[Tried]:
        tracks = Tracks(self.outcomes, self.config.auto_review.gates.days, ZoneInfo(self.config.timezone))
        wanted = set(rows)
        configs = {dial: at_threshold(self.config, dial) for dial in DIALS}
        for landing in self.replay.past.landings[: max(rows, default=-1) + 1]:
            arrival = self.arrivals[landing.sha]
            source = source_of(arrival, self.config)
            name = trusted_as(arrival, source)
            if landing.row in wanted:
                yield self._tried(landing, arrival, source, name, tracks, configs)
            tracks.landed(name, landing)

    def _tried(
        self, landing: Landing, arrival: Arrival, source: ChangeSource | None, name: str, tracks: Tracks,
        configs: Mapping[Threshold, Config],
    ) -> Tried:  # fmt: skip
        kind = source.kind if source else "unregistered" if arrival.author.bot else "people"
        if kind == "people" and not self.people:
            return Tried(landing, name, kind, LEFT_TO_PEOPLE, LEFT_TO_PEOPLE)
        state = self._read(self._state(landing, arrival, source), landing, name)
        earned, given = {}, {}
        for dial, config in configs.items():
            track = tracks.at(name, landing.at, dial)
            earned[dial] = passage(_trusting(state, name, dial, track), config, landing.at, STAGES)
            given[dial] = passage(_trusting(state, name, dial, GIVEN), config, landing.at, STAGES)
            if earned[dial].through:
                tracks.by_itself(name, landing, dial)
        return Tried(landing, name, kind, earned, given)

    def _state(self, landing: Landing, arrival: Arrival, source: ChangeSource | None) -> State:
        """What git does not tell is taken as good: signatures, checks, and that nobody objected."""
        state = self.replay.state(landing)
        regular = self.replay.scores.before[landing.row] >= NEW
        origin = replace(arrival.origin, association="MEMBER" if regular else "CONTRIBUTOR")
        pull = replace(
            state.pull, repository=replace(state.pull.repository, id=HERE), author=arrival.author,
            head_sha=arrival.head, head_ref=branch_of(arrival, source), mergeable=True,
        )  # fmt: skip
        granted = {arrival.author.id: frozenset({"write"})} if regular else {}
        return replace(state, pull=pull, origin=origin, granted=granted, review=None)

    def _read(self, state: State, landing: Landing, name: str) -> State:
        """The same with its contents inspected, where anything but them lets it come so far."""
        rank = float(self.replay.scores.percentile[landing.row])
        if not state.pull.author.bot and rank > WIDEST:
            # no dial lets it pass, and there are many: whether a static rule would, nobody asks
            return replace(state, inspection=Inspection((), (), 0, 0, False, rank))
        for stages, judging in ((BEFORE_READING, False), (BEFORE_JUDGING, True)):
            if not passage(_trusting(state, name, WIDE, GIVEN), self.widest, landing.at, stages).through:
                return state
            inspection = self._inspected(landing, rank, judging=judging)
            state = replace(state, inspection=inspection, released=released(inspection, landing.at))
        return state

    @cached_property
    def widest(self) -> Config:
        return at_threshold(self.config, WIDE)

    def _inspected(self, landing: Landing, rank: float, *, judging: bool) -> Inspection | Unknown:
        git, parent = self.replay.contents.git, self.parents[landing.sha]
        try:
            return inspected(git, parent, landing.sha, landing.at, rank, judging=judging)
        except ScoringError as error:
            return Unknown(str(error).rstrip("."))


def released(inspection: Inspection | Unknown, now: datetime) -> Mapping[Bump, datetime]:
    """Each package as if it had been out for long: git does not tell when others released."""
    packages = inspection.dependencies if isinstance(inspection, Inspection) else None
    return dict.fromkeys(packages.bumps if packages else (), now - LONG_OUT)


def _trusting(state: State, name: str, dial: Threshold, track: Track) -> State:
    since = state.pull.updated_at - timedelta(days=365)
    return replace(state, trust=Trust(SourceKey(HERE, HERE, name), track, dial, since))
