"""Changes of sources as a store holds them, many at once."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.policy.candidate import Dial, SourceKey
from bot.store import KnownRepository, Outcome, Store
from bot.store.tables import landings, slots, sourced

FILE = """\
version: 1
auto_review:
  mode: enforce
  sources:
    tidy: {account: 99, kind: codemod, branch: "tidy/*", allowlisted: true}
    bumps: {account: 98, kind: dependencies, branch: "bump/*"}
"""
TIDY = SourceKey(70, 7, "tidy")


def sha(number: int) -> str:
    return f"{number:040x}"


def acme(store: Store, at: datetime, text: str = FILE) -> None:
    """One repository with two sources."""
    store.repositories.saw(KnownRepository(7, 70, "acme/shop"))
    store.configurations.save(7, "main", text=text, sha="c" * 40, at=at)


def landed(
    store: Store, numbers: range, at: datetime, *, key: SourceKey | None = TIDY, alone: bool = True, step: Dial = "P5",
    reverted: int = 0, hours: float = 2,
) -> None:  # fmt: skip
    """Each landed at that moment, the first `reverted` of them to be reverted a day later. key None: no source's."""
    of_key = {} if key is None else {"organisation": key.organisation, "scope": key.repository, "name": key.name}
    home = key.repository if key is not None and key.repository else 7
    of_pull = [{"repository_id": home, "number": number} for number in numbers]
    at_landing = {"window": "", "level": "green", "share": 0.0, "head_sha": "f" * 40, "base_ref": "main"}
    of_slot = {"day": f"{at:%Y-%m-%d}", "author_id": 99, "step": step, "lines": 3, "paths": "[]"}
    with store.write() as connection:
        rows = [{**pull, **at_landing, "at": at, "sha": sha(pull["number"])} for pull in of_pull]
        connection.execute(sa.insert(landings), rows)
        if key is not None and key.name != "people":
            connection.execute(sa.insert(sourced), [{**pull, **of_key, "author_id": 99, "at": at} for pull in of_pull])
        if key is not None and alone:
            connection.execute(sa.insert(slots), [{**pull, **of_key, **of_slot, "at": at} for pull in of_pull])
        published = at - timedelta(hours=hours)
        store.outcomes.save(
            [
                Outcome(
                    home, number, "f" * 40, published, "m", 0.02, 0.001, "landed", published, at,
                    commits=(sha(number),),
                    reverted_at=at + timedelta(days=1) if place < reverted else None,
                ) for place, number in enumerate(numbers)
            ],
            connection,
        )  # fmt: skip
