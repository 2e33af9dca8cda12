"""Every address of GitHub's that the doctor reads, once: where it is, and the shape of the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.doctor.wire import Refused, Unreachable, Wire
from bot.forge.github import protection, shapes
from bot.forge.github.shapes import S, Unreadable, shaped

BRANCHES = 200  # of one repository
DELIVERIES = 100


@dataclass(frozen=True, slots=True)
class AppEndpoints:
    """As the App itself. Every method raises Unreachable or Refused."""

    wire: Wire

    def app(self) -> tuple[dict[str, str], shapes.AppFacts]:
        """With the headers of the answer, names in lower case."""
        headers, answer = self.wire.answer("/app")
        return headers, _read(shapes.AppFacts, answer, "the App")

    def hook(self) -> shapes.HookFacts:
        return _read(shapes.HookFacts, self.wire.get_or_none("/app/hook/config") or {}, "the webhook")

    def deliveries(self) -> Iterator[shapes.DeliveryFacts]:
        """The newest attempts; none where there is no webhook."""
        for row in self.wire.get_or_none("/app/hook/deliveries", per_page=DELIVERIES) or ():
            yield _read(shapes.DeliveryFacts, row, "deliveries")

    def installations(self) -> Iterator[shapes.InstallationFacts]:
        for row in self.wire.pages("/app/installations"):
            yield _read(shapes.InstallationFacts, row, "installations")


@dataclass(frozen=True, slots=True)
class InstallationEndpoints:
    """As one installation. `name` is OWNER/NAME. Every method raises Unreachable or Refused."""

    wire: Wire

    def repositories(self) -> Iterator[shapes.RepositoryFacts]:
        for row in self.wire.pages("/installation/repositories", key="repositories"):
            yield _read(shapes.RepositoryFacts, row, "repositories")

    def file(self, name: str, path: str) -> shapes.FileFacts | None:
        """At the default branch. None: there is none, or what is there is no file."""
        answer = self.wire.get_or_none(f"/repos/{name}/contents/{quote(path)}")
        return _read(shapes.FileFacts, answer, path) if isinstance(answer, dict) else None

    def protected_branches(self, name: str) -> Iterator[protection.ListedBranch]:
        for row in self.wire.pages(f"/repos/{name}/branches", most=BRANCHES, protected="true"):
            yield _read(protection.ListedBranch, row, "branches")

    def full_protection(self, name: str, branch: str) -> protection.Protection | None:
        """None where this installation may not read administration."""
        answer = self.wire.get_or_none(f"/repos/{name}/branches/{_part(branch)}/protection")
        return _maybe(protection.Protection, answer, "branch protection")

    def rules(self, name: str, branch: str) -> tuple[protection.Rule, ...]:
        """None where a plan or an older server has no rulesets."""
        try:
            rows = list(self.wire.pages(f"/repos/{name}/rules/branches/{_part(branch)}"))
        except Refused as refused:
            if refused.absent:
                return ()
            raise
        return tuple(_read(protection.Rule, row, "rules") for row in rows)

    def ruleset(self, name: str, number: int) -> protection.Ruleset | None:
        return _maybe(protection.Ruleset, self.wire.get_or_none(f"/repos/{name}/rulesets/{number}"), "a ruleset")


def _read(shape: type[S], answer: object, what: str) -> S:
    """Raises Unreachable where an answer is of another form than GitHub documents."""
    try:
        return shaped(shape, answer)
    except Unreadable as error:
        raise Unreachable(f"GitHub's answer about {what} cannot be read ({error})") from None


def _maybe(shape: type[S], answer: Any, what: str) -> S | None:
    return None if answer is None else _read(shape, answer, what)


def _part(text: str) -> str:
    """One step of a path, whatever it holds."""
    return quote(text, safe="")
