"""What is suggested of a build's differences, as it was worked out last."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "difference_weighings",
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "team", "release", name=op.f("pk_difference_weighings")),
    )


def downgrade() -> None:
    op.drop_table("difference_weighings")
