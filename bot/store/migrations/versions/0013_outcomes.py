"""How pull requests ended, and what became of everything that was assessed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("opened_at", "published_at", "closed_at"):
        op.add_column("pulls", sa.Column(name, sa.DateTime(), nullable=True))
    op.create_table(
        "outcomes",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head_sha", sa.String(length=64), nullable=False),
        sa.Column("assessed_at", sa.DateTime(), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("percentile", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("fate", sa.String(length=16), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("held_at", sa.DateTime(), nullable=True),
        sa.Column("exception", sa.String(length=128), server_default="", nullable=False),
        sa.Column("commits", sa.Text(), server_default="", nullable=False),
        sa.Column("reverted_at", sa.DateTime(), nullable=True),
        sa.Column("repaired_at", sa.DateTime(), nullable=True),
        sa.Column("incident_at", sa.DateTime(), nullable=True),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("looked_again_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("repository_id", "number", "head_sha", name=op.f("pk_outcomes")),
    )
    op.create_index(op.f("ix_outcomes_repository_id_ended_at"), "outcomes", ["repository_id", "ended_at"])
