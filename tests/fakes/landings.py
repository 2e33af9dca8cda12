"""Which landed commits a cause stands for, on a World: what bot/line/landed.py finds with git."""

from bot.forge.port import Target
from bot.policy.incidents.claim import Landed
from bot.policy.incidents.report import Cause
from tests.fakes.world import World


class MemoryLandings:
    def __init__(self, world: World) -> None:
        self.world = world

    def of(self, target: Target, cause: Cause) -> Landed:
        home = self.world.homes[target.full_name]
        if cause.number:
            pull = home.pulls.get(cause.number)
            if pull is None:
                return Landed(words=f"{target.full_name} has no pull request #{cause.number}")
            words = f"#{cause.number} of {target.full_name} was not merged, so it caused nothing yet"
            return Landed(pull.landed) if pull.merged else Landed(words=words)
        commits = tuple(sha for sha in home.history(home.branches[home.default]) if sha.startswith(cause.sha))
        return Landed(commits) if commits else Landed(words=f"{target.full_name} has no commit {cause.sha[:12]}")
