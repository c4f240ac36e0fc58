"""Settings of an Airflow deployment, from which its containers are made. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from modules.airflow.dags import Delivery
from modules.containers import SecretReference
from modules.reserved_variables import owner

Component = Literal["api-server", "scheduler", "dag-processor", "triggerer", "worker"]

COMPONENTS: tuple[Component, ...] = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
"""Components, in the order in which they start (A12)."""

API_SERVER_PORT = 8080
WORKER_LOG_PORT = 8793
TRIGGERER_LOG_PORT = 8794
SCHEDULER_HEALTH_PORT = 8974

_QUEUE = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """References to the deployment's secrets, and their rotation numbers (A10)."""

    admin_database_url: SecretReference
    """URL of the database's master user; for `prepare.py` only."""

    database_url: SecretReference
    """URL of Airflow's database, with the user of the current slot."""

    broker_url: SecretReference
    """URL of the broker, with TLS."""

    fernet_keys: SecretReference
    """The current key and the previous one, separated by a comma."""

    jwt_secret: SecretReference
    """Signs the tokens with which tasks call the execution API."""

    api_secret_key: SecretReference
    """Signs sessions, and requests for live logs."""

    first_user_password: SecretReference
    """Password of the first user."""

    versions: Mapping[str, int | str] = field(default_factory=dict)
    """Rotation number, or another value that changes with the secret, by the name of a field of this class. Containers
    with the secret have it in their environment, so that a rotation registers a new revision and the services roll."""


@dataclass(frozen=True, kw_only=True)
class FirstUser:
    """The user that the deployment creates (A18)."""

    username: str
    first_name: str
    last_name: str
    email: str
    role: str = "Admin"


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool of slots (A18)."""

    slots: int
    description: str = ""
    include_deferred: bool = False


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """Queues and concurrency of a worker group."""

    queues: Sequence[str]
    """Queues that the workers consume (A21)."""

    concurrency: int
    """Airflow tasks that a worker runs concurrently."""

    def __post_init__(self) -> None:
        """Refuse queues that would break the command."""
        if not self.queues or not all(_QUEUE.fullmatch(queue) for queue in self.queues):
            raise ValueError(f"queues are {list(self.queues)}; allowed are one or more of letters, digits, _ . and -")
        if self.concurrency < 1:
            raise ValueError(f"concurrency is {self.concurrency}; 1 or more is allowed")


@dataclass(frozen=True, kw_only=True)
class Database:
    """Connection pools of Airflow's processes."""

    pool_size: int = 5
    """Connections that each process keeps open. Default: 5, as in Airflow."""

    max_overflow: int = 5
    """Connections above the pool, for short peaks. Default: 5, half of Airflow's, for small instances."""


@dataclass(frozen=True, kw_only=True)
class Airflow:
    """An Airflow deployment."""

    name: str
    """Name of the deployment, which is the environment's prefix and a dimension of its metrics."""

    image: str
    """Complete reference of the image (E05)."""

    base_url: str
    """URL of the UI, such as `https://airflow.example.com`."""

    internal_host: str
    """Host name of the api-server inside the VPC, such as `airflow-api-server.acme-prod.internal` (A11)."""

    secrets: Secrets
    """References to the secrets."""

    dags: Delivery
    """How DAGs are delivered."""

    task_logs_url: str
    """Location of the task logs, such as `s3://bucket/task-logs` (A17)."""

    first_user: FirstUser
    """The first user."""

    root_certificates: str
    """Roots that database and broker are verified with, in PEM (D07): `aws.root_certificates` has those of a region."""

    pools: Mapping[str, Pool] = field(default_factory=dict)
    """Pools by name. Default: only Airflow's default pool."""

    default_queue: str = "default"
    """Queue of tasks without a queue."""

    queues: Sequence[str] = ("default",)
    """All queues; their lengths are reported as metrics."""

    database: Database = field(default_factory=Database)
    """Connection pools of Airflow's processes."""

    visibility_timeout_seconds: int = 86400
    """Visibility timeout of the broker; a task that takes longer runs twice (A20). Default: a day."""

    api_server_processes: int = 1
    """Processes in each api-server task. Default: 1."""

    keep_alive_seconds: int = 120
    """How long the api-server keeps an idle connection open; longer than the load balancer does, or a request may meet
    a closed one and fail with 502. Default: 120, Airflow's own."""

    metrics: bool = True
    """Send Airflow's metrics to CloudWatch. Default: yes."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables of all components, except those that the deployment sets. Default: none."""

    dag_secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    """Further secrets by environment variable, for containers that run DAG code. Default: none."""

    def __post_init__(self) -> None:
        """Refuse settings that would override the deployment's."""
        taken = sorted(name for name in (*self.environment, *self.dag_secrets) if owner(name))
        if taken:
            raise ValueError(f"environment and dag_secrets have {', '.join(taken)}; the deployment sets that itself")

    @property
    def internal_url(self) -> str:
        """URL of the api-server inside the VPC."""
        return f"http://{self.internal_host}:{API_SERVER_PORT}"
