"""On PostgreSQL the jobs are procrastinate's: its own scripts, by name, make its tables, and ours move over."""

import sqlalchemy as sa
from alembic import op

from bot.store.procrastinate import SCRIPTS, run_scripts
from bot.store.queued import adopt

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    run_scripts(connection, SCRIPTS["0029"])
    # its own index has the number first: asking for what waits under one lock would read all that wait
    connection.execute(
        sa.text("CREATE INDEX codechill_jobs_lock ON procrastinate_jobs (lock, id) WHERE status IN ('todo', 'doing')")
    )
    adopt(connection)
