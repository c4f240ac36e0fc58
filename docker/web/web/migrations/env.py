"""Alembic's environment. The connection comes from web.migrate and holds the advisory lock."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
