"""Where each pull request stands, to be counted and listed without reading what is shown of all."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shown", sa.Column("state", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("shown", sa.Column("until", sa.DateTime(), nullable=True))
    op.create_index("ix_shown_state", "shown", ["state"])
