"""The `[airflow]` section: one file per table, each with its rules beside it."""

from config.airflow.section import Airflow

__all__ = ["Airflow"]
