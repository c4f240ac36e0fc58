"""Migrations of the schema, by Alembic; `python -m web.migrate` runs them, and nothing else does."""
