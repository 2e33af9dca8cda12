"""The tables of procrastinate, which it makes by numbered scripts that never change: our chain names which ones, when.

A newer procrastinate brings more scripts. They get a revision of our chain, and a row here; a test says when some are
missing. Those called `pre` may run while older processes work; those called `post` wait for a later release.
"""

from collections.abc import Sequence
from importlib import resources

import sqlalchemy as sa

MISSING = "PostgreSQL needs more than the server's usual packages: install the extra, codechill[postgresql]"

# revision of our chain -> the scripts that it runs
SCRIPTS = {
    "0029": (
        "00.00.00_01_initial",
        "00.05.00_01_drop_started_at_column",
        "00.05.00_02_drop_started_at_column",
        "00.05.00_03_drop_procrastinate_version_table",
        "00.06.00_01_fix_procrastinate_fetch_job",
        "00.07.01_01_fix_trigger_status_events_insert",
        "00.08.01_01_add_queueing_lock_column",
        "00.10.00_01_close_fetch_job_race_condition",
        "00.10.00_02_add_defer_job_function",
        "00.11.00_03_add_procrastinate_periodic_defers",
        "00.12.00_01_add_foreign_key_index",
        "00.14.00_01_add_locks_to_periodic_defer",
        "00.15.02_01_fix_procrastinate_defer_periodic_job",
        "00.16.00_01_add_finish_job_and_retry_job_functions",
        "00.17.00_01_add_trigger_on_job_deletion",
        "00.17.00_02_delete_finished_jobs",
        "00.17.00_03_add_checks_to_finish_job",
        "00.17.00_04_add_checks_to_retry_job",
        "00.18.01_01_fix_finish_job_compat_issue",
        "00.19.00_01_add_index_on_procrastinate_jobs",
        "00.22.00_01_add_kwargs_to_defer_periodic_job",
        "00.23.00_01_null_locks_excluded",
        "01.00.00_01_remove_old_finish_job_function",
        "01.01.01_01_job_id_bigint",
        "02.00.03_01_add_job_priority",
        "02.05.00_01_add_periodic_job_priority",
        "02.06.00_01_add_cancel_states",
        "02.08.00_01_add_additional_params_to_retry_job",
        "02.14.01_01_add_indexes_for_fetch_job",
        "03.00.00_01_pre_cancel_notification",
        "03.00.00_50_post_cancel_notification",
        "03.01.00_01_pre_add_heartbeat",
        "03.01.00_50_post_add_heartbeat",
        "03.02.00_01_pre_batch_defer_jobs",
        "03.02.00_50_post_batch_defer_jobs",
        "03.03.00_01_pre_priority_lock_fetch_job",
        "03.04.00_01_pre_add_retry_failed_job_procedure",
        "03.04.00_50_post_add_retry_failed_job_procedure",
    ),
}


class NotInstalled(ImportError):
    """The message says what to install."""


def run_scripts(connection: sa.Connection, names: Sequence[str]) -> None:
    """In the caller's transaction. Raises NotInstalled."""
    try:
        folder = resources.files("procrastinate.sql") / "migrations"
    except ModuleNotFoundError:
        raise NotInstalled(MISSING) from None
    driver = connection.connection.driver_connection
    for name in names:  # straight to the driver: a script is many statements
        driver.execute((folder / f"{name}.sql").read_text(encoding="utf-8"))  # type: ignore[union-attr]
