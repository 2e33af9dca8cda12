"""👍 and 👎 on our comments. The forge sends no word of them, so they are asked for, a few each turn."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.forge.port import Busy, Forge, ForgeError, Target
from bot.jobs.kinds import Nothing
from bot.policy.chat.permissions import may_judge
from bot.store import Reactions, Thumb

_log = structlog.get_logger(__name__)

AGAIN = timedelta(hours=2)  # one pull request is asked about no more often
MOST = 40  # in a turn: 240 an hour, of the 5,000 requests that an installation has
MOST_NEW = 20  # people whose rights are asked for, of one pull request in a turn


class Thumbs:
    """Keeps what the author and people who may write think of a score, beside the score they saw."""

    def __init__(self, *, forge: Forge, reactions: Reactions, clock: Callable[[], datetime]) -> None:
        self._forge, self._reactions, self._clock = forge, reactions, clock

    def take(self, _: Nothing) -> None:
        self.poll()

    def poll(self) -> int:
        """How many thumbs are new, changed or gone. One that cannot be asked about does not hold up others."""
        changed = 0
        for repository, number in self._reactions.to_poll(self._clock(), AGAIN, MOST):
            target = Target(repository.installation_id, repository.id, repository.full_name)
            try:
                changed += self._one(target, number)
            except Busy as busy:
                _log.info("thumbs.later", repository=repository.full_name, until=busy.until.isoformat())
                continue  # other installations have limits of their own
            except ForgeError as error:
                _log.warning("thumbs.skipped", repository=repository.full_name, number=number, words=str(error))
            self._reactions.polled(repository.id, number, at=self._clock())
        return changed

    def _one(self, target: Target, number: int) -> int:
        reactions = self._forge.reactions(target, number)
        if reactions is None:
            return self._reactions.save(target.repository_id, number, ())
        known = self._reactions.by(target.repository_id, number)
        people = {by.id: by for by, _, _ in reactions.given}
        new = [by for by in people.values() if not (by.bot or by.id in known or by.id == reactions.author.id)]
        granted = {by.id: self._forge.access(target, by, frozenset()) for by in new[:MOST_NEW]}
        granted |= dict.fromkeys(known, frozenset({"write"}))  # asked about before
        counted = [
            Thumb(by, useful, at)
            for by, useful, at in reactions.given
            if may_judge(by, reactions.author, granted.get(by.id, frozenset()))
        ]
        return self._reactions.save(target.repository_id, number, counted)
