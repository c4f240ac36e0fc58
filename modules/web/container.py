"""The container of a web service. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws.colour import Colour
from modules.containers import (
    ROOT_CERTIFICATES_FILE,
    ROOT_CERTIFICATES_VOLUME,
    Container,
    HealthCheck,
    MountPoint,
    PortMapping,
    SecretReference,
    root_certificates_container,
    with_root_certificates,
)

SECRETS_VERSION = "WINDLASS_SECRETS_VERSION"
_OWN_SETTINGS = ("CERTIFICATES_FILE", "COLOUR", "KEEP_ALIVE_SECONDS", "PORT", "VERSION", SECRETS_VERSION)


@dataclass(frozen=True, kw_only=True)
class WebContainerInputs:
    """What differs between services, and between the colours of one service."""

    image: str
    """Complete reference of the image that this colour runs (E05)."""

    colour: Colour | None = None
    """The colour that it serves, passed as `COLOUR`. Default: none, for a service without colours."""

    version: str
    """Version of the image, passed as `VERSION`."""

    name: str = "web"
    """Name of the container. Default: `web`."""

    port: int = 8000
    """Port that it listens on, passed as `PORT`. Default: 8000."""

    keep_alive_seconds: int = 65
    """How long it keeps an idle connection open, passed as `KEEP_ALIVE_SECONDS`; longer than the load balancer does, or
    a request may meet a closed one and fail with 502. Default: 65, for a load balancer's default of 60."""

    command: Sequence[str] = ()
    """Program and arguments instead of the image's. Default: the image's."""

    entry_point: Sequence[str] = ()
    """Program and arguments before them, instead of the image's entry point. Default: the image's."""

    working_directory: str | None = None
    """Folder in which it starts. Default: the image's."""

    user: str | None = None
    """User and group by name or number. Default: the image's."""

    stop_timeout_seconds: int = 60
    """Time between SIGTERM and SIGKILL. Default: 60; longer than the target group's deregistration delay of 30 s (N06),
    so that open requests finish."""

    read_only_root: bool = True
    """Whether it may write to volumes only. Default: yes."""

    writable_folders: Mapping[str, str] = field(default_factory=dict)
    """Paths of further folders that it may write to, by the name of their volume. Default: none besides `/tmp`."""

    health_check_command: Sequence[str] = ()
    """Program and arguments of the container's own health check, such as `python -m web.healthcheck` (E06). The image
    must have the program (A19). Default: none; only the load balancer's check decides."""

    database_url: SecretReference | None = None
    """Secret with the database's URL, passed as `DATABASE_URL`. Default: none."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables. Default: none."""

    environment_file_arns: Sequence[str] = ()
    """ARNs of files in S3 with further environment variables. Default: none."""

    secrets: Mapping[str, SecretReference] = field(default_factory=dict)
    """Further secrets, by the name of their environment variable. Default: none."""

    secrets_version: int | None = None
    """A number that is raised after a value of a secret has changed, so that the task definition changes, and with it
    the tasks; passed as `WINDLASS_SECRETS_VERSION`. Default: none."""

    root_certificates: str | None = None
    """Roots that a database or a cache is verified with, in PEM (D07); their file is passed as `CERTIFICATES_FILE`. The
    image must have `/bin/sh`. Default: none, for a service that connects to neither."""

    def __post_init__(self) -> None:
        """Refuse environment variables that are set here already."""
        taken = sorted(set(self.environment) & set(_OWN_SETTINGS))
        if taken:
            raise ValueError(f"environment has {', '.join(taken)}; leave them out, they are set from the other inputs")
        if "DATABASE_URL" in self.secrets and self.database_url is not None:
            raise ValueError("secrets has DATABASE_URL, and so does database_url; choose one")


def web_containers(inputs: WebContainerInputs) -> list[Container]:
    """Return the containers of the task: the service's, and with root certificates the one that writes their file."""
    roots = inputs.root_certificates
    return [web_container(inputs), *([] if roots is None else [root_certificates_container(inputs.image, roots)])]


def web_container(inputs: WebContainerInputs) -> Container:
    """Return the service's container: read-only except for `/tmp`, and stopped after its last request."""
    database = {} if inputs.database_url is None else {"DATABASE_URL": inputs.database_url}
    container = Container(
        name=inputs.name,
        image=inputs.image,
        command=inputs.command,
        entry_point=inputs.entry_point,
        working_directory=inputs.working_directory,
        user=inputs.user,
        readonly_root_filesystem=inputs.read_only_root,
        environment={
            **inputs.environment,
            **({} if inputs.colour is None else {"COLOUR": inputs.colour}),
            **({} if inputs.root_certificates is None else {"CERTIFICATES_FILE": ROOT_CERTIFICATES_FILE}),
            **({} if inputs.secrets_version is None else {SECRETS_VERSION: str(inputs.secrets_version)}),
            "KEEP_ALIVE_SECONDS": str(inputs.keep_alive_seconds),
            "PORT": str(inputs.port),
            "VERSION": inputs.version,
        },
        environment_file_arns=inputs.environment_file_arns,
        secrets={**inputs.secrets, **database},
        port_mappings=(PortMapping(container_port=inputs.port),),
        health_check=_health_check(inputs.health_check_command),
        # E04: gunicorn keeps the heartbeat of its workers in /tmp.
        mount_points=(
            MountPoint(volume="tmp", container_path="/tmp"),  # noqa: S108
            *(MountPoint(volume=name, container_path=path) for name, path in inputs.writable_folders.items()),
        ),
        stop_timeout_seconds=inputs.stop_timeout_seconds,
    )
    return container if inputs.root_certificates is None else with_root_certificates(container)


def _health_check(command: Sequence[str]) -> HealthCheck | None:
    # E06, A19: no default. A program that an image lacks would fail every task of a healthy service.
    if not command:
        return None
    return HealthCheck(
        command=("CMD", *command),
        interval_seconds=15,
        timeout_seconds=5,
        retries=3,
        # A08: RDS may report "available" a minute or more before it accepts connections.
        start_period_seconds=120,
    )


def web_volumes(inputs: WebContainerInputs) -> dict[str, None]:
    """Return the volumes of the task, on its ephemeral storage: where it writes, and where root certificates are."""
    roots = [] if inputs.root_certificates is None else [ROOT_CERTIFICATES_VOLUME]
    return dict.fromkeys(("tmp", *inputs.writable_folders, *roots))
