"""What Airflow's containers need to know of their deployment, in groups. Pure: no cdktf, no bindings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from modules.airflow.dags import Delivery
from modules.airflow.owned import owner
from modules.containers import SecretReference

Component = Literal["api-server", "scheduler", "dag-processor", "triggerer", "worker"]

COMPONENTS: tuple[Component, ...] = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
"""In the order in which they become ready (A12)."""

API_SERVER_PORT = 8080
WORKER_LOG_PORT = 8793
TRIGGERER_LOG_PORT = 8794
SCHEDULER_HEALTH_PORT = 8974

_QUEUE = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Where each secret of the deployment lies, and how often it was rotated (A10)."""

    admin_database_url: SecretReference
    """URL of the database's master user; for `prepare.py` only."""

    database_url: SecretReference
    """URL of Airflow's database, with its current user."""

    broker_url: SecretReference
    """URL of the broker, with TLS."""

    fernet_keys: SecretReference
    """The current key and the one before, with a comma between them."""

    jwt_secret: SecretReference
    """Signs the tokens with which tasks talk to the execution API."""

    api_secret_key: SecretReference
    """Signs sessions, and requests for live logs."""

    first_user_password: SecretReference
    """Password of the first user."""

    versions: Mapping[str, int | str] = field(default_factory=dict)
    """Rotation number, or what else tells two values apart, by the name of a field of this class. They are written into
    the containers that have the secret, so that a rotation makes a new revision and the services roll."""


@dataclass(frozen=True, kw_only=True)
class FirstUser:
    """The user that the deployment makes (A18)."""

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
    """What one group of workers runs."""

    queues: Sequence[str]
    """Queues that it listens to (A21)."""

    concurrency: int
    """Airflow tasks at once."""

    def __post_init__(self) -> None:
        """Refuse queues that would break the command."""
        if not self.queues or not all(_QUEUE.fullmatch(queue) for queue in self.queues):
            raise ValueError(f"queues are {list(self.queues)}; allowed are one or more of letters, digits, _ . and -")
        if self.concurrency < 1:
            raise ValueError(f"concurrency is {self.concurrency}; 1 or more is allowed")


@dataclass(frozen=True, kw_only=True)
class Database:
    """How processes use the database."""

    pool_size: int = 5
    """Connections that each process keeps. Default: Airflow's own."""

    max_overflow: int = 5
    """Connections above those, for a moment. Default: half of Airflow's, which a small instance cannot bear."""


@dataclass(frozen=True, kw_only=True)
class Airflow:
    """One deployment of Airflow."""

    name: str
    """Name of the deployment, the environment's prefix; a dimension of its metrics."""

    image: str
    """Complete reference of the image (E05)."""

    base_url: str
    """Address of the UI, such as `https://airflow.example.com`."""

    internal_host: str
    """Host name of the api-server inside the VPC, such as `airflow-api-server.acme-prod.internal` (A11)."""

    secrets: Secrets
    """Where the secrets lie."""

    dags: Delivery
    """How DAGs arrive."""

    task_logs_url: str
    """Folder of the task logs, such as `s3://bucket/task-logs` (A17)."""

    first_user: FirstUser
    """The first user."""

    pools: Mapping[str, Pool] = field(default_factory=dict)
    """Pools by name. Default: Airflow's own only."""

    default_queue: str = "default"
    """Queue of the tasks that name none."""

    queues: Sequence[str] = ("default",)
    """All queues, whose lengths are measured."""

    database: Database = field(default_factory=Database)
    """How processes use the database."""

    visibility_timeout_seconds: int = 86400
    """A task that runs longer is run twice (A20). Default: a day."""

    api_server_processes: int = 1
    """Processes of an api-server's task. Default: one."""

    metrics: bool = True
    """Whether figures go to CloudWatch. Default: yes."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Further plain settings of all components, none that the deployment owns. Default: none."""

    dag_secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    """Further secrets by variable, for what runs DAG code. Default: none."""

    def __post_init__(self) -> None:
        """Refuse settings that would go over the deployment's own."""
        taken = sorted(name for name in (*self.environment, *self.dag_secrets) if owner(name))
        if taken:
            raise ValueError(
                f"environment and dag_secrets have {', '.join(taken)}; the deployment's own inputs say that"
            )

    @property
    def internal_url(self) -> str:
        """The api-server's address inside the VPC."""
        return f"http://{self.internal_host}:{API_SERVER_PORT}"
