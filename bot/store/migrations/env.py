"""Alembic's entry: run on the connection that `bot.store.migrate` holds."""

from alembic import context

from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction covers all of it
)
context.run_migrations()
