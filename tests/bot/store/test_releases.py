"""Since when the versions that a change takes are known to be out: by what was seen here, and by whoever knows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from bot.facts.content import CONTENT
from bot.facts.fact import Look
from bot.facts.inspection import INSPECTION
from bot.facts.releases import RELEASED
from bot.forge.port import Target
from bot.policy.candidate import Bump, Dependencies, Inspection
from bot.policy.content import Content
from bot.policy.pull import Unknown
from bot.store import Store

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CALM = Inspection(hazards=(), hunks=(), files=1, lines=2, proven=False, percentile=0.1)


def test_a_version_is_out_since_we_saw_the_same_contents_first_or_since_somebody_who_knows_says(store: Store) -> None:
    bump, other = Bump("npm", "ky", "1.2.0", "1.3.0"), Bump("npm", "deep", "", "1.0.0")
    packages = replace(CALM, dependencies=Dependencies(("package.json",), (bump, other)))
    content = Content("c" * 64, ("package.json",))

    class Dates:
        def released(self, asked: Bump) -> datetime | None:
            return NOW - timedelta(days=30) if asked == bump else None

    def released(releases: Dates | None = None, inspection: Inspection | Unknown = packages) -> Mapping[Bump, datetime]:
        look = Look(None, Target(1, 7, "acme/shop"), 5, NOW)  # type: ignore[arg-type]
        look.tell(INSPECTION, inspection)
        look.tell(CONTENT, content)
        live = SimpleNamespace(store=store, releases=releases)
        return RELEASED.read(live, look)  # type: ignore[arg-type]

    assert released() == {}
    assert released(Dates()) == {bump: NOW - timedelta(days=30)}
    store.contents.save(7, "b" * 40, "a" * 40, content, at=NOW - timedelta(days=8))
    store.contents.save(7, "d" * 40, "a" * 40, content, at=NOW)
    assert released() == {bump: NOW - timedelta(days=8), other: NOW - timedelta(days=8)}
    assert released(inspection=Unknown("off")) == {}
    assert released(inspection=CALM) == {}
