"""Approve, withdraw, merge: each step is written down before it is sent, and what became of it afterwards.

A step without an answer is never sent a second time in the dark: it raises, the job comes again later, and looks first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.forge.port import Busy, Landing, Refused, Target
from bot.policy.candidate import DayPlace, Stop
from bot.policy.landing_actions import Approve, Land, Withdraw
from bot.policy.pull import PullRequest
from bot.store import AutomaticLanding, AutomaticLandings, LandingQueue, Slot, Slots
from bot.store.automatic_landings import UNDER_WAY

LANDED = "landed"  # the rule by which it leaves the queue
DONE = "done"
NOBODY = "no App lands anything here"
AGAIN = timedelta(seconds=5)  # after that its base is looked at anew


@dataclass(frozen=True, slots=True)
class Steps:
    """`app` None: nothing is ever approved or merged."""

    app: Landing | None
    landings: AutomaticLandings
    queue: LandingQueue
    slots: Slots
    tip: Callable[[Target, str], str]  # the commit that a branch points to
    clock: Callable[[], datetime]

    def take(self, target: Target, pull: PullRequest, action: Approve | Withdraw | Land) -> str:
        """What became of it: DONE, or why it was not done. Raises ForgeError kinds other than Refused."""
        if self.app is None:
            return NOBODY
        try:
            match action:
                case Approve():
                    self.app.approve(target, pull.number, action.head_sha, action.words)
                case Withdraw():
                    self.app.dismiss(target, pull.number, action.review, action.words)
                case Land():
                    return self._land(self.app, target, pull, action)
        except Refused as refusal:
            if not isinstance(action, Withdraw):
                stop = Stop("landing", None, self.clock(), "The forge did not let it land by itself.")
                self.queue.stop(target.repository_id, pull.number, stop, at=self.clock())
            return str(refusal)
        return DONE

    def _land(self, app: Landing, target: Target, pull: PullRequest, action: Land) -> str:
        now, key = self.clock(), (target.repository_id, pull.number)
        if not self.slots.claim(_slot(key, action.place, now), action.place.limit):
            return "its source has used up its landings of today"
        tried = AutomaticLanding(*key, action.head_sha, action.base_ref, action.base_sha, now, action.method or "")
        if not self.landings.begin(tried):
            raise Busy("another change is landing on the same branch, or nothing may land here", now + UNDER_WAY)
        if self.tip(target, action.base_ref) != action.base_sha:
            self.landings.end(replace(tried, state="refused", words="its base moved"), at=self.clock())
            raise Busy("its base moved while it was being looked at", now + AGAIN)
        try:
            self._send(app, target, action, pull.number)
        except Refused as refusal:
            self.landings.end(replace(tried, state="refused", words=str(refusal)), at=self.clock())
            self.slots.release(*key)
            raise
        self.landings.end(replace(tried, state="landed" if action.method else "queued"), at=self.clock())
        if action.method:
            self.queue.cancel(*key, LANDED, at=self.clock())
        return DONE

    @staticmethod
    def _send(app: Landing, target: Target, action: Land, number: int) -> None:
        if action.method is None:
            app.enqueue(target, number, action.head_sha)
        else:
            app.merge(target, number, action.head_sha, action.method)


def _slot(key: tuple[int, int], place: DayPlace, now: datetime) -> Slot:
    return Slot(*key, place.key, place.day, now, place.author, place.step, place.lines, place.paths)
