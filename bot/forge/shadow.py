"""Reads through to another forge and writes nothing: decide everything, perform nothing."""

from bot.forge.port import Authors, Ended, Forge, ForgeAction, Listed, Reactions, ReadOnly, Target
from bot.policy.actions import SetCheck
from bot.policy.pull import CheckRun, Person, PullRequest, Repository

NOTHING_WRITTEN = "not written: the server only looks on"


class ShadowForge:
    def __init__(self, forge: Forge) -> None:
        self._forge = forge

    def repository(self, target: Target) -> Repository:
        return self._forge.repository(target)

    def pull(self, target: Target, number: int) -> PullRequest:
        return self._forge.pull(target, number)

    def listed(self, target: Target, number: int) -> Listed:
        return self._forge.listed(target, number)

    def ended(self, target: Target, number: int) -> Ended:
        return self._forge.ended(target, number)

    def landed_with(self, target: Target, sha: str) -> tuple[int, ...]:
        return self._forge.landed_with(target, sha)

    def open_pulls(self, target: Target) -> tuple[Listed, ...]:
        return self._forge.open_pulls(target)

    def file(self, target: Target, path: str, ref: str) -> str | None:
        return self._forge.file(target, path, ref)

    def access(self, target: Target, person: Person, teams: frozenset[str]) -> frozenset[str]:
        return self._forge.access(target, person, teams)

    def may_read(self, target: Target, person: Person) -> bool:
        return self._forge.may_read(target, person)

    def reactions(self, target: Target, number: int) -> Reactions | None:
        return self._forge.reactions(target, number)

    def commit_authors(self, target: Target, number: int, also: frozenset[str]) -> Authors | None:
        return self._forge.commit_authors(target, number, also)

    def landed_by(self, target: Target, person: Person) -> tuple[str, ...]:
        return self._forge.landed_by(target, person)

    def clone_url(self, target: Target) -> str:
        return self._forge.clone_url(target)

    def token(self, target: Target) -> str:
        return self._forge.token(target)

    def group_members(self, target: Target, head_sha: str, head_ref: str, base_ref: str) -> tuple[int, ...]:
        return self._forge.group_members(target, head_sha, head_ref, base_ref)

    def tip(self, target: Target, ref: str) -> str:
        return self._forge.tip(target, ref)

    def checks_of(self, target: Target, sha: str) -> dict[str, CheckRun]:
        return self._forge.checks_of(target, sha)

    def perform(self, target: Target, pull: PullRequest, action: ForgeAction) -> int | None:
        raise ReadOnly(NOTHING_WRITTEN)

    def check_commit(self, target: Target, action: SetCheck) -> None:
        raise ReadOnly(NOTHING_WRITTEN)
