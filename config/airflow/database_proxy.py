"""The `[airflow.database_proxy]` section."""

from typing import Annotated

from pydantic import Field

from config.base import Section


class DatabaseProxy(Section):
    """RDS Proxy between Airflow and the database: many connections of Airflow share few connections of the database.

    AWS bills it by the vCPUs of the instance, for at least two.
    """

    max_connections_percent: Annotated[int, Field(ge=1, le=100)] = 75
    """Share of the database's connections that the proxy may open. Default: three quarters. The rest is for web
    services, people and the migration, which do not use the proxy."""

    connection_borrow_timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 120
    """How long a component waits for a connection when all are in use, before it gets an error."""

    idle_client_timeout_seconds: Annotated[int, Field(ge=1, le=28800)] = 1800
    """Time after which an idle connection of a component is closed. Airflow reconnects when necessary."""
