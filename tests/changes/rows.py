"""Every row of the matrix of changes, and the keys of the environment file that are in none."""

from tests.changes.web_rows import QUICK

RUNNING = (*QUICK,)
"""Rows that are made on a running platform."""
BY_PLAN: tuple = ()
ELSEWHERE: dict[str, str] = {}
