"""Apache Airflow: the `[airflow]` section."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from aws.quotas import LISTENER_RULE_PRIORITY_MAX
from config.airflow.components import ApiServer, DagProcessor, FixedComponent, QueueName, Scheduler, WorkerGroup
from config.airflow.dags import AnyDags, GitSync
from config.airflow.database_proxy import DatabaseProxy
from config.airflow.operations import AirflowAlarms, DbClean, ExistingRoles, OidcLogin, Workflows
from config.base import Cidr, DnsName, EmailAddress, Section, ShortWord, Version
from config.container import EnvironmentName, Image, Text
from config.pattern import Pattern

DEFAULT_IMAGE = "docker.io/apache/airflow:3.1.8-python3.12"
"""The newest of Airflow 3.1. In 3.1.0 to 3.1.2 a worker loses its task when the database restarts."""

SecretArn = Annotated[
    str,
    Pattern(
        r"arn:aws[a-z-]*:(secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+|ssm:[a-z0-9-]+:\d{12}:parameter/[\w/.-]+)",
        "the ARN of a Secrets Manager secret or an SSM parameter",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:warehouse-AbCdEf",
    ),
]
_WORDS = Pattern(r"[^\x00-\x1f\x7f-\x9f$%{}]*", "text in one line without $ % { and }")
PoolName = Annotated[str, StringConstraints(min_length=1, max_length=256), _WORDS]
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=64), _WORDS]


class FirstUser(Section):
    """The user that the deployment makes, with a generated password (A18). It is left alone once it exists."""

    username: Annotated[str, Pattern(r"[A-Za-z0-9._@-]{1,64}", "up to 64 letters, digits, . _ @ and -", "admin")] = (
        "admin"
    )
    """Name to log in with."""

    first_name: PersonName = "First"
    """First name, as the UI shows it."""

    last_name: PersonName = "User"
    """Last name, as the UI shows it."""

    email: EmailAddress = "admin@example.com"
    """E-mail address, which Airflow requires of every user; nothing is sent to it."""

    role: Literal["Admin", "Op", "User", "Viewer"] = "Admin"
    """Role in Airflow, which decides what the user may do."""


class Pool(Section):
    """A pool of slots (A18). The deployment keeps its slots and description as they are here."""

    slots: Annotated[int, Field(ge=-1, le=1_000_000)]
    """Slots; -1 is without end."""

    description: Annotated[str, StringConstraints(max_length=512), _WORDS] = ""
    """What it is for."""

    include_deferred: bool = False
    """Whether deferred tasks hold a slot."""


class TaskLogs(Section):
    """Task logs in S3 (A17)."""

    retention_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days after which a log goes."""


class EgressRule(Section):
    """Another system that tasks talk to (N07)."""

    cidr: Cidr | None = None
    """Block of its addresses. Default: none, then `security_group_id` must be given."""

    security_group_id: (
        Annotated[
            str, Pattern(r"(\d{12}/)?sg-[0-9a-f]{8,17}", "the id of a security group, sg-…", "sg-0123456789abcdef0")
        ]
        | None
    ) = None
    """Its security group, in this VPC or a peered one. Default: none, then `cidr` must be given."""

    port: Annotated[int, Field(ge=1, le=65535)]
    """TCP port that it listens on."""


class Airflow(Section):
    """One Airflow deployment. Several teams or stages are several environment files (A22)."""

    image: Image = DEFAULT_IMAGE
    """Complete reference. Default: the official image; the repository `<project>-<environment>/airflow` is for one of
    your own."""

    cpu_architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """CPU architecture of the image (E02)."""

    host_names: tuple[DnsName, ...] = ()
    """Host names of the UI. Default: any. The first one is what Airflow calls itself."""

    priority: Annotated[int, Field(ge=1, le=LISTENER_RULE_PRIORITY_MAX)] = 50
    """Priority of the listener rule; that of no service."""

    allowed_cidrs: tuple[Cidr, ...] = ()
    """Who may see the UI and the API, of those whom the load balancer lets in. Default: all of them."""

    api_server: ApiServer = ApiServer()
    scheduler: Scheduler = Scheduler()
    dag_processor: DagProcessor = DagProcessor()
    triggerer: FixedComponent = FixedComponent()
    workers: dict[ShortWord, WorkerGroup] = Field(default_factory=lambda: {"default": WorkerGroup()})
    """Worker groups by name. Default: one, which listens to the queue `default`."""

    default_queue: QueueName = "default"
    """Queue of the tasks that name none."""

    dags: AnyDags = Field(default_factory=lambda: GitSync(repositories={}))
    """How DAGs arrive (A13, A14). Default: by git-sync; then at least one repository must be named."""

    first_user: FirstUser = FirstUser()
    pools: dict[PoolName, Pool] = Field(default_factory=dict)
    """Pools by name (A18): how many tasks may share what they use. Default: Airflow's own `default_pool` alone."""

    database_name: Annotated[
        str, Pattern(r"(?!pg_)[a-z][a-z0-9_]{0,47}", "a letter, then up to 47 letters, digits and _", "airflow")
    ] = "airflow"
    """Database of its own on the environment's instance. Its users are called `<name>_a` and `<name>_b`."""

    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 5
    """Connections that each process keeps."""

    database_max_overflow: Annotated[int, Field(ge=0, le=100)] = 5
    """Connections that each process may open above those, for a moment."""

    database_proxy: DatabaseProxy | None = None
    """A proxy between Airflow and the database. Default: none; Airflow's processes share few connections already."""

    database_password_version: Version = 1
    """Raise it to rotate: the other of the two users gets a new password, and running tasks keep theirs."""

    fernet_key_version: Version = 1
    """Raise it to rotate: new values are encrypted by a new key, and the one before still decrypts."""

    jwt_secret_version: Version = 1
    """Raise it to rotate. Tasks that run meanwhile fail and are retried."""

    api_secret_key_version: Version = 1
    """Raise it to rotate. Everybody logs in again."""

    first_user_password_version: Version = 1
    """Raise it to make a new password for the first user."""

    visibility_timeout_seconds: Annotated[int, Field(ge=3600, le=604800)] = 86400
    """A task that runs longer than this is run twice (A20)."""

    task_logs: TaskLogs = TaskLogs()

    authentication: OidcLogin | None = None
    """A login at the load balancer, before Airflow's own. Default: Airflow's own alone."""

    metrics: bool = True
    """Airflow's figures in CloudWatch; about twenty custom metrics (docs/decisions/0008)."""

    alarms: AirflowAlarms = AirflowAlarms()
    db_clean: DbClean = DbClean()
    workflows: Workflows = Workflows()

    roles: dict[ShortWord, ExistingRoles] = Field(default_factory=dict)
    """Existing roles by component: `api-server`, `scheduler`, `dag-processor`, `triggerer`, `worker-<group>` (E11).
    Default: they are made."""

    execute_command: bool | None = None
    """ECS Exec into Airflow's containers. Default: as `cluster.execute_command` says, which it needs."""

    environment: dict[EnvironmentName, Text] = Field(default_factory=dict)
    """Further plain settings of all components. Secrets do not belong here (A02)."""

    secrets: dict[EnvironmentName, SecretArn] = Field(default_factory=dict)
    """Further secrets by variable, such as `AIRFLOW_CONN_WAREHOUSE`, for what runs DAG code: workers, triggerer and
    DAG processor. They exist already (A02)."""

    egress_rules: dict[ShortWord, EgressRule] = Field(default_factory=dict)
    """Other systems that workers and triggerer talk to, by name (N07). HTTPS to the internet needs no entry."""
