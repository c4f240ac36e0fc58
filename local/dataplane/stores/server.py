"""What PostgreSQL and Redis have in common here: a process on an address of its own, and TLS in front of it."""

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

from local import processes
from local.dataplane.process_registry import ProcessRegistry, end
from local.dataplane.search_path import system_search_path

TLS_TERMINATOR = Path(__file__).with_name("tls_terminator.py")
"""Run by its path, with the standard library alone, so that it starts fast."""
START_SECONDS = 60.0
STOP_SECONDS = 10.0


class StoreError(RuntimeError):
    """A data store cannot do what was asked; a sentence for people."""


@dataclass(frozen=True, kw_only=True)
class StorePlacement:
    """Where a store lives and listens."""

    folder: Path
    """For data, passwords and log."""
    address: str
    """Where clients connect, with TLS, to `port`."""
    inner_address: str
    """Where the store itself listens, without TLS, on its own usual port."""
    port: int
    more_ports: tuple[int, ...] = ()
    """Where clients may connect too."""
    certificate: tuple[Path, Path]
    """Files of chain and key."""
    registry: ProcessRegistry

    @property
    def ports(self) -> tuple[int, ...]:
        """All of them, `port` first."""
        return (self.port, *self.more_ports)


class TlsServer:
    """A store's process and its front's.

    Args:
        placement: where.
        protocol: what comes before TLS: `postgres` for PostgreSQL's own negotiation, `tls` for nothing.
        first_signal: what stops the store in an orderly way.
    """

    def __init__(self, placement: StorePlacement, *, protocol: str, first_signal: signal.Signals) -> None:
        self.placement = placement
        self.reboots = 0
        """Of how many reboots of the AWS resource this server knows."""
        self._protocol, self._first_signal = protocol, first_signal
        self._processes: list[Popen[bytes]] = []

    @property
    def is_running(self) -> bool:
        """Whether both processes live."""
        return bool(self._processes) and all(each.poll() is None for each in self._processes)

    @property
    def pids(self) -> list[int]:
        """Of the store and of its front."""
        return [each.pid for each in self._processes]

    def stop(self) -> None:
        """Stop as AWS does for a reboot: connections are cut, what was not finished is undone."""
        for each, first in reversed(list(zip(self._processes, (self._first_signal, signal.SIGTERM), strict=False))):
            end(each, first=first, seconds=STOP_SECONDS)
            self.placement.registry.ended(each)
        self._processes = []

    def refuse_taken_port(self) -> None:
        """Raise StoreError when another program listens on the port."""
        if processes.port_is_taken(self.placement.address, self.placement.port):
            raise StoreError(
                f"port {self.placement.port} of {self.placement.address} is taken: stop the program that listens there"
            )

    def launch(
        self, command: list[str], *, folder: Path, log: Path, inner_port: int, answers: Callable[[], bool], **more: Any
    ) -> None:
        """Start the store and its front, and wait until both answer.

        Raises:
            StoreError: they do not.
        """
        chain, key = self.placement.certificate
        front = [sys.executable, "-I", "-S", str(TLS_TERMINATOR)]
        front += ["--host", self.placement.address]
        for port in self.placement.ports:
            front += ["--port", str(port)]
        front += ["--to-host", self.placement.inner_address, "--to", str(inner_port)]
        front += ["--certificate", str(chain), "--key", str(key), "--protocol", self._protocol]
        environment = {"PATH": system_search_path(), "LANG": "C.UTF-8"}
        registry = self.placement.registry
        with log.open("ab") as file:
            # The order matters to stop().
            self._processes = [registry.start(command, folder=folder, environment=environment, log=file, **more)]
            self._processes.append(registry.start(front, folder=folder, environment=environment, log=file))
        deadline = time.monotonic() + START_SECONDS
        while self.is_running and time.monotonic() < deadline:
            if answers() and processes.port_is_taken(self.placement.address, self.placement.port):
                return
            time.sleep(0.05)
        self.stop()
        raise StoreError(f"{Path(command[0]).name} did not start; its log is {log}")
