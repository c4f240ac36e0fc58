"""Environment variables: those that all components share, in one place (A04), and those of each component. Pure.

Airflow is configured only by these variables (A01). Each component gets only what it needs.
"""

import json
from collections.abc import Mapping

from modules.airflow.dags import Bundle
from modules.airflow.deployment import SCHEDULER_HEALTH_PORT, Airflow, Component
from modules.containers import ROOT_CERTIFICATES_FILE

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"

JOB_TYPES: Mapping[Component, str] = {"triggerer": "TriggererJob", "dag-processor": "DagProcessorJob"}
"""Components whose health check reads their heartbeat in the database, and the name of their job there."""

READS_DAGS: tuple[Component, ...] = ("dag-processor", "triggerer", "worker")
"""Components that read DAGs. The triggerer needs them for triggers that are defined beside DAGs."""

USES_TASK_LOGS: tuple[Component, ...] = ("api-server", "triggerer", "worker")
"""Components that write or show task logs (A17)."""


VERIFIED: Mapping[str, str] = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": ROOT_CERTIFICATES_FILE}
"""Clients of the database verify its certificate and host name (D07). Variables, not `sslmode` in the URL:
Airflow's asynchronous driver does not support that. All drivers of PostgreSQL in the image read these."""

BROKER_TLS = f"ssl_cert_reqs=required&ssl_check_hostname=true&ssl_ca_certs={ROOT_CERTIFICATES_FILE}"
"""Parameters of the broker's URL (D07). Celery uses TLS only if they say how certificates are verified, and the Redis
client compares host names only on request."""


def common_environment(airflow: Airflow) -> dict[str, str]:
    """Return the variables of every container that runs Airflow."""
    return {
        "AIRFLOW__CORE__AUTH_MANAGER": FAB,
        # Without it the scheduler silently runs tasks itself.
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        # The api-server fetches live logs by this name; in the VPC only a task's IP address can be reached.
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "airflow.utils.net.get_host_ip_address",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": str(airflow.database.max_overflow),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": str(airflow.database.pool_size),
        "AIRFLOW__OPERATORS__DEFAULT_QUEUE": airflow.default_queue,
        **VERIFIED,
    }


def component_environment(component: Component, airflow: Airflow) -> dict[str, str]:
    """Return the variables of a component's main container."""
    own = {
        "api-server": _api_server,
        "scheduler": _scheduler,
        "dag-processor": _dag_processor,
        "triggerer": _dag_code_beside,
        "worker": _worker,
    }[component](airflow)
    if component in JOB_TYPES:
        own["WINDLASS_JOB_TYPE"] = JOB_TYPES[component]
    if component in READS_DAGS:
        own |= _dags(airflow)
    if component in USES_TASK_LOGS:
        own |= _task_logs(airflow)
    return {**common_environment(airflow), **own, **airflow.environment}


def _api_server(airflow: Airflow) -> dict[str, str]:
    https = airflow.base_url.startswith("https://")
    return {
        "AIRFLOW__API__BASE_URL": airflow.base_url,
        "AIRFLOW__EXECUTION_API__JWT_EXPIRATION_TIME": str(_TOKEN_SECONDS),
        "AIRFLOW__FAB__COOKIE_SECURE": str(https),
        "AIRFLOW__FAB__ENABLE_PROXY_FIX": "True",
        # The security group allows only the load balancer and the workers (N03).
        "FORWARDED_ALLOW_IPS": "*",
    }


def _scheduler(airflow: Airflow) -> dict[str, str]:
    return {
        **_celery(airflow),
        # The default of one second may interrupt the import of the Redis client, which then fails for good.
        "AIRFLOW__CELERY__OPERATION_TIMEOUT": "10",
        "AIRFLOW__EXECUTION_API__JWT_EXPIRATION_TIME": str(_TOKEN_SECONDS),
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
        # Only the scheduler that queued a task notices that its heartbeat is missing. If both are gone, another one
        # adopts the task first, by default after up to five minutes.
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "60",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(SCHEDULER_HEALTH_PORT),
    }


def _dag_processor(airflow: Airflow) -> dict[str, str]:
    return {"AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": str(airflow.dags.period_seconds)}


def _dag_code_beside(airflow: Airflow) -> dict[str, str]:
    """The triggerer does not parse DAGs, but imports triggers from modules beside them."""
    paths = [bundle["kwargs"]["path"] for bundle in airflow.dags.bundles if "path" in bundle["kwargs"]]
    return {"PYTHONPATH": ":".join(paths)} if paths else {}


def _worker(airflow: Airflow) -> dict[str, str]:
    return {
        **_celery(airflow),
        # A11: inside the VPC, never through the load balancer.
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{airflow.internal_url}/execution/",
        # With 1, SIGTERM would reach and kill the tasks too; so only the worker gets it, and finishes them.
        "DUMB_INIT_SETSID": "0",
    }


def _celery(airflow: Airflow) -> dict[str, str]:
    # A20: a message that is not acknowledged within this time is delivered to another worker.
    timeout = str(airflow.visibility_timeout_seconds)
    return {"AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": timeout}


def _dags(airflow: Airflow) -> dict[str, str]:
    variables = {"AIRFLOW__CORE__DAGS_FOLDER": airflow.dags.folder}
    if airflow.dags.bundles:
        variables["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"] = _json(airflow.dags.bundles)
    return variables


def _task_logs(airflow: Airflow) -> dict[str, str]:
    return {
        # Without a connection every task fails; this one uses the task role.
        "AIRFLOW_CONN_AWS_DEFAULT": "aws://",
        "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": airflow.task_logs_url,
        "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
        "AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID": "aws_default",
    }


def _json(bundles: list[Bundle]) -> str:
    return json.dumps(bundles, sort_keys=True)


_TOKEN_SECONDS = 86400
"""Lifetime of a task's token; a message that waits longer is queued again. Workers may start from zero, and queues may
be long."""
