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
"""The latest version of Airflow 3.1. In 3.1.0 to 3.1.2, a worker loses its task when the database restarts."""

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
    """The user that the deployment creates, with a generated password (A18). An existing user is not changed."""

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
    """A pool of Airflow (A18). The deployment keeps its slots and description as configured."""

    slots: Annotated[int, Field(ge=-1, le=1_000_000)]
    """Number of slots; -1 is unlimited."""

    description: Annotated[str, StringConstraints(max_length=512), _WORDS] = ""
    """Description, as the UI shows it."""

    include_deferred: bool = False
    """Whether deferred tasks occupy a slot."""


class TaskLogs(Section):
    """Task logs in S3 (A17)."""

    retention_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """How long task logs are kept."""


class EgressRule(Section):
    """Another system that tasks connect to (N07)."""

    cidr: Cidr | None = None
    """IPv4 block of the system. Default: none; then `security_group_id` is required."""

    security_group_id: (
        Annotated[
            str, Pattern(r"(\d{12}/)?sg-[0-9a-f]{8,17}", "the id of a security group, sg-…", "sg-0123456789abcdef0")
        ]
        | None
    ) = None
    """Security group of the system, in this VPC or a peered one. Default: none; then `cidr` is required."""

    port: Annotated[int, Field(ge=1, le=65535)]
    """TCP port of the system."""


class Airflow(Section):
    """An Apache Airflow deployment. For several teams or stages, use several environment files (A22)."""

    image: Image = DEFAULT_IMAGE
    """Complete image reference. Default: the official image. The ECR repository `<project>-<environment>/airflow` is
    created for your own."""

    cpu_architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """CPU architecture of the image (E02)."""

    host_names: tuple[DnsName, ...] = ()
    """Host names of the UI and the API. Airflow uses the first one as its base URL. Default: any host name."""

    priority: Annotated[int, Field(ge=1, le=LISTENER_RULE_PRIORITY_MAX)] = 50
    """Priority of the listener rule, unique in the environment. Of the rules that match, the lowest number wins."""

    allowed_cidrs: tuple[Cidr, ...] = ()
    """Blocks from which the UI and the API can be reached, in addition to the load balancer's own restriction. Default:
    no further restriction."""

    api_server: ApiServer = ApiServer()
    scheduler: Scheduler = Scheduler()
    dag_processor: DagProcessor = DagProcessor()
    triggerer: FixedComponent = FixedComponent()
    workers: dict[ShortWord, WorkerGroup] = Field(default_factory=lambda: {"default": WorkerGroup()})
    """Worker groups by name. Default: one group for the queue `default`."""

    default_queue: QueueName = "default"
    """Queue of tasks that name no queue."""

    dags: AnyDags = Field(default_factory=lambda: GitSync(repositories={}))
    """Where DAGs come from (A13, A14). Default: git-sync, which requires at least one repository."""

    first_user: FirstUser = FirstUser()
    pools: dict[PoolName, Pool] = Field(default_factory=dict)
    """Pools by name, which limit how many tasks run at once (A18). Default: only Airflow's `default_pool`."""

    database_name: Annotated[
        str, Pattern(r"(?!pg_)[a-z][a-z0-9_]{0,47}", "a letter, then up to 47 letters, digits and _", "airflow")
    ] = "airflow"
    """Name of Airflow's own database on the environment's instance. Its two users are `<name>_a` and `<name>_b`."""

    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 5
    """Database connections that each process keeps open (`sql_alchemy_pool_size`)."""

    database_max_overflow: Annotated[int, Field(ge=0, le=100)] = 5
    """Additional connections that each process may open for a short time (`sql_alchemy_max_overflow`)."""

    database_proxy: DatabaseProxy | None = None
    """RDS Proxy between Airflow and the database. Default: none, because Airflow's processes use few connections."""

    database_password_version: Version = 1
    """Raise it to rotate the password. The other of the two users gets a new one; running tasks keep theirs."""

    fernet_key_version: Version = 1
    """Raise it to rotate the Fernet key. New values are encrypted with the new key; the previous one still decrypts."""

    jwt_secret_version: Version = 1
    """Raise it to rotate the secret of JSON web tokens. Tasks that are running fail and are retried."""

    api_secret_key_version: Version = 1
    """Raise it to rotate the secret key of sessions. All users have to log in again."""

    first_user_password_version: Version = 1
    """Raise it to generate a new password for the first user."""

    visibility_timeout_seconds: Annotated[int, Field(ge=3600, le=604800)] = 86400
    """Celery's visibility timeout: a task that runs longer is run a second time (A20)."""

    task_logs: TaskLogs = TaskLogs()

    authentication: OidcLogin | None = None
    """OpenID Connect login at the load balancer, in front of Airflow's own login. Default: only Airflow's own."""

    metrics: bool = True
    """Publish Airflow's metrics to CloudWatch: about twenty custom metrics (docs/decisions/0008)."""

    alarms: AirflowAlarms = AirflowAlarms()
    db_clean: DbClean = DbClean()
    workflows: Workflows = Workflows()

    roles: dict[ShortWord, ExistingRoles] = Field(default_factory=dict)
    """Existing IAM roles by component: `api-server`, `scheduler`, `dag-processor`, `triggerer`, `worker-<group>`,
    `db-clean` (E11). Default: roles are created."""

    execute_command: bool | None = None
    """Allow ECS Exec into Airflow's containers. Requires `cluster.execute_command`. Default: the value of that key."""

    environment: dict[EnvironmentName, Text] = Field(default_factory=dict)
    """Additional environment variables of all components, by name. Not for secrets (A02)."""

    secrets: dict[EnvironmentName, SecretArn] = Field(default_factory=dict)
    """ARNs of existing secrets by environment variable, such as `AIRFLOW_CONN_WAREHOUSE`, for the components that run
    DAG code: workers, triggerer and DAG processor (A02)."""

    egress_rules: dict[ShortWord, EgressRule] = Field(default_factory=dict)
    """Other systems that workers and triggerer may connect to, by name (N07). HTTPS to the internet needs no rule."""
