"""The database has enough connections for every task that scaling may start; registered beside `config.rules`.

Where a proxy is between them, the proxy's share counts: it opens no more, and lets everybody else wait.
"""

from collections.abc import Iterator

from aws.database_instances import max_connections
from config.airflow.database_proxy import DatabaseProxy
from config.airflow.section import Airflow
from config.database import Database
from config.errors import Problem
from config.rule import problem

PARSING_PROCESSES = 2
"""Processes that read DAG files beside the DAG processor itself; Airflow's default."""

RESERVED = 10
"""What PostgreSQL and RDS keep for themselves, and one for the migration."""

ASYNCHRONOUS = 5 + 10
"""Connections of a second engine, the asynchronous one, in each process of the API server. Airflow 3.1 makes it with
SQLAlchemy's own pool, which no setting of Airflow's changes; the other components open none by it."""


def most_connections(airflow: Airflow) -> int:
    """Upper limit of the connections that Airflow opens: at maximum scale, with every task busy."""
    each = airflow.database_pool_size + airflow.database_max_overflow
    api_server = airflow.api_server.max_count * airflow.api_server.processes
    # A worker's processes keep one connection each, for results; tasks talk to the execution API.
    workers = sum(group.max_count * (1 + group.concurrency) for group in airflow.workers.values())
    return _processes(airflow) * each + api_server * ASYNCHRONOUS + workers


def _processes(airflow: Airflow) -> int:
    """Processes that always hold connections to the database; those of workers do not."""
    return (
        airflow.api_server.max_count * airflow.api_server.processes
        + airflow.scheduler.desired_count
        + airflow.dag_processor.desired_count * (1 + PARSING_PROCESSES)
        + airflow.triggerer.desired_count
    )


def the_database_has_enough_connections(airflow: Airflow | None, database: Database) -> Iterator[Problem]:
    """Otherwise components that start later, and people, cannot connect."""
    available = max_connections(database.instance_class)
    if airflow is None or available is None:
        return
    if airflow.database_proxy is not None:
        yield from _through_the_proxy(airflow, airflow.database_proxy, available)
        return
    needed = most_connections(airflow)
    if needed > available - RESERVED:
        message = (
            f"accepts about {available} connections, and Airflow may open up to {needed} at maximum scale; "
            "allowed: a larger class, or lower airflow.workers.*.max_count and concurrency, "
            "airflow.api_server.max_count, airflow.database_pool_size and airflow.database_max_overflow, or "
            "[airflow.database_proxy]"
        )
        yield problem("database/instance_class", database.instance_class, message)


def _through_the_proxy(airflow: Airflow, proxy: DatabaseProxy, available: int) -> Iterator[Problem]:
    """The proxy leaves what others need, and has one connection for each process that is busy all the time."""
    path, percent = "airflow/database_proxy/max_connections_percent", proxy.max_connections_percent
    share, least = available * percent // 100, _processes(airflow)
    most = (available - RESERVED) * 100 // available
    if percent > most:
        message = (
            f"is {share} of about {available} connections, and {RESERVED} are for PostgreSQL, RDS and the migration; "
            f"allowed: at most {most}, or a larger database.instance_class"
        )
        yield problem(path, percent, message)
    if share < least:
        message = (
            f"is {share} of about {available} connections, and {least} processes may use one each all the time; "
            "allowed: a larger share, or a larger database.instance_class"
        )
        yield problem(path, percent, message)


RULES = (the_database_has_enough_connections,)
