"""What the calendar was when a pull request or a merge group was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("pulls", "groups"):
        op.add_column(table, sa.Column("mark", sa.String(length=16), server_default="", nullable=False))
