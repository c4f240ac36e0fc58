"""What PostgreSQL and Redis have in common: a process on its own address, behind a TLS terminator."""

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
    """A data store cannot do what was requested; the message is a sentence for people."""


@dataclass(frozen=True, kw_only=True)
class StorePlacement:
    """The folder, the addresses and the ports of a store."""

    folder: Path
    """For data, passwords and log."""
    address: str
    """Address that clients connect to, with TLS."""
    inner_address: str
    """Address that the store itself listens on, without TLS, on its usual port."""
    port: int
    more_ports: tuple[int, ...] = ()
    """Further ports for clients."""
    proxy_names: tuple[str, ...] = ()
    """Names under which the store is an RDS Proxy."""
    resource_id: str = ""
    """Of the RDS instance; another one of the same name is another store."""
    certificate: tuple[Path, Path]
    """Files of the certificate chain and its key."""
    proxy_certificate: tuple[Path, Path] | None = None
    """The same for the names of its RDS Proxies. Default: none, where there is no proxy."""
    registry: ProcessRegistry

    @property
    def ports(self) -> tuple[int, ...]:
        """All ports for clients, `port` first."""
        return (self.port, *self.more_ports)


class TlsServer:
    """A store's process and its TLS terminator.

    Args:
        placement: folder, addresses and ports.
        protocol: `postgres` for PostgreSQL's negotiation before TLS, `tls` for none.
        first_signal: stops the store in an orderly way.
    """

    def __init__(self, placement: StorePlacement, *, protocol: str, first_signal: signal.Signals) -> None:
        self.placement = placement
        self.interruptions = 0
        """Interruptions of the AWS resource that this server has carried out."""
        self._protocol, self._first_signal = protocol, first_signal
        self._store: Popen[bytes] | None = None
        self._terminator: Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether both processes are alive."""
        return _is_alive(self._store) and _is_alive(self._terminator)

    @property
    def pids(self) -> list[int]:
        """Process ids of the store and of its TLS terminator."""
        return [each.pid for each in (self._store, self._terminator) if each is not None]

    def stop(self) -> None:
        """Stop as AWS does for a reboot: connections are closed, open transactions are rolled back."""
        self._end(self._terminator, signal.SIGTERM)
        self._end(self._store, self._first_signal)
        self._terminator = self._store = None

    def pause(self) -> None:
        """Let it be away until `start`: connections are closed, and new ones are refused.

        An RDS Proxy stays, and holds those who connect to it.
        """
        if not self.placement.proxy_names or not _is_alive(self._terminator):
            self.stop()
            return
        self._end(self._store, self._first_signal)
        self._store = None

    def _end(self, process: "Popen[bytes] | None", first: signal.Signals) -> None:
        if process is not None:
            end(process, first=first, seconds=STOP_SECONDS)
            self.placement.registry.ended(process)

    def refuse_taken_port(self) -> None:
        """Raise StoreError when another program listens on the port."""
        if not _is_alive(self._terminator) and processes.port_is_taken(self.placement.address, self.placement.port):
            raise StoreError(
                f"port {self.placement.port} of {self.placement.address} is taken: stop the program that listens there"
            )

    def launch(
        self, command: list[str], *, folder: Path, log: Path, inner_port: int, answers: Callable[[], bool], **more: Any
    ) -> None:
        """Start the store and its TLS terminator, and wait until both accept connections.

        Raises:
            StoreError: they did not start.
        """
        chain, key = self.placement.certificate
        terminator = [sys.executable, "-I", "-S", str(TLS_TERMINATOR)]
        terminator += ["--host", self.placement.address]
        for port in self.placement.ports:
            terminator += ["--port", str(port)]
        for name in self.placement.proxy_names:
            terminator += ["--proxy-name", name]
        if self.placement.proxy_certificate is not None:
            proxy_chain, proxy_key = self.placement.proxy_certificate
            terminator += ["--proxy-certificate", str(proxy_chain), "--proxy-key", str(proxy_key)]
        terminator += ["--to-host", self.placement.inner_address, "--to", str(inner_port)]
        terminator += ["--certificate", str(chain), "--key", str(key), "--protocol", self._protocol]
        environment = {"PATH": system_search_path(), "LANG": "C.UTF-8"}
        registry = self.placement.registry
        with log.open("ab") as file:
            self._store = registry.start(command, folder=folder, environment=environment, log=file, **more)
            if not _is_alive(self._terminator):
                self._terminator = registry.start(terminator, folder=folder, environment=environment, log=file)
        deadline = time.monotonic() + START_SECONDS
        while self.is_running and time.monotonic() < deadline:
            if answers() and processes.port_is_taken(self.placement.address, self.placement.port):
                return
            time.sleep(0.05)
        self.stop()
        raise StoreError(f"{Path(command[0]).name} did not start; its log is {log}")


def _is_alive(process: "Popen[bytes] | None") -> bool:
    return process is not None and process.poll() is None
