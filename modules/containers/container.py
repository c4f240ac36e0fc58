"""The containers of a task, and their definition in the JSON that ECS registers. Pure: no cdktf, no bindings."""

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
            raise ValueError(f'A02: arn is "{self.arn}"; a secret is named by its whole ARN')
        if self.json_key is not None and (not self.json_key or ":" in self.json_key):
            raise ValueError(f'A02: json_key is "{self.json_key}"; it must be a key without ":"')
        if self.json_key is not None and re.match(r"arn:[^:]*:ssm:", self.arn):
            raise ValueError(f'A02: json_key is "{self.json_key}", but {self.arn} is an SSM parameter, which has none')

    @property
    def value_from(self) -> str:
        """What `secrets[].valueFrom` takes: the ARN, with `:json-key::` where one is wanted."""
        return self.arn if self.json_key is None else f"{self.arn}:{self.json_key}::"


@dataclass(frozen=True, kw_only=True)
class PortMapping:
    """A port that the container listens on; in a task on Fargate the host port is the same."""

    container_port: int
    """Port from 1 to 65535."""

    name: str | None = None
    """Name of the port, for Service Connect. Default: none."""

    app_protocol: Literal["http", "http2", "grpc"] | None = None
    """What is spoken on the port, for Service Connect; needs a name. Default: not said."""

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse."""
        if not 1 <= self.container_port <= 65535:
            raise ValueError(f"container_port is {self.container_port}; allowed are 1 to 65535")
        if self.app_protocol is not None and self.name is None:
            raise ValueError(f'app_protocol is "{self.app_protocol}", but the port has no name; ECS wants both')


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """The check that ECS runs inside the container; the load balancer's check is another loop (E06)."""

    command: Sequence[str]
    """Starts with `CMD` (arguments as they stand) or `CMD-SHELL` (one string for the container's shell). The program
    must be in the image (A19)."""

    interval_seconds: int = 30
    """Pause between checks, 5 to 300. Default: ECS's own."""

    timeout_seconds: int = 5
    """Time until a check counts as failed, 2 to 60. Default: ECS's own."""

    retries: int = 3
    """Failures in a row until the container is unhealthy, 1 to 10. Default: ECS's own."""

    start_period_seconds: int = 0
    """Time in which failures do not count, 0 to 300. Default: none; whatever needs the database wants more (A08)."""

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
    """A volume of the task at a path of the container.

    A volume of Fargate's own is made empty, owned by root, mode 0755. For a container that runs as another user, the
    image must declare the path (`VOLUME /tmp`): then owner and mode come from the image.
    """

    volume: str
    """Name of a volume of the task definition."""

    container_path: str
    """Absolute path in the container."""

    read_only: bool = False
    """The container may only read. Default: it may write, since a volume is mostly there for that."""


@dataclass(frozen=True, kw_only=True)
class ContainerDependency:
    """Another container of the task that must be so far before this one starts; stopping goes the other way round."""

    container: str
    """Name of the other container."""

    condition: Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]
    """How far it must be. `HEALTHY` needs its health check; `COMPLETE` and `SUCCESS` need it to be non-essential."""


@dataclass(frozen=True, kw_only=True)
class AwsLogs:
    """Where what the container writes to stdout and stderr goes: CloudWatch Logs."""

    group: str
    """Name of the log group."""

    region: str
    """Region of the log group."""

    stream_prefix: str
    """First part of the stream's name, which is `<prefix>/<container>/<task id>`."""

    mode: Literal["non-blocking", "blocking"] = "non-blocking"
    """What happens when CloudWatch does not answer: drop lines when the buffer is full, or stop the container's
    writes and so the container. Default: drop; a service must not stand still because of its logs. It is always
    written, because what ECS takes when it is not depends on an account setting, and changed in June 2025."""

    max_buffer_size_mib: int = 25
    """Buffer of the non-blocking mode; part of the task's memory. Default: enough for about 2 MB of lines a second."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a task."""

    name: str
    """1 to 255 letters, digits, hyphens and underscores; unique in the task."""

    image: str
    """Complete reference: registry/repository:tag, or with `@sha256:` (E05)."""

    command: Sequence[str] = ()
    """Arguments in place of the image's. Default: the image's. To hand `${` to the container, write `$${`."""

    entry_point: Sequence[str] = ()
    """Program in place of the image's. Default: the image's."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Plain settings by name. Never a secret (A02)."""

    secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    """Secrets by the name of the environment variable that carries them (A02)."""

    port_mappings: Sequence[PortMapping] = ()
    """Ports that the container listens on. Default: none."""

    health_check: HealthCheck | None = None
    """Check inside the container. Default: none, which suits a helper that the task can do without (A19)."""

    mount_points: Sequence[MountPoint] = ()
    """Where volumes of the task appear. With a read-only root these are the only places that can be written."""

    depends_on: Sequence[ContainerDependency] = ()
    """Containers that come first. Default: none."""

    essential: bool = True
    """The task stops when this container stops. Default: yes, as on ECS."""

    restarts: bool = False
    """ECS starts the container again when it ends, and the task goes on. For helpers that are not essential.
    Default: no."""

    user: str | None = None
    """`user`, `uid` or `uid:gid`. Default: the image's own (A15)."""

    readonly_root_filesystem: bool = True
    """The image's files cannot be changed at run time. Default: yes, so that an intruder cannot settle in it."""

    init_process_enabled: bool = True
    """A small init reaps zombies and passes signals on. Default: yes; ECS Exec leaves processes behind otherwise."""

    stop_timeout_seconds: int = 30
    """Time between SIGTERM and SIGKILL, 2 to 120 on Fargate. Default: ECS's own."""

    cpu_units: int | None = None
    """CPU of the task set aside for this container. Default: shared."""

    memory_mib: int | None = None
    """Memory at which the container is killed. Default: the task's."""

    memory_reservation_mib: int | None = None
    """Memory of the task set aside for this container. Default: shared."""

    working_directory: str | None = None
    """Directory that the command starts in. Default: the image's."""

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse."""
        if not NAME.fullmatch(self.name):
            raise ValueError(f'container name is "{self.name}"; 1 to 255 letters, digits, "-" and "_" are allowed')
        _within("stop_timeout_seconds", self.stop_timeout_seconds, 2, 120)
        twice = sorted(set(self.environment) & set(self.secrets))
        if twice:
            raise ValueError(
                f'A02: container "{self.name}" has {", ".join(twice)} as setting and as secret; choose one'
            )


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{name} is {value}; allowed are {least} to {most}")
