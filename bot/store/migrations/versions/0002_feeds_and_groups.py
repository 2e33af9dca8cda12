"""Copies of calendars, and the merge groups that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=255), nullable=False),
        sa.Column("path", sa.String(length=512), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("good_at", sa.DateTime(), nullable=True),
        sa.Column("tried_at", sa.DateTime(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("tag", sa.String(length=255), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "ref", "path", name=op.f("pk_feeds")),
    )
    op.create_table(
        "groups",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("head_sha", sa.String(length=64), nullable=False),
        sa.Column("head_ref", sa.String(length=512), nullable=False),
        sa.Column("base_ref", sa.String(length=255), nullable=False),
        sa.Column("verdict", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "head_sha", name=op.f("pk_groups")),
    )
