"""What the doctor found last: for the log, the metrics, and the checks of the branches concerned."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import findings

REQUIRED = "required"  # the check of the doctor whose findings concern everybody who looks at a check of ours


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """As the doctor says it; `about` is a branch as "OWNER/NAME BRANCH", an account, the App or this machine."""

    check: str
    severity: str  # error, warning
    about: str
    words: str
    fix: str = ""


class Findings(Database):
    def save(self, latest: Sequence[KnownFinding], *, at: datetime, repository: str = "") -> None:
        """In place of all that was found before; with `repository`, of what is about its branches only."""
        rows = [{**asdict(one), "at": at} for one in latest if not repository or _is_of(one.about, repository)]
        gone = findings.c.about.startswith(f"{repository} ", autoescape=True) if repository else sa.true()
        with self.write() as connection:
            connection.execute(sa.delete(findings).where(gone))
            if rows:
                connection.execute(sa.insert(findings), rows)

    def all(self, about: str | None = None) -> tuple[KnownFinding, ...]:
        """All, or those about one thing."""
        query = sa.select(*(findings.c[name] for name in ("check", "severity", "about", "words", "fix")))
        if about is not None:
            query = query.where(findings.c.about == about)
        with self.read() as connection:
            return tuple(KnownFinding(*row) for row in connection.execute(query.order_by(findings.c.id)))


def _is_of(about: str, repository: str) -> bool:
    return about.startswith(f"{repository} ")
