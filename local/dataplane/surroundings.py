"""What a container is given by its surroundings: environment, secrets, ports, folders."""

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.dataplane.definitions import Container, TaskDefinition
from local.dataplane.images import Program, search_path

FIRST_PORT, LAST_PORT = 20_000, 29_999
"""Below the range from which the kernel gives ports to outgoing connections."""

SecretReader = Callable[[str], str]
"""The text of a secret or a parameter, by its ARN or name without what ECS adds at the end."""


class MissingSecretError(LookupError):
    """A `valueFrom` leads to nothing."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The same for all containers of a task."""

    task_id: str
    folder: Path
    """The task's own: logs, volumes, home."""
    aws: Mapping[str, str]
    """Variables with which an AWS SDK finds the embedded AWS; on ECS the task role does that."""
    read_secret: SecretReader
    ports: Mapping[tuple[str, int], int] = field(default_factory=dict)
    """(container, container port) → the port on this machine."""


class Ports:
    """Hands out ports of this machine that nothing listens on, none of them twice while it is in use."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._next = FIRST_PORT
        self._lock = threading.Lock()

    def take(self) -> int:
        """A free port.

        Raises:
            OSError: all of them are taken.
        """
        with self._lock:
            for _ in range(LAST_PORT - FIRST_PORT + 1):
                port = self._next
                self._next = FIRST_PORT if port == LAST_PORT else port + 1
                if port not in self._taken and _is_free(port):
                    self._taken.add(port)
                    return port
        raise OSError(f"no port from {FIRST_PORT} to {LAST_PORT} is free")

    def give_back(self, port: int) -> None:
        """The port is not in use any more; does nothing for one that was not taken here."""
        with self._lock:
            self._taken.discard(port)


def ports_of(
    definition: TaskDefinition, program: Callable[[Container], Program], ports: Ports
) -> dict[tuple[str, int], int]:
    """A port of this machine for each container port: a free one where the program can be told, else the same one."""
    return {
        (container.name, port): ports.take() if program(container).told and port == container.ports[0] else port
        for container in definition.containers
        for port in container.ports
    }


def environment_of(container: Container, program: Program, around: Surroundings) -> dict[str, str]:
    """All variables of a container: the image's, ECS's, the task definition's, its secrets, in this order.

    Nothing of the caller's environment is among them.

    Raises:
        MissingSecretError: a secret leads to nothing.
    """
    given = {
        "PATH": search_path(),
        "LANG": "C.UTF-8",
        "HOME": str(around.folder),
        "HOSTNAME": f"ip-{around.task_id[:12]}",
        **program.environment,
        **around.aws,
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        **container.environment,
    }
    if "/tmp" in container.mounts:  # noqa: S108 (the container's, which becomes a folder of the task)
        given["TMPDIR"] = str(volume_folder(around.folder, container.mounts["/tmp"]))  # noqa: S108
    given.update({name: secret_value(source, around.read_secret) for name, source in container.secrets.items()})
    if container.ports:
        port = around.ports[container.name, container.ports[0]]
        given.update({name: text.format(port=port) for name, text in program.told.items()})
    return given


def secret_value(value_from: str, read: SecretReader) -> str:
    """What ECS puts into the variable: the secret, or one key of its JSON with `ARN:key:stage:version`.

    Raises:
        MissingSecretError: there is no such secret or key.
    """
    parts = value_from.split(":")
    key = ""
    if ":secretsmanager:" in value_from and len(parts) > 7:
        value_from, key = ":".join(parts[:7]), parts[7]
    text = read(value_from)
    if not key:
        return text
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError) as error:
        raise MissingSecretError(f"{value_from} holds no JSON with the key {key!r}") from error
    return value if isinstance(value, str) else json.dumps(value)


def volume_folder(task_folder: Path, volume: str) -> Path:
    """The folder of a task's volume; made when it is missing."""
    folder = task_folder / "volumes" / volume
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104 (a test, never listened on)
        except OSError:
            return False
        return True
