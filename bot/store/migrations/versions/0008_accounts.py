"""Whose commits landed here, as the forge lists them: an author line is whatever was typed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("commits", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "person_id", name=op.f("pk_accounts")),
    )
