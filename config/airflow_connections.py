"""The database has enough connections for every task that scaling may start; registered beside `config.rules`."""

from collections.abc import Iterator

from config.airflow import Airflow
from config.data import Database
from config.errors import Problem
from config.instances import max_connections
from config.rules import problem, rule

PARSING_PROCESSES = 2
"""Processes that read DAG files beside the DAG processor itself; Airflow's default."""

RESERVED = 10
"""What PostgreSQL and RDS keep for themselves, and one for the migration."""


def most_connections(airflow: Airflow) -> int:
    """Connections that Airflow opens at the very most: with every task that scaling may start, all of them busy."""
    each = airflow.database_pool_size + airflow.database_max_overflow
    processes = (
        airflow.api_server.max_count * airflow.api_server.processes
        + airflow.scheduler.count
        + airflow.dag_processor.count * (1 + PARSING_PROCESSES)
        + airflow.triggerer.count
    )
    # A worker's processes keep one connection each, for results; tasks talk to the execution API.
    workers = sum(group.max_count * (1 + group.concurrency) for group in airflow.workers.values())
    return processes * each + workers


@rule
def the_database_has_enough_connections(airflow: Airflow | None, database: Database) -> Iterator[Problem]:
    """Where it has not, the components that start last fail, and so does every login of a person."""
    if airflow is None:
        return
    there, wanted = max_connections(database.instance_class), most_connections(airflow)
    if there is not None and wanted > there - RESERVED:
        message = (
            f"accepts about {there} connections, and Airflow may open {wanted} with everything that scaling may start; "
            "allowed: a larger class, or less of airflow.workers.*.max_count and concurrency, "
            "airflow.api_server.max_count, airflow.database_pool_size and airflow.database_max_overflow"
        )
        yield problem("database/instance_class", database.instance_class, message)
