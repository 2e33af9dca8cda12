"""Which people reviewed a pull request, and when first: what a review tells beside its verdict."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.policy.pull import PullRequest
from bot.store.database import Database, of_pull
from bot.store.tables import reads


@dataclass(frozen=True, slots=True)
class Read:
    """One person's first look at one pull request, and their first approval of it."""

    person_id: int
    at: datetime
    approved_at: datetime | None = None


class Reads(Database):
    def save(self, repository_id: int, pull: PullRequest) -> None:
        """Reviews by people other than its author; a bot reads nothing. The same again is not written."""
        now = first_reads(pull)
        if not now:
            return
        with self.read() as connection:
            query = sa.select(reads).where(of_pull(reads, repository_id, pull.number))
            before = {row.person_id: Read(row.person_id, row.at, row.approved_at) for row in connection.execute(query)}
        for person, read in now.items():
            if before.get(person) != read:
                key = {"repository_id": repository_id, "number": pull.number, "person_id": person}
                with self.write() as connection:
                    self._put(connection, reads, key, {"at": read.at, "approved_at": read.approved_at})

    def of(self, repository_id: int) -> dict[int, tuple[Read, ...]]:
        """By number, the first reader first."""
        query = sa.select(reads).where(reads.c.repository_id == repository_id).order_by(reads.c.number, reads.c.at)
        by_number: dict[int, list[Read]] = defaultdict(list)
        with self.read() as connection:
            for row in connection.execute(query):
                by_number[row.number].append(Read(row.person_id, row.at, row.approved_at))
        return {number: tuple(some) for number, some in by_number.items()}


def first_reads(pull: PullRequest) -> dict[int, Read]:
    """By person."""
    readers: dict[int, Read] = {}
    for review in sorted(pull.reviews, key=lambda one: one.submitted_at):
        if review.author.bot or review.author.id == pull.author.id:
            continue
        before = readers.get(review.author.id)
        approved = before.approved_at if before else None
        if review.state == "approved" and approved is None:
            approved = review.submitted_at
        readers[review.author.id] = Read(review.author.id, before.at if before else review.submitted_at, approved)
    return readers
