"""Upkeep of what is kept: what need not, or may not, be kept any longer goes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.config.differences import policy_of
from bot.jobs.kinds import Nothing
from bot.line.accounts import FRESH
from bot.store import (
    Accounts,
    Claims,
    Configurations,
    Contents,
    DifferenceUploads,
    Exhibits,
    Groups,
    Inbox,
    Notices,
    Pushes,
    Repositories,
    Sent,
    Sessions,
    Shown,
    Ticks,
)

_log = structlog.get_logger(__name__)

KEPT = timedelta(days=8)  # deliveries and buckets: a day longer than any forge can send again
CONTENTS = timedelta(days=90)  # what was read of a change; one that is open still is read again
PUSHES = timedelta(days=400)  # who pushed to a pull request that is open for longer is not remembered
TOLD = timedelta(days=400)  # longer than anything that is told stays true
HALF = timedelta(days=2)  # an upload that nobody finished
GROUP = timedelta(days=1)  # no merge queue waits longer for its checks
# why a repository is gone for good, or until its owner installs the App again; a suspended or archived one is kept
LEFT = frozenset({"deleted", "removed", "not found", "installation: deleted"})


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is kept for a while only."""

    repositories: Repositories
    inbox: Inbox
    ticks: Ticks
    pushes: Pushes
    accounts: Accounts
    sent: Sent
    contents: Contents
    groups: Groups
    sessions: Sessions
    shown: Shown
    claims: Claims
    notices: Notices
    exhibits: Exhibits
    configurations: Configurations
    difference_uploads: DifferenceUploads


def prune(
    ageing: Ageing,
    clock: Callable[[], datetime],
    *forget: Callable[[int], None],
    branch: Callable[[int], str | None] = lambda repository_id: "",
) -> Callable[[Nothing], None]:
    """A handler of jobs. `forget` removes what is kept of a repository outside of the database. `branch` names a
    repository's default branch, by whose word differences go; None: it is not known today."""

    def handle(_: Nothing) -> None:
        now = clock()
        _log.info("store.pruned", deliveries=ageing.inbox.prune(now - KEPT), ticks=ageing.ticks.prune(now - KEPT))
        ageing.pushes.prune(now - PUSHES)
        ageing.accounts.prune(now - FRESH)
        ageing.sent.prune(now - KEPT)
        ageing.contents.prune(now - CONTENTS)
        ageing.groups.prune(now - GROUP)
        ageing.sessions.prune(now)
        ageing.notices.prune(now - TOLD)
        ageing.exhibits.prune(now - TOLD)
        for one in ageing.repositories.all(gone=True):
            if one.gone in LEFT:  # private history may be among what is kept of it
                for each in forget:
                    each(one.id)
                ageing.contents.forget(one.id)
                ageing.shown.forget(one.id)
                ageing.claims.forget(one.id)
                ageing.exhibits.forget(one.id)
                ageing.difference_uploads.forget(one.id)
            elif ageing.difference_uploads.of(one.id) and (default := branch(one.id)) is not None:
                keep = policy_of(ageing.configurations, one.id, now, default).keep
                ageing.difference_uploads.prune(one.id, now - keep, given_up=now - HALF)

    return handle
