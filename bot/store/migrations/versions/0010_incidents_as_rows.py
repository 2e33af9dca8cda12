"""Incidents become rows: one list in one text stood for all of a repository."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    old = sa.table("incidents", sa.column("repository_id"), sa.column("at", sa.DateTime()), sa.column("body"))
    lists = op.get_bind().execute(sa.select(old)).all()
    op.drop_table("incidents")
    table = op.create_table(
        "incidents",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("severe", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "digest", name=op.f("pk_incidents")),
    )
    for repository_id, at, body in lists:
        rows = {row["digest"]: row for row in (_row(repository_id, at, one) for one in json.loads(body))}
        op.bulk_insert(table, list(rows.values()))


def _row(repository_id: int, at: Any, body: dict[str, Any]) -> dict[str, Any]:
    key = f"{body['known_at']} {body['sha']} {body['number']} {int(body['severe'])} {body['name']}"
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return {**body, "repository_id": repository_id, "digest": digest, "at": at, "name": json.dumps(body["name"])}
