"""What a language model said of changes: what it was asked, its valid answers by key, which models ever answered."""

import hashlib
import json
from datetime import datetime

import sqlalchemy as sa

from bot.plain import from_text, to_text
from bot.policy.candidate import ModelReview
from bot.policy.pull import Unknown
from bot.store.audit import Audited
from bot.store.tables import model_answers, model_reviews, models_met


class ModelReviews(Audited):
    """`version` is that of the model and of what it is asked: an answer of another version is none."""

    def ask(self, repository_id: int, about: str, version: str, at: datetime) -> None:
        """It was asked just now; what was answered before no longer counts."""
        with self.write() as connection:
            self._put(connection, model_reviews, _key(repository_id, about, version), {"asked_at": at, "body": None})

    def answer(self, repository_id: int, about: str, version: str, review: ModelReview | Unknown, at: datetime) -> None:
        values = {"asked_at": at, "body": to_text(review)}
        with self.write() as connection:
            self._put(connection, model_reviews, _key(repository_id, about, version), values)

    def get(self, repository_id: int, about: str, version: str) -> tuple[ModelReview | Unknown | None, datetime] | None:
        """The answer, or None while it is awaited, and since when; None when nobody asked."""
        here = [model_reviews.c[name] == value for name, value in _key(repository_id, about, version).items()]
        with self.read() as connection:
            row = connection.execute(
                sa.select(model_reviews.c.asked_at, model_reviews.c.body).where(*here)
            ).one_or_none()
        if row is None:
            return None
        return (None if row.body is None else _read(row.body)), row.asked_at

    def known(self, installation_id: int, key: str) -> str | None:
        """A valid answer that this installation was given before."""
        here = (model_answers.c.installation_id == installation_id, model_answers.c.key == key)
        with self.read() as connection:
            body: str | None = connection.scalar(sa.select(model_answers.c.body).where(*here))
            return body

    def keep(self, installation_id: int, key: str, body: str, at: datetime) -> None:
        with self.write() as connection:
            self._put(
                connection, model_answers, {"installation_id": installation_id, "key": key}, {"body": body, "at": at}
            )

    def met(self, model: str, at: datetime) -> None:
        """A model that never answered before is a new version, and a record of the audit log."""
        with self.write() as connection:
            if self._once(connection, models_met, {"model": model, "at": at}):
                self._audit.add("reviewer_model", at=at, connection=connection, model=model)

    def prune(self, before: datetime) -> None:
        with self.write() as connection:
            connection.execute(sa.delete(model_answers).where(model_answers.c.at < before))
            connection.execute(sa.delete(model_reviews).where(model_reviews.c.asked_at < before))

    def forget(self, repository_id: int) -> None:
        """Of a repository that may not be seen any more."""
        with self.write() as connection:
            connection.execute(sa.delete(model_reviews).where(model_reviews.c.repository_id == repository_id))


def _key(repository_id: int, about: str, version: str) -> dict[str, int | str]:
    named = hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()
    return {"repository_id": repository_id, "about": named, "version": version}


def _read(body: str) -> ModelReview | Unknown:
    return from_text(ModelReview, body) if json.loads(body)["is"] == "ModelReview" else from_text(Unknown, body)
