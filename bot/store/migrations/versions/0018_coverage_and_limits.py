"""Whether a merge carried our check, and what the forge said is left of its limits."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("landings", sa.Column("checked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "limits",
        sa.Column("installation_id", sa.BigInteger(), nullable=False),
        sa.Column("resource", sa.String(length=64), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("resets_at", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("installation_id", "resource", name=op.f("pk_limits")),
    )
