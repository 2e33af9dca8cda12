"""What people were told outside of the forge, so that each is told once."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "channel", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_channel_first_at", "notices", ["channel", "first_at"])
