"""How the differences of a head from the build before stand: what was handed in, answered and suggested of them."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from bot.facts.configuration import CONFIGURATION
from bot.facts.content import CONTENT
from bot.facts.fact import Fact, Live, Look
from bot.facts.pull import PULL
from bot.policy.config.difftest import Difftest
from bot.policy.content import Content
from bot.policy.differences import MOST_NAMED, Counts, Differences, NamedGroup, TeamDifferences
from bot.policy.text import globs
from bot.store import Differences as Kept
from bot.store import DifferenceUploads, DifferenceWeighings, Upload, Weighing
from scoring.difftest import rules
from scoring.difftest.answers import OPEN
from scoring.difftest.desk import Desk
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.settings import TeamSettings
from scoring.difftest.shelf import desk_of
from scoring.difftest.suggestion import Suggestion


class Handed(Protocol):
    """What is kept of differences."""

    @property
    def difference_uploads(self) -> DifferenceUploads: ...

    @property
    def differences(self) -> Kept: ...

    @property
    def difference_weighings(self) -> DifferenceWeighings: ...


def standing(
    store: Handed,
    repository_id: int,
    build: str,
    teams: Mapping[str, TeamSettings],
    expected: Iterable[str] = (),
    author: str = "",
) -> Differences:
    """Of one build. A team of which an upload is under way, or could not be read, is missing, whatever is known of it.

    `author` wrote the change: what they say stands only where nobody else said anything.
    """
    uploads: dict[str, list[Upload]] = {}
    for each in store.difference_uploads.of(repository_id, build=build):
        uploads.setdefault(each.origin.team, []).append(each)
    there = {team for team, some in uploads.items() if _is_whole(some)}
    missing = tuple(sorted({*expected, *uploads} - there))
    shelf = store.differences.shelf(repository_id, teams)
    weighings = {team: store.difference_weighings.get(repository_id, team, build) for team in uploads}
    desks = {team: desk_of(shelf, team) for team in sorted(uploads)}
    others = {team: desk_of(shelf, team, without=author) if author else desk for team, desk in desks.items()}
    tested = tuple(_team(desk.under(others[team]), team, build, weighings[team]) for team, desk in desks.items())
    alone = sum(_waiting(others[team], build, weighings[team]) for team in desks) - sum(each.waiting for each in tested)
    return Differences(build, tested, missing, max(0, alone))


def suggested(desk: Desk, release: str, weighing: Weighing | None) -> dict[str, Suggestion]:
    """group -> what was worked out of it last; what is newer than that is suggested by rules, which carry nothing."""
    known = weighing.suggestions() if weighing else {}
    return {each.id: known.get(each.id) or rules.suggest(each) for each in desk.of_release(release)}


def _is_whole(uploads: Iterable[Upload]) -> bool:
    """What failed, or was read with gaps, and was handed in again is no gap; what was erased is one until the same
    content is there again."""
    some = list(uploads)
    read = {each.name for each in some if each.state == "done" and not each.report.unreadable}
    gone = {each.wanted.name(each.repository_id) for each in some if each.state == "erased"}
    return bool(read) and gone <= read and all(each.state in ("done", "failed", "erased") for each in some)


def _waiting(desk: Desk, build: str, weighing: Weighing | None) -> int:
    return desk.verdict(build, suggested(desk, build, weighing)).waiting if build in desk.releases else 0


def _team(desk: Desk, team: str, build: str, weighing: Weighing | None) -> TeamDifferences:
    if build not in desk.releases:
        return TeamDifferences(team)  # two builds that answered alike
    of = suggested(desk, build, weighing)
    said, groups = desk.verdict(build, of), desk.of_release(build)
    confirmed = [each for each in groups if desk.standing.get(each.id, OPEN).label is Label.REGRESSION]
    confirmed.sort(key=lambda each: (-each.count, each.id))
    suspected = [each.group for each in desk.queue(build, of) if each.suspected]
    named = [(each, True) for each in confirmed] + [(each, False) for each in suspected]
    return TeamDifferences(
        team,
        _counts(said.groups),
        _counts(said.differences),
        said.waiting,
        said.suspected,
        said.automatic,
        tuple(_named(each, weighing, confirmed=sure) for each, sure in named[:MOST_NAMED]),
    )


def _counts(of: Mapping[Label, int]) -> Counts:
    return Counts(*(of.get(label, 0) for label in (Label.NOISE, Label.NEW_FEATURE, Label.REGRESSION)))


def _named(group: Group, weighing: Weighing | None, *, confirmed: bool) -> NamedGroup:
    signature, weighed = group.key.signature, weighing.groups.get(group.id) if weighing else None
    cause = f"{weighed.causes[0]}" if weighed and weighed.causes else ""
    texts = (signature.endpoint[:200], signature.field[:200], signature.kind[:80])
    return NamedGroup(group.id, *texts, group.count, confirmed, cause[:200])


def _expected(policy: Difftest, look: Look) -> tuple[str, ...]:
    """Teams whose files it changes; of a change whose paths nobody knows, each that expects anything."""
    wanted = {name: team.expected for name, team in policy.teams.items() if team.expected}
    if not wanted:
        return ()
    content = look[CONTENT]
    if not isinstance(content, Content):
        return tuple(wanted)
    touched = {name for name, some in wanted.items() if any(globs.any_matches(some, path) for path in content.paths)}
    return tuple(name for name in wanted if name in touched)


def _read(live: Live, look: Look) -> Differences | None:
    policy = look[CONFIGURATION].config.difftest
    home, head = look.target.repository_id, look[PULL].head_sha
    author = look[PULL].author.login
    return standing(live.store, home, head, policy.settings(), _expected(policy, look), author)


def _nobody() -> None:
    """Nobody looked."""


DIFFERENCES = Fact("differences", _read, _nobody, needs=(PULL, CONFIGURATION, CONTENT))
