"""What a pull request does to the repository's files: known by the commits that it lies between, and kept.

One reading of the trees, without renames: a moved file is a path that goes and a path that comes, so both names are
among the paths whatever any reader takes for a rename.
"""

from bot.facts.assessor import Base, Unscorable
from bot.facts.fact import Cost, Fact, Filled, Live, Look
from bot.facts.pull import PULL, TARGET
from bot.policy.content import Content
from bot.policy.pull import Unknown
from bot.policy.state import Failure
from scoring.history.diff import Diff


def _base(live: Live, look: Look) -> Base | Failure:
    try:
        return live.assessor.base(look[TARGET], look[PULL])
    except Unscorable as error:
        return error.failure()


def _diff(live: Live, look: Look) -> Diff | Failure:
    base = look[BASE]
    if not isinstance(base, Base):
        return base
    try:
        return live.assessor.diff(look[TARGET], base, look[PULL].head_sha)
    except Unscorable as error:
        return error.failure()


def _content(live: Live, look: Look) -> Content | Failure:
    base, head, contents = look[BASE], look[PULL].head_sha, live.store.contents
    if not isinstance(base, Base):
        return base
    repository = look.target.repository_id
    content = contents.get(repository, base.sha, head)
    if content is None:
        diff = look[DIFF]
        if not isinstance(diff, Diff):
            return diff
        try:
            content = live.assessor.content(look[TARGET], base, diff)
        except Unscorable as error:
            return error.failure()
        contents.save(repository, base.sha, head, content, at=look.now)
    return content


def _contributors(live: Live, look: Look) -> frozenset[str]:
    base = look[BASE]
    if not isinstance(base, Base):
        return frozenset()  # the forge's own list is all there is then
    try:
        return live.assessor.contributors(look[TARGET], base, look[PULL].head_sha)
    except Unscorable:
        return frozenset()


def _fills(content: Content | Failure) -> Filled:
    return {"content": Unknown(content.words) if isinstance(content, Failure) else content}


def _nobody() -> Failure:
    return Failure("nobody looked")


BASE = Fact("base", _base, _nobody, needs=(PULL, TARGET), cost=Cost(git=4))
DIFF = Fact("diff", _diff, _nobody, needs=(PULL, TARGET, BASE), cost=Cost(git=1))
CONTENT = Fact("content", _content, _nobody, needs=(PULL, TARGET, BASE, DIFF), cost=Cost(git=2), fills=_fills)
CONTRIBUTORS = Fact("contributors", _contributors, frozenset[str], needs=(PULL, TARGET, BASE), cost=Cost(git=2))
