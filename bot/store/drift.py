"""Signs of drift, a row a day: what was read, beyond which value it alarms, and what to do then."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.tables import drift


@dataclass(frozen=True, slots=True)
class KnownSign:
    """A reading of one day; `words` and `fix` are empty unless it alarms."""

    repository_id: int
    sign: str
    at: datetime
    value: float
    limit: float
    n: int
    alert: bool
    words: str = ""
    fix: str = ""


class DriftLog(Audited):
    def save(self, signs: Sequence[KnownSign], *, at: datetime) -> tuple[KnownSign, ...]:
        """Keep the readings of a day; those that alarm and did not on the day before are returned and audited, and so
        are those that alarm no more. The same readings again change nothing."""
        began: list[KnownSign] = []
        with self.write() as connection:
            for sign in signs:
                before = self._before(connection, sign)
                values = asdict(sign)
                key = {name: values.pop(name) for name in ("repository_id", "sign", "at")}
                fresh = self._once(connection, drift, {**key, **values})
                if not fresh:
                    self._put(connection, drift, key, values)
                    continue
                if sign.alert and not before:
                    began.append(sign)
                if sign.alert != before:
                    self._audit.add(
                        "drift", at=at, repository_id=sign.repository_id, connection=connection, sign=sign.sign,
                        alert=sign.alert, value=sign.value, limit=sign.limit, n=sign.n, words=sign.words, fix=sign.fix,
                    )  # fmt: skip
        return tuple(began)

    def _before(self, connection: sa.Connection, sign: KnownSign) -> bool:
        """Whether it alarmed on the newest day before."""
        here = sa.and_(drift.c.repository_id == sign.repository_id, drift.c.sign == sign.sign, drift.c.at < sign.at)
        query = sa.select(drift.c.alert).where(here).order_by(drift.c.at.desc()).limit(1)
        return bool(connection.scalar(query))

    def newest(self, repository_id: int | None = None) -> tuple[KnownSign, ...]:
        """The newest reading of each sign, of one repository or of all."""
        last = sa.select(drift.c.repository_id, drift.c.sign, sa.func.max(drift.c.at).label("at"))
        newest = last.group_by(drift.c.repository_id, drift.c.sign).subquery()
        same = sa.and_(*(drift.c[name] == newest.c[name] for name in ("repository_id", "sign", "at")))
        query = sa.select(drift).join(newest, same).order_by(drift.c.repository_id, drift.c.sign)
        if repository_id is not None:
            query = query.where(drift.c.repository_id == repository_id)
        with self.read() as connection:
            return tuple(KnownSign(**row._mapping) for row in connection.execute(query))

    def of(self, repository_id: int, sign: str) -> tuple[KnownSign, ...]:
        """Every reading of a sign, oldest first."""
        here = sa.and_(drift.c.repository_id == repository_id, drift.c.sign == sign)
        with self.read() as connection:
            rows = connection.execute(sa.select(drift).where(here).order_by(drift.c.at)).all()
        return tuple(KnownSign(**row._mapping) for row in rows)
