"""What automatic review decided, and which changes wait to land by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "passages",
        sa.Column("id", _ID, nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("head_sha", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("pipeline", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_passages_repository_id_number", "passages", ["repository_id", "number"])
    op.create_index("ix_passages_repository_id_at", "passages", ["repository_id", "at"])
    op.create_table(
        "landing_queue",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("land_after", sa.DateTime(), nullable=True),
        sa.Column("waiting", sa.Text(), nullable=True),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "number", name=op.f("pk_landing_queue")),
    )
    op.create_index("ix_landing_queue_land_after", "landing_queue", ["land_after"])
