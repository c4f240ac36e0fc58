"""The ports of an environment on this machine, and what to do where one is taken."""

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cli.errors import CommandError
from local.port_holder import port_holder

if TYPE_CHECKING:
    from config import Environment

PRIVILEGED_PORTS_FILE = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
OTHER_PORT_OFFSETS = range(1000, 50_000, 1000)


def local_ports(environment: "Environment") -> dict[str, int]:
    """Key of the environment file → port on loopback."""
    embedded = int(urlsplit(str(environment.aws.endpoint_url)).port or 80)
    balancer = environment.load_balancer.ports
    return {"aws.endpoint_url": embedded, **{f"load_balancer.{key}": port for key, port in balancer.items()}}


def refuse_unusable_ports(environment: "Environment", keys: list[str]) -> None:
    """See to it that the ports of these keys can be listened on.

    Raises:
        CommandError: some cannot; it names all of them, and free ports to put into `.env`.
    """
    ports = {key: port for key, port in local_ports(environment).items() if key in keys}
    taken = {key: port for key, port in ports.items() if is_taken(port)}
    privileged = {key: port for key, port in ports.items() if port < _first_unprivileged_port() and key not in taken}
    if not taken and not privileged:
        return
    lines = [
        f"Port {port} ({key}) is taken by {port_holder(port) or 'another program'}." for key, port in taken.items()
    ]
    lines += [f"Port {port} ({key}) needs root." for key, port in privileged.items()]
    lines += (
        ["Stop that program, or choose other ports. These are free; put the lines into .env:"]
        if taken
        else ["Choose other ports. These are free; put the lines into .env:"]
    )
    raise CommandError("\n".join([*lines, *free_port_settings(environment)]))


def free_port_settings(environment: "Environment") -> list[str]:
    """Lines for `.env` that move all ports of the environment to free ones, by the same number of thousands."""
    ports = local_ports(environment)
    offset = next(
        (
            offset
            for offset in OTHER_PORT_OFFSETS
            if all(port + offset <= 65535 and not is_taken(port + offset) for port in ports.values())
        ),
        0,
    )
    moved = {key: port + offset for key, port in ports.items()}
    settings = {"aws.endpoint_url": f"http://127.0.0.1:{moved.pop('aws.endpoint_url')}", **moved}
    return [f"  WINDLASS_{key.upper().replace('.', '__')}={value}" for key, value in settings.items()]


def is_taken(port: int) -> bool:
    """Whether something listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _first_unprivileged_port() -> int:
    """Ports below this one need root; 0 for root itself."""
    if os.geteuid() == 0:
        return 0
    try:
        return int(PRIVILEGED_PORTS_FILE.read_text())
    except (OSError, ValueError):
        return 1024
