"""Where sources of automatic changes stand, which changes are theirs, and what landed by itself."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _of_pull() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    )


def _of_source() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("organisation", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "sources",
        *_of_source(),
        sa.Column("dial", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("denied", sa.Text(), nullable=False, server_default=""),
        sa.Column("denied_by", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("denied_at", sa.DateTime(), nullable=True),
        sa.Column("lifted", sa.Text(), nullable=False, server_default=""),
        sa.Column("lifted_by", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "scope", "name", name=op.f("pk_sources")),
    )
    op.create_table(
        "sourced",
        *_of_pull(),
        *_of_source(),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("rejected_at", sa.DateTime(), nullable=True),
        sa.Column("rejected_by", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("rejected_how", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("dropped_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("repository_id", "number", name=op.f("pk_sourced")),
    )
    op.create_index("ix_sourced_organisation_scope_name", "sourced", ["organisation", "scope", "name"])
    op.create_table(
        "slots",
        *_of_pull(),
        *_of_source(),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("paths", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "number", name=op.f("pk_slots")),
    )
    op.create_index("ix_slots_organisation_day", "slots", ["organisation", "day"])
    op.create_table(
        "hindsights",
        sa.Column("claim", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("claim", name=op.f("pk_hindsights")),
    )
