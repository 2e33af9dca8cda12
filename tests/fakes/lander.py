"""Landing on a forge in memory: the second port, on the same World."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.forge.port import Lander, Landing, Refused, Target
from bot.policy.gatekeeping import Gatekeeping, Method, Reported, Required, Rules
from bot.policy.pull import Person, Review
from tests.fakes.world import BOT, Issue

if TYPE_CHECKING:
    from tests.fakes.forge import MemoryForge


@dataclass
class MemoryLander(Lander):
    """Reviews, landings, labels and issues on a World."""

    forge: MemoryForge

    def approve(self, target: Target, number: int, head_sha: str, words: str) -> int:
        _, pull = self.forge.place(target, number, "approve")
        for at, review in enumerate(pull.reviews):
            if (review.author, review.head_sha, review.state) == (BOT, head_sha, "approved"):
                return at
        pull.reviews.append(Review(BOT, "approved", head_sha, self.forge.now(), number=len(pull.reviews)))
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
        pull.landed_as, pull.landed = landed, (landed,)

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


@dataclass
class MemoryLandingApp(MemoryLander, Landing):
    """The App that lands, on a branch that asks for one check, which passed. `before` is called before each merge.

    `dying` is a step ("approve", "merge"), before or after which the process ends.
    """

    before: Callable[[int, str], object] = lambda number, head_sha: None
    dying: Callable[[str], object] = lambda step: None
    rules: Rules = field(default_factory=lambda: Rules(required=frozenset({Required("test")})))
    reported: tuple[Reported, ...] = (Reported("test", 15368, "success", "github-actions"),)
    decision: str = ""
    refuses: bool = False

    def account(self, target: Target) -> Person:
        return BOT

    def gate(self, target: Target, number: int, base_ref: str) -> Gatekeeping:
        home, pull = self.forge.place(target, number, "gate")
        ours = [
            at for at, review in enumerate(pull.reviews)
            if (review.author, review.head_sha, review.state) == (BOT, pull.head, "approved")
        ]  # fmt: skip
        return Gatekeeping(
            head_sha=pull.head,
            base_sha=home.branches[base_ref],
            lander=BOT,
            ours=frozenset({1}),
            may=True,
            rules=self.rules,
            reported=self.reported,
            approval=ours[0] if ours else None,
            decision=self.decision,
            state="CLEAN",
            queued=number in home.queue,
        )

    def approve(self, target: Target, number: int, head_sha: str, words: str) -> int:
        self.dying("before approve")
        made = super().approve(target, number, head_sha, words)
        self.dying("after approve")
        return made

    def merge(self, target: Target, number: int, head_sha: str, method: Method) -> None:
        self.dying("before merge")
        if self.refuses:
            raise Refused("the forge answered 405: a rule that nobody knew")
        self.before(number, head_sha)
        super().merge(target, number, head_sha, method)
        self.dying("after merge")
