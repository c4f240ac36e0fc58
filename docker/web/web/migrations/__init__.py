"""Alembic migrations of the schema. Only `python -m web.migrate` runs them."""
