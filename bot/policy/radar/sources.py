"""Which source of automated changes a change comes from, and whether anybody else had a hand in it.

A source is known by all of it together: the number of its bot's account, its branch and, where its file names one, a
line that every commit bears. Logins, titles, labels and whoever acted last say nothing.
"""

from collections.abc import Iterator

from bot.policy.candidate import WEB_FLOW, Commit, Origin
from bot.policy.config.auto_review import AutoReview, ChangeSource
from bot.policy.pull import PullRequest, Unknown
from bot.policy.radar.trailers import trailers
from bot.policy.text import globs


def recognised(pull: PullRequest, origin: Origin | Unknown, policy: AutoReview) -> ChangeSource | None:
    """The first of the file that it matches, as long as nobody else had a hand in it; None: it is no source's."""
    if isinstance(origin, Unknown):
        return None
    source = named(pull, origin, policy)
    return None if source is None or strange(pull, origin, source) is not None else source


def named(pull: PullRequest, origin: Origin, policy: AutoReview) -> ChangeSource | None:
    """The same, whoever else had a hand in it."""
    return next((source for source in policy.sources.values() if _is_of(source, pull, origin)), None)


def strange(pull: PullRequest, origin: Origin, source: ChangeSource | None) -> tuple[str, str] | None:
    """What shows that somebody else had a hand in it, as a rule and in words; None: it is its author's alone.

    `source`: of a bot's change; those whom an agent worked for are its co-authors.
    """
    agent = source is not None and source.kind == "agent"
    return next((odd for commit in origin.commits for odd in _odd(commit, pull.author.id, agent=agent)), None) or (
        None
        if origin.pushers <= {pull.author.id, WEB_FLOW.id}
        else ("other_pusher", "somebody else pushed a part of it")
    )


def _odd(commit: Commit, author: int, *, agent: bool) -> Iterator[tuple[str, str]]:
    if commit.author is None or commit.author.id != author:
        yield "other_author", "somebody else wrote one of its commits"
    if not commit.verified:
        yield "unsigned", "one of its commits has no signature that the forge verified"
    if commit.committer is None or commit.committer.id not in (author, WEB_FLOW.id):
        yield "other_committer", "somebody else committed one of its commits"
    if not agent and any(helper is None or helper.id != author for helper in commit.helpers):
        yield "co_author", "somebody else is named as an author of one of its commits"


def _is_of(source: ChangeSource, pull: PullRequest, origin: Origin) -> bool:
    branch = pull.head_ref
    return (
        pull.author.bot
        and pull.author.id == source.account
        and (not source.branches or globs.any_matches(source.branches, branch))
        and (not source.within or globs.matches(source.within, branch))
        and (not source.trailer or _all_bear(source.trailer, origin))
    )


def _all_bear(line: str, origin: Origin) -> bool:
    return bool(origin.commits) and all(line in trailers(commit.message) for commit in origin.commits)
