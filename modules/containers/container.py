"""A container of an ECS task and its parts, as values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")


@dataclass(frozen=True, kw_only=True)
class SecretReference:
    """Where ECS reads the value of a secret when it starts the container (A02)."""

    arn: str
    """ARN of a Secrets Manager secret or an SSM parameter; the execution role must be allowed to read it."""

    json_key: str | None = None
    """One key of a secret that holds a JSON object. Default: the whole value. SSM parameters have no keys."""

    def __post_init__(self) -> None:
        """Refuse what ECS would read as something else."""
        if "${" not in self.arn and not self.arn.startswith("arn:"):
            raise ValueError(f'A02: arn is "{self.arn}"; the full ARN of the secret is required')
        if self.json_key is not None and (not self.json_key or ":" in self.json_key):
            raise ValueError(f'A02: json_key is "{self.json_key}"; it must be a key without ":"')
        if self.json_key is not None and re.match(r"arn:[^:]*:ssm:", self.arn):
            raise ValueError(f'A02: json_key is "{self.json_key}", but {self.arn} is an SSM parameter, which has none')

    @property
    def value_from(self) -> str:
        """Value for `secrets[].valueFrom`: the ARN, with `:json-key::` if there is a JSON key."""
        return self.arn if self.json_key is None else f"{self.arn}:{self.json_key}::"


@dataclass(frozen=True, kw_only=True)
class PortMapping:
    """A port that the container listens on; on Fargate the host port is the same."""

    container_port: int
    """Port from 1 to 65535."""

    name: str | None = None
    """Name of the port, for Service Connect. Default: none."""

    app_protocol: Literal["http", "http2", "grpc"] | None = None
    """Application protocol, for Service Connect; needs a name. Default: none."""

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse."""
        if not 1 <= self.container_port <= 65535:
            raise ValueError(f"container_port is {self.container_port}; allowed are 1 to 65535")
        if self.app_protocol is not None and self.name is None:
            raise ValueError(f'app_protocol is "{self.app_protocol}", but the port has no name; ECS requires both')


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """The check that ECS runs inside the container. The load balancer's check is independent of it (E06)."""

    command: Sequence[str]
    """`CMD` and the program with its arguments, or `CMD-SHELL` and one string for the container's shell. The image must
    have the program (A19)."""

    interval_seconds: int = 30
    """Time between checks, 5 to 300. Default: 30, as on ECS."""

    timeout_seconds: int = 5
    """Time until a check counts as failed, 2 to 60. Default: 5, as on ECS."""

    retries: int = 3
    """Consecutive failures until the container is unhealthy, 1 to 10. Default: 3, as on ECS."""

    start_period_seconds: int = 0
    """Grace period in which failures do not count, 0 to 300. Default: 0; a container that uses the database needs more
    (A08)."""

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse."""
        if len(self.command) < 2 or self.command[0] not in ("CMD", "CMD-SHELL"):
            raise ValueError(f'health check command is {list(self.command)}; it must start with "CMD" or "CMD-SHELL"')
        if self.command[0] == "CMD-SHELL" and len(self.command) != 2:
            raise ValueError(f"health check command is {list(self.command)}; CMD-SHELL takes one string")
        _within("interval_seconds", self.interval_seconds, 5, 300)
        _within("timeout_seconds", self.timeout_seconds, 2, 60)
        _within("retries", self.retries, 1, 10)
        _within("start_period_seconds", self.start_period_seconds, 0, 300)


@dataclass(frozen=True, kw_only=True)
class MountPoint:
    """A volume of the task, mounted at a path of the container.

    Fargate creates its own volumes empty, owned by root, mode 0755. For a container that runs as another user, the
    image must declare the path (`VOLUME /tmp`); then owner and mode come from the image.
    """

    volume: str
    """Name of a volume of the task definition."""

    container_path: str
    """Absolute path in the container."""

    read_only: bool = False
    """Mount the volume read-only. Default: no."""


@dataclass(frozen=True, kw_only=True)
class ContainerDependency:
    """A container of the task that must reach a state before this one starts. ECS stops them in reverse order."""

    container: str
    """Name of the other container."""

    condition: Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]
    """State to wait for. `HEALTHY` needs a health check; `COMPLETE` and `SUCCESS` need a non-essential container."""


@dataclass(frozen=True, kw_only=True)
class AwsLogs:
    """The CloudWatch log group that receives the container's stdout and stderr."""

    group: str
    """Name of the log group."""

    region: str
    """Region of the log group."""

    stream_prefix: str
    """First part of the stream's name, which is `<prefix>/<container>/<task id>`."""

    mode: Literal["non-blocking", "blocking"] = "non-blocking"
    """What happens when CloudWatch does not respond: drop lines once the buffer is full, or block the container.
    Default: drop; logging must not block a service. The mode is always written: ECS's own default depends on an
    account setting, and changed in June 2025."""

    max_buffer_size_mib: int = 25
    """Buffer of the non-blocking mode, part of the task's memory. Default: 25, enough for 2 MB of logs a second."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a task."""

    name: str
    """1 to 255 letters, digits, hyphens and underscores; unique in the task."""

    image: str
    """Complete image reference: registry/repository:tag, or with `@sha256:…` (E05)."""

    command: Sequence[str] = ()
    """Overrides the image's command. Default: the image's. Write `$${` for a literal `${`."""

    entry_point: Sequence[str] = ()
    """Overrides the image's entry point. Default: the image's."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables. Never a secret (A02)."""

    environment_file_arns: Sequence[str] = ()
    """ARNs of objects in S3 with further variables, `NAME=VALUE` in each line; names end in `.env`. Default: none."""

    secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    """Secrets, by the name of their environment variable (A02)."""

    port_mappings: Sequence[PortMapping] = ()
    """Ports that the container listens on. Default: none."""

    health_check: HealthCheck | None = None
    """The container's own health check. Default: none (A19)."""

    mount_points: Sequence[MountPoint] = ()
    """Volumes of the task. With a read-only root file system only they are writable."""

    depends_on: Sequence[ContainerDependency] = ()
    """Containers that must start first. Default: none."""

    essential: bool = True
    """The task stops when this container stops. Default: yes, as on ECS."""

    restarts: bool = False
    """ECS restarts the container when it exits, and the task continues. For sidecars that are not essential.
    Default: no."""

    user: str | None = None
    """`user`, `uid` or `uid:gid`. Default: the image's own (A15)."""

    readonly_root_filesystem: bool = True
    """The root file system is read-only. Default: yes, so that an intruder cannot modify the image's files."""

    init_process_enabled: bool = True
    """Run an init process, which reaps zombies and forwards signals. Default: yes; ECS Exec leaves processes behind
    otherwise."""

    stop_timeout_seconds: int = 30
    """Time between SIGTERM and SIGKILL, 2 to 120 on Fargate. Default: 30, as on ECS."""

    cpu_units: int | None = None
    """CPU units reserved for this container. Default: none, it shares the task's."""

    memory_mib: int | None = None
    """Hard memory limit; the container is killed above it. Default: the task's memory."""

    memory_reservation_mib: int | None = None
    """Memory reserved for this container. Default: none, it shares the task's."""

    working_directory: str | None = None
    """Working directory. Default: the image's."""

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse."""
        if not NAME.fullmatch(self.name):
            raise ValueError(f'container name is "{self.name}"; 1 to 255 letters, digits, "-" and "_" are allowed')
        _within("stop_timeout_seconds", self.stop_timeout_seconds, 2, 120)
        twice = sorted(set(self.environment) & set(self.secrets))
        if twice:
            raise ValueError(
                f'A02: container "{self.name}" has {", ".join(twice)} both in environment and in secrets; choose one'
            )


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{name} is {value}; allowed are {least} to {most}")
