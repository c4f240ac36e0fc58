"""Variables of Airflow's containers that the deployment sets from keys of the environment file. Pure.

Beside the package `modules.airflow`, whose import takes a tenth of the time in which `check` refuses a wrong file.
"""

import re
from collections.abc import Mapping

CARRIES_A_SECRET = re.compile(
    r"(SQL_ALCHEMY_CONN|BROKER_URL|RESULT_BACKEND|FERNET_KEY|SECRET_KEY|JWT_SECRET)(_ASYNC)?(_CMD|_SECRET)?$"
    r"|^AIRFLOW_CONN_|^AIRFLOW_VAR_.*(PASSWORD|SECRET|TOKEN)"
)
"""Names of variables whose values are secrets."""

OWNED: Mapping[str, str] = {
    "AIRFLOW__API__BASE_URL": "airflow.host_names",
    "AIRFLOW__API__SECRET_KEY": "airflow.api_secret_key_version",
    "AIRFLOW__API_AUTH__JWT_SECRET": "airflow.jwt_secret_version",
    "AIRFLOW__CELERY__BROKER_URL": "[cache]",
    "AIRFLOW__CELERY__RESULT_BACKEND": "[database]",
    # A message that is acknowledged early is lost with its worker; one that is prefetched waits behind a long task.
    "AIRFLOW__CELERY__TASK_ACKS_LATE": "A20",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "airflow.workers",
    # Health check and task protection query the worker through the broker.
    "AIRFLOW__CELERY__WORKER_ENABLE_REMOTE_CONTROL": "A19",
    "AIRFLOW__CELERY__WORKER_PREFETCH_MULTIPLIER": "A20",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "airflow.visibility_timeout_seconds",
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.first_user",
    "AIRFLOW__CORE__DAGS_FOLDER": "airflow.dags",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "A11",
    "AIRFLOW__CORE__EXECUTOR": "airflow.workers",
    "AIRFLOW__CORE__FERNET_KEY": "airflow.fernet_key_version",
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "A11",
    "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": "airflow.dags",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "airflow.dags.refresh_interval_seconds",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "airflow.database_name",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "airflow.database_max_overflow",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "airflow.database_pool_size",
    "AIRFLOW__FAB__COOKIE_SECURE": "load_balancer.https",
    "AIRFLOW__FAB__ENABLE_PROXY_FIX": "load_balancer.https",
    "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": "airflow.task_logs",
    "AIRFLOW__LOGGING__REMOTE_LOGGING": "airflow.task_logs",
    "AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID": "airflow.task_logs",
    "AIRFLOW__OPERATORS__DEFAULT_QUEUE": "airflow.default_queue",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "A19",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": "A19",
    "AIRFLOW_CONN_AWS_DEFAULT": "airflow.task_logs",
    "AIRFLOW_HOME": "A15",
    "CONNECTION_CHECK_MAX_COUNT": "A09",
    "DUMB_INIT_SETSID": "A16",
    "FORWARDED_ALLOW_IPS": "load_balancer",
    "PGSSLMODE": "[database]",
    "PGSSLROOTCERT": "[database]",
    "PYTHONPATH": "airflow.dags",
}
"""The key of the environment file, or the lesson, that decides each variable."""

_OWN_PREFIXES = ("WINDLASS_", "GITSYNC_", "ECS_", "_AIRFLOW_")


def owner(name: str) -> str | None:
    """Return what decides a variable, or None for a free one. `…_CMD` and `…_SECRET` are variants of it."""
    if name.startswith(_OWN_PREFIXES):
        return "the programs in modules/airflow/scripts"
    return OWNED.get(re.sub(r"(_CMD|_SECRET)$", "", name)) or OWNED.get(name)
