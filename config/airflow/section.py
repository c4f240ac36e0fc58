"""Apache Airflow: the `[airflow]` section."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from aws.quotas import LISTENER_RULE_PRIORITY_MAX
from config.airflow.components import ApiServer, DagProcessor, QueueName, Scheduler, Triggerer, WorkerGroup
from config.airflow.dags import AnyDags, GitSync
from config.airflow.database_proxy import DatabaseProxy
from config.airflow.operations import AirflowAlarms, DbClean, ExistingRoles, OidcLogin, Workflows
from config.base import Cidr, EmailAddress, HostName, KmsKeyArn, Section, ShortWord, Version
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
    """First name, as the UI shows it. The default is a placeholder."""

    last_name: PersonName = "User"
    """Last name, as the UI shows it. The default is a placeholder."""

    email: Annotated[EmailAddress, Field(examples=["admin@example.com"])] = "admin@example.com"
    """E-mail address, which Airflow requires of every user. Nothing is sent to the address; the default is a
    placeholder."""

    role: Literal["Admin", "Op", "User", "Viewer"] = "Admin"
    """Role in Airflow, which decides what the user may do."""


class Pool(Section):
    """A pool of Airflow (A18). The deployment keeps its slots and description as configured."""

    slots: Annotated[int, Field(ge=-1, le=1_000_000)]
    """Number of slots. -1: unlimited, 0: no task of the pool runs."""

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

    cidr: Annotated[Cidr | None, Field(examples=["10.40.8.0/24"])] = None
    """IPv4 range (CIDR) of the system; `0.0.0.0/0` is refused. Exactly one of `cidr` and `security_group_id` is
    allowed. Required unless `security_group_id` is set."""

    security_group_id: (
        Annotated[
            str, Pattern(r"(\d{12}/)?sg-[0-9a-f]{8,17}", "the id of a security group, sg-…", "sg-0123456789abcdef0")
        ]
        | None
    ) = None
    """Security group of the system, in this VPC or a peered one. Exactly one of `cidr` and `security_group_id` is
    allowed. Required unless `cidr` is set."""

    port: Annotated[int, Field(ge=1, le=65535)]
    """TCP port of the system."""


class Airflow(Section):
    """An Apache Airflow deployment. For several teams or stages, use several environment files (A22)."""

    image: Annotated[
        Image, Field(examples=["123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-prod/airflow:3.1.8"])
    ] = DEFAULT_IMAGE
    """Image of all components: a complete reference with registry and tag or digest. The default is the official image.
    The ECR repository `<project>-<environment>/airflow` is created for your own."""

    docker_hub_credential_arn: (
        Annotated[
            str,
            Pattern(
                r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache/[\w/+=.@-]+",
                "the ARN of a secret whose name begins with ecr-pullthroughcache/, as ECR requires",
                "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf",
            ),
        ]
        | None
    ) = None
    """ARN of an existing secret with an account at Docker Hub: `{"username": …, "accessToken": …}`, in the
    environment's account and region. With it, images of `docker.io` come through ECR's pull-through cache (P04).
    Default: none, they are pulled anonymously, which Docker Hub limits per address, so behind one NAT gateway tasks may
    fail to start; outside development a guard reports such images."""

    cpu_architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """CPU architecture of the tasks. Must match the platform of the image (E02)."""

    host_names: Annotated[tuple[HostName, ...], Field(examples=[["airflow.example.com"]])] = ()
    """Host names of the UI and the API. They must differ from those of web services. Airflow uses the first one, which
    must not be a wildcard, as its base URL. At most 4. Default: any host name."""

    priority: Annotated[int, Field(ge=1, le=LISTENER_RULE_PRIORITY_MAX)] = 50
    """Priority of the listener rule, at least 2. Of the rules that match a request, the one with the lowest number
    wins. Must differ from that of every web service. The number before it is that of the rule that refuses
    `/execution/*`, the API for Airflow's own tasks; `authentication.api_without_login` takes one more."""

    allowed_cidrs: Annotated[tuple[Cidr, ...], Field(examples=[["203.0.113.0/24"]])] = ()
    """IPv4 ranges (CIDR) from which the UI and the API can be reached, in addition to the restriction by
    `load_balancer.allowed_cidrs`. Together with `host_names`: at most 5, or 3 with `api_without_login`. Default: no
    further restriction."""

    api_server: ApiServer = ApiServer()
    scheduler: Scheduler = Scheduler()
    dag_processor: DagProcessor = DagProcessor()
    triggerer: Triggerer = Triggerer()
    workers: dict[ShortWord, WorkerGroup] = Field(default_factory=lambda: {"default": WorkerGroup()})
    """Worker groups by name. Default: one group `default` for the queue `default`."""

    default_queue: QueueName = "default"
    """Queue for Airflow tasks that set none; a worker group must consume it."""

    dags: AnyDags = Field(default_factory=lambda: GitSync(repositories={}))
    """Where DAGs come from (A13, A14). Default: `source = "git-sync"`, whose `repositories` are required."""

    first_user: FirstUser = FirstUser()
    pools: dict[PoolName, Pool] = Field(default_factory=dict)
    """Pools of Airflow by name; a pool limits how many of its tasks run at once (A18). Default: only Airflow's
    `default_pool`."""

    database_name: Annotated[
        str, Pattern(r"(?!pg_)[a-z][a-z0-9_]{0,47}", "a letter, then up to 47 letters, digits and _", "airflow")
    ] = "airflow"
    """Name of Airflow's own database on the environment's instance. Its two users are `<name>_a` and `<name>_b`."""

    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 5
    """Database connections that each process keeps open (`sql_alchemy_pool_size`). `database_pool_size` and
    `database_max_overflow` together limit the connections of each process; `./windlass check` compares the total with
    the limit of `database.instance_class`."""

    database_max_overflow: Annotated[int, Field(ge=0, le=100)] = 5
    """Additional connections that each process may open for a short time (`sql_alchemy_max_overflow`); see
    `database_pool_size`."""

    database_proxy: DatabaseProxy | None = None
    """RDS Proxy between Airflow and the database. Default: off."""

    database_password_version: Version = 1
    """Rotation number of the database password. Increase it by one and apply, first `data`, then `service`
    (docs/runbooks/rotate-secrets.md). The other of the two users gets a new password; running tasks keep theirs."""

    fernet_key_version: Version = 1
    """Rotation number of the Fernet key. Increase it by one and apply, first `data`, then `service`; then encrypt the
    stored values again before the next rotation (docs/runbooks/rotate-secrets.md). New values are encrypted with the
    new key; the previous one still decrypts."""

    existing_fernet_keys_secret_arn: (
        Annotated[
            str,
            Pattern(
                r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+",
                "the ARN of a Secrets Manager secret",
                "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/prod/airflow/fernet-keys-AbCdEf",
            ),
        ]
        | None
    ) = None
    """ARN of a secret in this region that holds Fernet keys of another environment, separated by commas: those that
    encrypted the connections of a restored database (D06). `database.backup_replication` copies the keys to the region
    of the backups. New values are encrypted with this environment's own key. Terraform passes the keys on and does not
    store them. Default: none."""

    jwt_secret_version: Version = 1
    """Rotation number of the secret that signs the tokens (JWT) of Airflow's execution API. Increase it by one and
    apply, first `data`, then `service` (docs/runbooks/rotate-secrets.md). Running and queued tasks fail, and are
    retried if they have retries."""

    api_secret_key_version: Version = 1
    """Rotation number of the secret key of sessions. Increase it by one and apply, first `data`, then `service`
    (docs/runbooks/rotate-secrets.md). All users have to log in again."""

    first_user_password_version: Version = 1
    """Rotation number of the first user's password. Increase it by one and apply, first `data`, then `service`
    (docs/runbooks/rotate-secrets.md). Replaces a password that the user has set in the UI."""

    visibility_timeout_seconds: Annotated[int, Field(ge=3600, le=604800)] = 86400
    """Celery's visibility timeout. Must be longer than your longest task: a task that runs longer is started a second
    time (A20)."""

    task_logs: TaskLogs = TaskLogs()

    authentication: OidcLogin | None = None
    """OpenID Connect login at the load balancer, in front of Airflow's own login. Default: off, only Airflow's own
    login."""

    metrics: bool = True
    """Publish Airflow's metrics to CloudWatch: about 20 per deployment, billed as custom metrics (docs/decisions/0008).
    If false, there are no alarms on missing heartbeats."""

    alarms: AirflowAlarms = AirflowAlarms()
    db_clean: DbClean = DbClean()
    workflows: Workflows = Workflows()

    roles: dict[ShortWord, ExistingRoles] = Field(default_factory=dict)
    """Existing IAM roles by component: `api-server`, `scheduler`, `dag-processor`, `triggerer`, `worker-<group>`,
    `db-clean` (E11). Default: roles are created."""

    execute_command: bool | None = None
    """Allow ECS Exec into Airflow's containers. `true` requires `cluster.execute_command = true`. Default: as
    `cluster.execute_command`."""

    environment: dict[EnvironmentName, Text] = Field(
        default_factory=dict, examples=[{"AIRFLOW__CORE__PARALLELISM": "64"}]
    )
    """Additional environment variables of all components, by name. Not for secrets (A02). Default: none."""

    secrets: dict[EnvironmentName, SecretArn] = Field(
        default_factory=dict,
        examples=[{"AIRFLOW_CONN_WAREHOUSE": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:warehouse-AbCdEf"}],
    )
    """ARNs of existing secrets by environment variable, for the components that run DAG code: workers, triggerer and
    DAG processor (A02). Default: none."""

    kms_key_arns: tuple[KmsKeyArn, ...] = ()
    """ARNs of the customer-managed keys that encrypt existing secrets: those of `secrets` and of `secret_arn` in
    `[airflow.dags.repositories]`. The execution roles that read these secrets may decrypt with them. The policy of a
    key in another account must allow it too. Default: none, for secrets under AWS's own keys."""

    egress_rules: dict[ShortWord, EgressRule] = Field(default_factory=dict)
    """Other systems that workers and triggerer may connect to, by name (N07). HTTPS to the internet needs no rule.
    Default: none."""

    @property
    def existing_secret_arns(self) -> frozenset[str]:
        """ARNs of secrets that this deployment does not create."""
        repositories = self.dags.repositories.values() if isinstance(self.dags, GitSync) else ()
        return frozenset((*self.secrets.values(), *(one.secret_arn for one in repositories if one.secret_arn)))

    @property
    def first_priority(self) -> int:
        """The lowest number of its listener rules: that of the one which refuses the execution API."""
        login = self.authentication
        return self.priority - (2 if login is not None and login.api_without_login else 1)
