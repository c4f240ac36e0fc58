"""Every environment variable of every container, and which secrets each one gets (A01, A02, A04, A10)."""

import json

import pytest

from modules.airflow import COMPONENTS, Component
from modules.airflow.secrets import VARIABLES
from modules.reserved_variables import CARRIES_A_SECRET, OWNED, owner
from tests.modules.airflow_deployment import AIRFLOW, container, secret, task

COMMON = {
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "airflow.utils.net.get_host_ip_address",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "5",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "5",
    "AIRFLOW__OPERATORS__DEFAULT_QUEUE": "default",
    "PGSSLMODE": "verify-full",
    "PGSSLROOTCERT": "/certificates/aws.pem",
}
TASK_LOGS = {
    "AIRFLOW_CONN_AWS_DEFAULT": "aws://",
    "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": "s3://acme-prod-task-logs/task-logs",
    "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
    "AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID": "aws_default",
}
DAGS = {
    "AIRFLOW__CORE__DAGS_FOLDER": "/opt/airflow/dags",
    "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(
        [
            {
                "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
                "kwargs": {"path": "/opt/airflow/dags/dags/current/pipelines"},
                "name": "dags",
            }
        ]
    ),
}
FIGURES = {
    "AIRFLOW__METRICS__STATSD_HOST": "localhost",
    "AIRFLOW__METRICS__STATSD_ON": "True",
    "AIRFLOW__METRICS__STATSD_PORT": "8125",
    "AIRFLOW__METRICS__STATSD_PREFIX": "airflow",
}
CELERY = {"AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "86400"}
TOKENS = {"AIRFLOW__EXECUTION_API__JWT_EXPIRATION_TIME": "86400"}
VERSIONS = "WINDLASS_VERSIONS"

SETTINGS: dict[Component, dict[str, str]] = {
    "api-server": {
        **COMMON,
        **TASK_LOGS,
        **TOKENS,
        "AIRFLOW__API__BASE_URL": "https://airflow.acme.example",
        "AIRFLOW__FAB__COOKIE_SECURE": "True",
        "AIRFLOW__FAB__ENABLE_PROXY_FIX": "True",
        "FORWARDED_ALLOW_IPS": "*",
        VERSIONS: "api_secret_key=1,database_url=1,fernet_keys=1,jwt_secret=1",
    },
    "scheduler": {
        **COMMON,
        **FIGURES,
        **CELERY,
        **TOKENS,
        "AIRFLOW__CELERY__OPERATION_TIMEOUT": "10",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "60",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": "8974",
        VERSIONS: "broker_url=1,database_url=1,jwt_secret=1",
    },
    "dag-processor": {
        **COMMON,
        **FIGURES,
        **DAGS,
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "60",
        "WINDLASS_JOB_TYPE": "DagProcessorJob",
        VERSIONS: "database_url=1,fernet_keys=1",
    },
    "triggerer": {
        **COMMON,
        **FIGURES,
        **DAGS,
        **TASK_LOGS,
        "PYTHONPATH": "/opt/airflow/dags/dags/current/pipelines",
        "WINDLASS_JOB_TYPE": "TriggererJob",
        VERSIONS: "api_secret_key=1,database_url=1,fernet_keys=1",
    },
    "worker": {
        **COMMON,
        **FIGURES,
        **CELERY,
        **DAGS,
        **TASK_LOGS,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://airflow-api-server.acme-prod.internal:8080/execution/",
        "DUMB_INIT_SETSID": "0",
        VERSIONS: "api_secret_key=1,broker_url=1,database_url=1",
    },
}
DATABASE, BROKER = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__BROKER_URL"
FERNET, JWT, API = "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY"

SECRETS: dict[Component, dict[str, set[str]]] = {
    "api-server": {
        "api-server": {DATABASE, FERNET, JWT, API},
        "migrate": {
            *(DATABASE, FERNET, JWT, API),
            *("WINDLASS_ADMIN_DATABASE_URL", "WINDLASS_FIRST_USER_PASSWORD"),
        },
    },
    "scheduler": {"scheduler": {DATABASE, BROKER, JWT}, "wait": {DATABASE}, "queue-metrics": {BROKER}, "statsd": set()},
    "dag-processor": {
        "dag-processor": {DATABASE, FERNET},
        "wait": {DATABASE},
        "statsd": set(),
        "git-sync-init-dags": set(),
        "git-sync-dags": set(),
    },
    "triggerer": {
        "triggerer": {DATABASE, FERNET, API},
        "wait": {DATABASE},
        "statsd": set(),
        "git-sync-init-dags": set(),
        "git-sync-dags": set(),
    },
    "worker": {
        "worker": {DATABASE, BROKER, API},
        "wait": {DATABASE},
        "statsd": set(),
        "task-protection": {BROKER, DATABASE},
        "git-sync-init-dags": set(),
        "git-sync-dags": set(),
    },
}


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_has_these_variables_and_no_others(component: Component) -> None:
    assert container(component, component).environment == SETTINGS[component]


@pytest.mark.parametrize("component", COMPONENTS)
def test_each_container_gets_the_secrets_that_it_needs_and_no_other(component: Component) -> None:
    having = {each.name: set(each.secrets) for each in task(component).containers}
    assert having == {"root-certificates": set(), **SECRETS[component]}


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_variable_carries_its_own_secret(component: Component) -> None:
    by_variable = {variable: secret(name) for name, variable in VARIABLES.items()}
    for each in task(component).containers:
        assert {name: by_variable[name] for name in each.secrets} == each.secrets


def test_only_what_prepares_the_database_sees_the_masters_url() -> None:
    seen = {
        (component, each.name)
        for component in COMPONENTS
        for each in task(component).containers
        if "WINDLASS_ADMIN_DATABASE_URL" in each.secrets
    }
    assert seen == {("api-server", "migrate")}


def test_your_own_secrets_reach_the_containers_that_run_dag_code() -> None:
    mine = {"AIRFLOW_CONN_WAREHOUSE": secret("warehouse")}
    having = {
        (component, each.name)
        for component in COMPONENTS
        for each in task(component, dag_secrets=mine).containers
        if "AIRFLOW_CONN_WAREHOUSE" in each.secrets
    }
    assert having == {(component, component) for component in ("dag-processor", "triggerer", "worker")}


def test_your_own_settings_reach_every_component_and_override_none_of_the_deployment() -> None:
    for component in COMPONENTS:
        result = container(component, component, environment={"AIRFLOW__CORE__PARALLELISM": "64"}).environment
        assert result == {**SETTINGS[component], "AIRFLOW__CORE__PARALLELISM": "64"}
    with pytest.raises(ValueError, match="AIRFLOW__CORE__EXECUTOR"):
        task("scheduler", environment={"AIRFLOW__CORE__EXECUTOR": "LocalExecutor"})


def test_every_variable_of_the_deployment_is_reserved_or_free_on_purpose() -> None:
    free = {
        *("AIRFLOW__CORE__LOAD_EXAMPLES", "AIRFLOW__CELERY__OPERATION_TIMEOUT"),
        *("AIRFLOW__EXECUTION_API__JWT_EXPIRATION_TIME", "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL"),
        *FIGURES,
    }
    used = {
        name
        for component in COMPONENTS
        for each in task(component).containers
        for name in (*each.environment, *each.secrets)
    }
    assert {name for name in used if owner(name) is None} == free


def test_another_spelling_of_a_reserved_variable_is_reserved_too() -> None:
    assert owner("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD") == OWNED[DATABASE]
    assert owner("AIRFLOW__CORE__FERNET_KEY_SECRET") == OWNED[FERNET]
    assert CARRIES_A_SECRET.search("AIRFLOW_CONN_WAREHOUSE")
    assert owner("AIRFLOW__CORE__PARALLELISM") is None


def test_over_plain_http_the_cookie_is_not_for_https_only() -> None:
    result = container("api-server", "api-server", base_url="http://airflow.acme.example").environment
    assert result["AIRFLOW__FAB__COOKIE_SECURE"] == "False"


def test_the_versions_name_only_secrets_of_the_container() -> None:
    for component in COMPONENTS:
        for each in task(component).containers:
            named = [part.split("=")[0] for part in each.environment.get(VERSIONS, "").split(",") if part]
            assert {VARIABLES[name] for name in named} == set(each.secrets)
    assert AIRFLOW.secrets.versions["database_url"] == 1
