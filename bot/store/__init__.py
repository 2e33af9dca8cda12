"""What must outlive the process, in our words. The embedded queue shares the database, and its transactions."""

import sqlalchemy as sa

from bot.store.accounts import Accounts
from bot.store.audit import Broken, Record
from bot.store.decisions import Decisions
from bot.store.engine import BUSY, open_engine
from bot.store.feeds import Feeds, KnownConfiguration, KnownFeed
from bot.store.findings import Findings, KnownFinding
from bot.store.freezes import Freezes
from bot.store.groups import Groups, KnownGroup
from bot.store.inbox import Delivery, Enqueue, Inbox
from bot.store.incidents import Incidents
from bot.store.leases import Leases
from bot.store.migrate import migrate
from bot.store.private import PrivateReason, PrivateReasons
from bot.store.pulls import KnownPull, KnownRepository, LastGood, Pulls, SeenPull, SeenPush
from bot.store.reactions import Reactions, Thumb
from bot.store.sent import Sent

__all__ = [
    "Broken",
    "Delivery",
    "Enqueue",
    "KnownConfiguration",
    "KnownFeed",
    "KnownFinding",
    "KnownGroup",
    "KnownPull",
    "KnownRepository",
    "LastGood",
    "PrivateReason",
    "Record",
    "SeenPull",
    "SeenPush",
    "Store",
    "Thumb",
]


class Store(
    Inbox,
    Decisions,
    Freezes,
    Feeds,
    Groups,
    Pulls,
    Accounts,
    Leases,
    PrivateReasons,
    Reactions,
    Findings,
    Incidents,
    Sent,
):
    """Safe to share between threads. Opening it applies the migrations that are missing.

    A writer waits up to `busy` seconds for others. What the database cannot do raises sqlalchemy.exc.SQLAlchemyError.
    """

    def __init__(self, url: str, *, busy: float = BUSY) -> None:
        self.engine: sa.Engine = open_engine(url, busy=busy)
        migrate(self.engine)

    def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            with self.read() as connection:
                return bool(connection.scalar(sa.text("SELECT 1")) == 1)
        except sa.exc.SQLAlchemyError:
            return False

    def close(self) -> None:
        self.engine.dispose()
