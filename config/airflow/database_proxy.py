"""The `[airflow.database_proxy]` section."""

from typing import Annotated

from pydantic import Field

from config.base import Section


class DatabaseProxy(Section):
    """RDS Proxy between Airflow and the database: many connections of Airflow's over few of the database.

    AWS charges it by the vCPUs of the instance, two at least.
    """

    max_connections_percent: Annotated[int, Field(ge=1, le=100)] = 75
    """Share of the database's connections that the proxy may open. Default: three quarters; the rest is for web
    services, people and the migration, which do not come through the proxy."""

    connection_borrow_timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 120
    """So long a component waits for a connection when all are busy; then it gets an error."""

    idle_client_timeout_seconds: Annotated[int, Field(ge=1, le=28800)] = 1800
    """A component's connection without work is closed after so long; Airflow opens another when it needs one."""
