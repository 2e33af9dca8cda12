"""A reviewer that asks a scripted endpoint over real HTTP, with time, chance and memory in hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.config.addresses import Addresses, networks, places
from bot.policy.candidate import ModelReview
from bot.policy.pull import Unknown
from bot.reviewer.endpoint import Endpoint
from bot.reviewer.pieces import Sides
from bot.reviewer.review import Limits, Place, Reviewer
from bot.reviewer.service import Breaker
from tests.fakes.endpoint import MODEL, ScriptedEndpoint, scripted

HERE = Place(installation_id=3, repository_id=7)
PAGE = Sides("docs/shop.md", b"# Shop\n\nIt sells things.\n", b"# Shop\n\nIt sells many things.\n")
ONCE = Limits()


@dataclass
class Clock:
    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass
class Pocket:
    """Budgets and answers in memory."""

    left: int = 1_000_000
    answers: dict[tuple[Place, str], str] = field(default_factory=dict)
    settled: list[tuple[int, int]] = field(default_factory=list)

    def take(self, place: Place, tokens: int) -> bool:
        if tokens > self.left:
            return False
        self.left -= tokens
        return True

    def settle(self, place: Place, taken: int, used: int) -> None:
        self.left += taken - used
        self.settled.append((taken, used))

    def get(self, place: Place, key: str) -> str | None:
        return self.answers.get((place, key))

    def put(self, place: Place, key: str, text: str) -> None:
        self.answers[place, key] = text


@dataclass
class Bench:
    endpoint: ScriptedEndpoint
    clock: Clock
    pocket: Pocket
    met: list[str]
    reviewer: Reviewer

    def review(self, *files: Sides, place: Place = HERE, limits: Limits = ONCE) -> ModelReview | Unknown:
        return self.reviewer.review(place, files or (PAGE,), limits)


@contextmanager
def benched() -> Iterator[Bench]:
    with scripted() as endpoint:
        clock, pocket, met = Clock(), Pocket(), list[str]()
        addresses = Addresses(places(endpoint.address), networks("127.0.0.0/8"), seconds=0.3)
        client = Endpoint(
            endpoint.address, MODEL, addresses,
            clock=clock.now, sleep=clock.sleep, jitter=lambda: 1.0, breaker=Breaker(clock.now),
        )  # fmt: skip
        yield Bench(endpoint, clock, pocket, met, Reviewer(MODEL, client, pocket, pocket, clock.now, met.append))
