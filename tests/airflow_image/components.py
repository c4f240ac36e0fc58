"""Airflow's components as the task definitions start them: commands, and the environment that each one needs."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from tests.airflow_image.image import Image, Running
from tests.support.postgres import PostgresServer, free_port
from tests.support.redis import RedisServer

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
FIRST_USER = {
    "username": "admin",
    "first_name": "First",
    "last_name": "User",
    "email": "admin@example.com",
    "role": "Admin",
}
COMMANDS = {
    "api-server": ["airflow", "api-server"],
    "scheduler": ["airflow", "scheduler"],
    "dag-processor": ["airflow", "dag-processor"],
    "triggerer": ["airflow", "triggerer"],
    "worker": ["airflow", "celery", "worker", "--queues", "default", "--concurrency", "1"],
}
STARTS = {
    "api-server": "Application startup complete",
    "scheduler": "Starting the scheduler",
    "dag-processor": "DagFileProcessorManager",
    "triggerer": "Starting the triggerer",
    "worker": "ready.",
}
"""What a component prints when it is there."""


PORTS = ("api", "health", "log", "live")


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A database, a broker and the keys that all components share."""

    image: Image
    postgres: PostgresServer
    redis: RedisServer
    dags: Path
    database: str = "airflow"
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in ("api", "health", "log", "live")}
    )

    def url(self, role: str = "airflow_a", password: str = "password-a") -> str:
        return f"postgresql+psycopg2://{role}:{password}@127.0.0.1:{self.postgres.port}/{self.database}?sslmode=disable"

    def preparation(self, role: str = "airflow_a", password: str = "password-a") -> dict[str, str]:
        """For prepare.py."""
        return {
            "WINDLASS_ADMIN_DATABASE_URL": self.postgres.url(user="master", password="master"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.url(role, password),
            "AIRFLOW__CORE__AUTH_MANAGER": FAB,
            "WINDLASS_FIRST_USER": json.dumps(FIRST_USER),
            "WINDLASS_FIRST_USER_PASSWORD": "first-password",
            "WINDLASS_POOLS": json.dumps(
                {"default_pool": {"slots": 64}, "reports": {"slots": 3, "description": "few"}}
            ),
        }

    def variables(self, component: str) -> dict[str, str]:
        """The environment of a component. Each has its own ports, since all share one address here."""
        database = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.url()}
        executor = {"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor", "AIRFLOW__CELERY__BROKER_URL": self.redis.url()}
        # On a busy machine the default of one second can expire during an import, and the task fails.
        sending = {"AIRFLOW__CELERY__OPERATION_TIMEOUT": "10"}
        dags = {"AIRFLOW__CORE__DAGS_FOLDER": str(self.dags), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        jwt = {"AIRFLOW__API_AUTH__JWT_SECRET": "jwt-secret-jwt-secret-jwt-secret-jwt-secret-jwt-secret-jwt-secret"}
        secret = {"AIRFLOW__API__SECRET_KEY": "api-secret-key"}
        fernet = {"AIRFLOW__CORE__FERNET_KEY": "wvZWf0DXKGxnh0hXjyUz0jDsWbT8K0jbhS9uo1bVx3c="}
        own = {
            "api-server": {
                **database, **jwt, **secret, **fernet,
                "AIRFLOW__CORE__AUTH_MANAGER": FAB,
                "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.ports['api']}",
                "AIRFLOW__API__HOST": "127.0.0.1",
                "AIRFLOW__API__PORT": str(self.ports["api"]),
                "AIRFLOW__API__WORKERS": "1",
            },
            "scheduler": {
                **database, **executor, **jwt, **sending,
                "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
                "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": "127.0.0.1",
                "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports["health"]),
            },
            "dag-processor": {**database, **dags},
            "triggerer": {
                **database, **secret, **fernet,
                "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.ports["live"]),
            },
            "worker": {
                **database, **executor, **dags, **secret,
                "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.ports['api']}/execution/",
                "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.ports["log"]),
                "DUMB_INIT_SETSID": "0",
            },
        }[component]  # fmt: skip
        return {"AIRFLOW__CORE__HOSTNAME_CALLABLE": "airflow.utils.net.get_host_ip_address", **own}

    def start(self, component: str, **more: str) -> Running:
        log = self.image.home / f"{component}.log"
        return self.image.start(COMMANDS[component], {**self.variables(component), **more}, log=log)
