"""Windlass's sample web service: items in PostgreSQL, served by two colours that share one database."""
