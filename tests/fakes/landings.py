"""Which landed commits a cause stands for, on a World: what bot/line/landed.py finds with git."""

from bot.forge.port import Target
from bot.policy.incidents.claim import Landed
from bot.policy.incidents.report import Cause
from tests.fakes.world import Home, Pull, World


class MemoryLandings:
    def __init__(self, world: World) -> None:
        self.world = world

    def of(self, target: Target, cause: Cause) -> Landed:
        home = self.world.homes[target.full_name]
        if cause.number:
            return self._numbered(home, cause.number)
        if cause.sha:
            return self._named(home, cause.sha)
        called = [pull for pull in home.pulls.values() if pull.merged and pull.title == cause.title]
        return _landed(called[0]) if len(called) == 1 else Landed(words="no landed change has that title")

    def _numbered(self, home: Home, number: int) -> Landed:
        pull = home.pulls.get(number)
        if pull is None:
            return Landed(words=f"{home.full_name} has no pull request #{number}")
        words = f"#{number} of {home.full_name} was not merged, so it caused nothing yet"
        return _landed(pull) if pull.merged else Landed(words=words)

    def _named(self, home: Home, sha: str) -> Landed:
        for pull in home.pulls.values():
            if pull.merged and any(each.startswith(sha) for each in pull.landed):
                return _landed(pull)
        return Landed(words=f"{home.full_name} has no commit {sha[:12]}")


def _landed(pull: Pull) -> Landed:
    return Landed(pull.landed, title=pull.title, at=pull.updated_at, author=pull.author.id)
