"""News of a whole repository become events of its pull requests: each takes the same line as any other."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.forge.envelope import Envelope, Pushed, Reachable, Ungrouped, Unreachable
from bot.forge.port import Forge, Target
from bot.jobs.intake import decide_group, look
from bot.jobs.kinds import PRUNE, Nothing
from bot.jobs.port import JobQueue
from bot.policy.config import FILE, ORGANISATION_FILE
from bot.policy.events import Changed, Commented, Due, Event, Labelled, Pressed, Queued, Tick
from bot.policy.incidents.issue import Issue
from bot.store import Groups, Pulls, Repositories


class Fanout:
    """Enqueues; decides nothing itself."""

    def __init__(
        self,
        forge: Forge,
        repositories: Repositories,
        pulls: Pulls,
        groups: Groups,
        queue: JobQueue,
        clock: Callable[[], datetime],
        group: Callable[[Target, Queued], None],
        issue: Callable[[Target, Issue], None],
    ) -> None:
        self._forge, self._queue, self._clock, self._group, self._issue = forge, queue, clock, group, issue
        self._repositories, self._pulls, self._groups = repositories, pulls, groups

    def take(self, news: Envelope, delivery: str) -> None:
        target = Target(news.installation_id, news.repository_id, news.full_name)
        match news.event:
            case Pushed():
                self._pushed(news, delivery)
            case Reachable():
                self._reachable(news, target, delivery)
            case Unreachable(why):
                self._unreachable(news, why)
            case Queued():
                self._group(target, news.event)
            case Ungrouped(head_sha):
                self._groups.close(news.repository_id, head_sha)
            case Issue():
                self._issue(target, news.event)
            case Changed(_, _, str(sha)) | Pressed(_, _, str(sha)):
                self._spread(news, self._pulls.at(news.repository_id, sha), news.event, delivery)
            case Changed() | Pressed() | Commented() | Labelled() | Tick() | Due():
                pass  # an event of one pull request that names none: nothing to look at
            case _:
                assert_never(news.event)

    def _pushed(self, news: Envelope, delivery: str) -> None:
        """Only a changed configuration can change a verdict; a new base changes facts at the next look."""
        assert isinstance(news.event, Pushed)  # noqa: S101 - narrowed by the caller
        event, owner = news.event, news.full_name.partition("/")[0]
        if not event.complete or any(path == FILE or path.endswith(".ics") for path in event.paths):
            self._decide_again(news, event.ref.removeprefix("refs/heads/"), delivery)
        if news.full_name == f"{owner}/.github" and (not event.complete or ORGANISATION_FILE in event.paths):
            for one in self._repositories.all():
                if one.full_name.startswith(f"{owner}/"):
                    here = replace(news, repository_id=one.id, full_name=one.full_name)
                    self._decide_again(here, None, delivery)

    def _decide_again(self, news: Envelope, branch: str | None, delivery: str) -> None:
        """Merge groups first; then every open pull request into that branch, or into any."""
        for group in self._groups.all_open(news.repository_id, branch):
            decide_group(self._queue, group, self._clock())
        pulls = self._pulls.all_open(news.repository_id, branch)
        self._spread(news, [pull.number for pull in pulls], Tick("configuration"), delivery)

    def _reachable(self, news: Envelope, target: Target, delivery: str) -> None:
        repositories = [target]
        if not news.repository_id:
            known = self._repositories.all(news.installation_id)
            repositories = [Target(one.installation_id, one.id, one.full_name) for one in known]
        for one in repositories:
            here = replace(news, repository_id=one.repository_id, full_name=one.full_name)
            numbers = [pull.number for pull in self._forge.open_pulls(one)]
            self._spread(here, numbers, Changed("found"), delivery)

    def _unreachable(self, news: Envelope, why: str) -> None:
        if news.repository_id:
            self._repositories.mark_gone(news.repository_id, why)
        else:
            self._repositories.installation_gone(news.installation_id, why)
        self._queue.add(PRUNE.new(Nothing(), self._clock()))

    def _spread(self, news: Envelope, numbers: Iterable[int], event: Event, delivery: str) -> None:
        for number in numbers:
            one = replace(news, number=number, event=event)
            look(self._queue, one, self._clock(), delivery)
