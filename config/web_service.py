"""What web services of every strategy can say."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from aws.quotas import ENVIRONMENT_FILES, LISTENER_RULE_PRIORITY_MAX
from config.base import HostName, KmsKeyArn, Percent, Section, Version
from config.container import Argument, EnvironmentFile, EnvironmentName, Folder, Text, User
from config.pattern import Pattern
from config.service_permissions import Permissions
from config.service_secrets import SecretSource


class Thresholds(Section):
    """Thresholds of a service's alarms. Rolling and CodeDeploy deployments and canaries are rolled back on them."""

    error_percent: Annotated[float, Field(gt=0, le=100)] = 5
    """Alarm if more than this share of the requests in a minute get 5xx."""

    latency_p99_seconds: Annotated[float, Field(gt=0, le=3600)] = 2
    """Alarm if the 99th percentile of the response time is longer than this."""

    evaluation_minutes: Annotated[int, Field(ge=1, le=60)] = 3
    """Consecutive minutes above a threshold before the alarm goes off."""


class WebService(Section):
    """A web service behind a listener rule. `strategy` decides how a new image replaces the old one."""

    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 256
    """CPU units of a task; 1024 units are 1 vCPU."""

    memory_mib: Annotated[int, Field(ge=512, le=122880)] = 512
    """Memory of a task. It must be a size that Fargate offers for `cpu` (E03; see Fargate sizes)."""

    cpu_architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """CPU architecture of the tasks. Must match the platform of the image (E02)."""

    ephemeral_storage_gib: Annotated[int, Field(ge=20, le=200)] = 20
    """Ephemeral storage of a task; 20 GiB are included in every task (E04)."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """TCP port that the container listens on."""

    health_check_path: Annotated[
        str, Pattern(r"""/[A-Za-z0-9_.\-$/~"'@:+&]{0,1023}""", 'a path such as "/health"', "/health")
    ] = "/health"
    """Path of the load balancer's health check; the service must answer 200 (N06)."""

    health_check_grace_period_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Time after a task's start during which failed health checks are ignored (A08)."""

    health_check_command: Annotated[
        tuple[Argument, ...],
        Field(examples=[["python", "-m", "web.healthcheck"]]),
    ] = ()
    """Program and arguments that ECS runs in the container as a health check, in addition to the load balancer's (E06).
    Exit code 0 means healthy. The image must have the program (A19). Default: off, only the load balancer's check."""

    desired_count: Annotated[int, Field(ge=1, le=1000)] = 2
    """Number of tasks at creation only; afterwards scaling decides (E07). Between `min_count` and `max_count`. Of a
    blue/green service, blue is created with this number and green with none."""

    min_count: Annotated[int, Field(ge=1, le=1000)] = 2
    """Lower limit of scaling, in tasks."""

    max_count: Annotated[int, Field(ge=1, le=1000)] = 6
    """Upper limit of scaling, in tasks."""

    spot_percent: Percent = 0
    """Share of the tasks above `min_count` that run on Fargate Spot. 0: none. 100: all tasks, including the first
    `min_count`."""

    priority: Annotated[int, Field(ge=1, le=LISTENER_RULE_PRIORITY_MAX)] = 100
    """Priority of the listener rule. Of the rules that match a request, the one with the lowest number wins. Two
    services must not have the same number, so set the key from the second service on. Must also differ from
    `airflow.priority`."""

    host_names: Annotated[tuple[HostName, ...], Field(examples=[["shop.example.com"]])] = ()
    """Host names of the listener rule. `host_names` and `path_patterns` together: at most 5. Default: any host name."""

    path_patterns: tuple[
        Annotated[str, Pattern(r"""/[A-Za-z0-9_.\-$/~"'@:+&*?]{0,127}""", 'a path pattern such as "/api/*"', "/api/*")],
        ...,
    ] = ("/*",)
    """Path patterns of the listener rule; `*` matches any characters. `host_names` and `path_patterns` together: at
    most 5."""

    migration_command: Annotated[
        tuple[Argument, ...],
        Field(examples=[["python", "-m", "web.migrate"]]),
    ] = ()
    """Program and arguments that migrate the database. `./windlass deploy` runs them with the new image before the
    first task of that image starts (A07). Default: off."""

    uses_database: bool = True
    """Sets `DATABASE_URL`, the URL of the database with the master user, and allows the connection. The URL has libpq
    verify certificate and host name with the root certificates in the file `CERTIFICATES_FILE` (D07). A container of
    the service's image writes that file first, and needs `/bin/sh`."""

    uses_cache: bool = False
    """Sets `CACHE_URL`, the URL of the cache, and allows the connection. The client has to verify certificate and host
    name with `CERTIFICATES_FILE`, which is there as with `uses_database` (D07). In Python:
    `Redis.from_url(url, ssl_ca_certs=file, ssl_check_hostname=True)`."""

    alarms: Thresholds = Thresholds()
    """Thresholds of the service's alarms. With `rolling` and `codedeploy`, a deployment is rolled back if one of the
    alarms goes off; with `blue-green`, a canary is rolled back if an alarm of the new colour goes off."""

    command: Annotated[tuple[Argument, ...], Field(examples=[["python", "-m", "web"]])] = ()
    """Program and arguments that the container runs instead of the image's. An image with an entry point gets them as
    its arguments. Default: those of the image."""

    entry_point: Annotated[tuple[Argument, ...], Field(examples=[["/sbin/tini", "--"]])] = ()
    """Program and arguments before `command`, instead of the image's entry point; without `command`, nothing follows.
    It gets `migration_command` as its arguments too. Default: that of the image."""

    working_directory: Annotated[Folder | None, Field(examples=["/app"])] = None
    """Folder in which the container starts. Default: that of the image."""

    user: User | None = None
    """Who the container runs as. Root is for development only. Default: the image's user."""

    stop_timeout_seconds: Annotated[int, Field(ge=2, le=120)] = 60
    """Time that a task has after SIGTERM to finish its work, before SIGKILL. With less than the 30 seconds that the
    load balancer waits for open requests, some may be cut off (N06)."""

    read_only_root: bool = True
    """Whether the container may write to `/tmp` and `writable_folders` only, so that an intruder cannot change the
    image's files."""

    writable_folders: tuple[Folder, ...] = ()
    """Folders in addition to `/tmp` that the container may write to. Each is an empty volume on the task's ephemeral
    storage; it belongs to root, unless the image has the folder and names it in VOLUME. Default: none."""

    environment: dict[EnvironmentName, Text] = Field(default_factory=dict, examples=[{"LOG_LEVEL": "info"}])
    """Environment variables of the container, by name. Not for secrets (A02). Default: none."""

    permissions: Permissions = Permissions()
    """What the code of the service may do in AWS (I01)."""

    environment_files: Annotated[tuple[EnvironmentFile, ...], Field(max_length=ENVIRONMENT_FILES)] = ()
    """Files in S3 with environment variables, `NAME=VALUE` in each line, at most 10. Not for secrets (A02). A variable
    of `environment` or `secrets` wins over one of a file. The bucket must be closed to the public. Tasks read the
    files when they start; `secrets_version` starts new ones. Default: none."""

    secrets: dict[EnvironmentName, SecretSource] = Field(
        default_factory=dict, examples=[{"STRIPE_API_KEY": {"name": "stripe-api-key"}}]
    )
    """Secrets of the container, by the name of their environment variable (A02): `{ name = "…" }` for one that Windlass
    creates empty and people fill in, or the ARN of one that exists. Default: none."""

    secrets_version: Version = 1
    """Increase it by one and apply `service` after you have changed a value of `secrets` or an environment file: ECS
    replaces the tasks, and new ones read the new value (docs/runbooks/rotate-secrets.md)."""

    kms_key_arns: tuple[KmsKeyArn, ...] = ()
    """ARNs of the customer-managed keys that encrypt existing secrets of `secrets`, or `environment_files`. The
    execution role may decrypt with them. The policy of a key in another account must allow it too. Default: none, for
    what is under AWS's own keys."""

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image of each colour before the first deployment, or one under None for a service without colours."""
        raise NotImplementedError
