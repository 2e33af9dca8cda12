"""Models that were fitted here: which one serves, which is tried, which was refused and why. Each change is audited."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.store.audit import Audited
from bot.store.engine import NAME, take_turns
from bot.store.tables import log_odds, models

State = Literal["shadow", "champion", "retired", "refused"]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A row. `files` has the sha256 of every file of its folder, `figures` how it did against the one that served."""

    repository_id: int
    id: str
    kind: str
    state: State
    why: str
    at: datetime  # since when it is in that state
    trained_at: datetime
    files: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)


class Models(Audited):
    def all(self, repository_id: int | None = None) -> tuple[KnownModel, ...]:
        """Newest first, of one repository or of all."""
        query = sa.select(models).order_by(models.c.repository_id, models.c.trained_at.desc(), models.c.id)
        if repository_id is not None:
            query = query.where(models.c.repository_id == repository_id)
        with self.read() as connection:
            return tuple(_known(row) for row in connection.execute(query))

    def get(self, repository_id: int, name: str) -> KnownModel | None:
        return next((each for each in self.all(repository_id) if each.id == name), None)

    def asked(self, repository_id: int) -> tuple[KnownModel, ...]:
        """Those that are asked of every change: the one that serves, and those that are tried."""
        query = sa.select(models).where(
            models.c.repository_id == repository_id, models.c.state.in_(("champion", "shadow"))
        )
        with self.read() as connection:
            return tuple(_known(row) for row in connection.execute(query.order_by(models.c.state, models.c.id)))

    def champion(self, repository_id: int) -> KnownModel | None:
        """None: the default model serves."""
        return next((each for each in self.asked(repository_id) if each.state == "champion"), None)

    def add(self, model: KnownModel) -> bool:
        """A model that was just fitted, tried or refused. One that is known already is left as it is: False."""
        values = {
            "repository_id": model.repository_id, "id": model.id, "kind": model.kind, "state": model.state,
            "why": model.why, "at": model.at, "trained_at": model.trained_at,
            "files": json.dumps(model.files, sort_keys=True), "figures": json.dumps(model.figures, sort_keys=True),
        }  # fmt: skip
        with self.write() as connection:
            if not self._once(connection, models, values):
                return False
            self._audit.add(
                "model", at=model.at, repository_id=model.repository_id, connection=connection, model=model.id,
                state=model.state, why=model.why, files=model.files,
            )  # fmt: skip
            return True

    def set(self, model: KnownModel, state: State, why: str, *, at: datetime, by: str = "") -> None:
        """Another state. Who serves gives way: a repository has one champion."""
        with self.write() as connection:
            take_turns(connection, NAME)
            if state == "champion":
                for other in self._champions(connection, model.repository_id):
                    if other.id != model.id:
                        self._move(connection, other, "retired", f"{model.id} took its place", at, by)
            self._move(connection, model, state, why, at, by)

    def _champions(self, connection: sa.Connection, repository_id: int) -> list[KnownModel]:
        query = sa.select(models).where(models.c.repository_id == repository_id, models.c.state == "champion")
        return [_known(row) for row in connection.execute(query)]

    def _move(
        self, connection: sa.Connection, model: KnownModel, state: State, why: str, at: datetime, by: str
    ) -> None:
        here = sa.and_(models.c.repository_id == model.repository_id, models.c.id == model.id)
        connection.execute(sa.update(models).where(here).values(state=state, why=why, at=at))
        self._audit.add(
            "model", at=at, repository_id=model.repository_id, connection=connection, model=model.id, was=model.state,
            state=state, why=why, by=by,
        )  # fmt: skip

    def said(self, repository_id: int, model: str) -> tuple[tuple[int, str, float], ...]:
        """What a model said: number, head and log-odds, oldest first."""
        columns = (log_odds.c.number, log_odds.c.head_sha, log_odds.c.value)
        query = sa.select(*columns).where(log_odds.c.repository_id == repository_id, log_odds.c.model == model)
        with self.read() as connection:
            rows = connection.execute(query.order_by(log_odds.c.at, log_odds.c.number)).all()
        return tuple((row.number, row.head_sha, row.value) for row in rows)


def _known(row: sa.Row[Any]) -> KnownModel:
    values = dict(row._mapping)
    return KnownModel(**values | {"files": json.loads(row.files), "figures": json.loads(row.figures)})
