"""Every row of the matrix of changes, and the keys of the environment file that are in none."""

from collections.abc import Sequence

from tests.changes import airflow_rows, plan_rows, web_rows
from tests.changes.elsewhere import ELSEWHERE
from tests.changes.row import Row

__all__ = ["BY_PLAN", "ELSEWHERE", "RUNNING"]

RUNNING: Sequence[Row] = (*web_rows.QUICK, *airflow_rows.QUICK)
"""Rows that are made on a running platform."""
BY_PLAN: Sequence[Row] = plan_rows.ROWS
"""Rows that are judged by what `plan` says."""
