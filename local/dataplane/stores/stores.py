"""The data stores of the platform: a PostgreSQL server for each RDS instance, a Redis for each ElastiCache group."""

import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from local.dataplane.containers.addresses import Addresses
from local.dataplane.desired_state.model import Database, DesiredState, Store
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.proxy.certificates import Certificates
from local.dataplane.stores.postgres import Postgres
from local.dataplane.stores.redis_server import Redis
from local.dataplane.stores.server import StoreError, StorePlacement

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class Server(Protocol):
    """Runs one data store."""

    placement: StorePlacement
    interruptions: int

    @property
    def is_running(self) -> bool:
        """Whether all its processes are alive."""

    @property
    def pids(self) -> list[int]:
        """Ids of its processes, that of the store first."""

    def start(self) -> None:
        """Start, and wait until it accepts connections."""

    def stop(self) -> None:
        """Stop; the data is kept."""

    def pause(self) -> None:
        """Be away until `start`."""

    def follow(self, store: Any) -> None:
        """Start next time as the store is by now."""

    def set_credentials(self, store: Any) -> None:
        """Give users the passwords that the AWS resource has now."""


class Stores:
    """Starts and stops servers, and keeps their passwords up to date. Nothing blocks: a thread does the work.

    Args:
        folder: each store has a folder in it.
        registry: starts processes.
        addresses: gives each server its loopback addresses.
        certificates: issues certificates.
    """

    def __init__(
        self, folder: Path, *, registry: ProcessRegistry, addresses: Addresses, certificates: Certificates
    ) -> None:
        self._folder, self._registry, self._addresses, self._certificates = (
            folder,
            registry,
            addresses,
            certificates,
        )
        self._servers: dict[str, Server] = {}
        self._configured: dict[str, Store] = {}
        self._problems: dict[str, str] = {}
        self._away: dict[str, float] = {}
        """Key of a store that is interrupted → the moment until which it is, in seconds since 1970."""
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stores")
        self._work: Future[None] | None = None
        self._reconciled: tuple[Store, ...] | None = None
        self._retry_at = 0.0

    def advance(self, desired_state: DesiredState, now: float) -> None:
        """Start to reconcile, unless that is already under way."""
        if self._work is not None:
            if not self._work.done():
                return
            self._work.result()
            self._work = None
            if self._problems:
                self._retry_at = now + RETRY_SECONDS
        away, is_over = self._away, any(until <= time.time() for until in self._away.values())
        ended = is_over or any(not server.is_running for key, server in self._servers.items() if key not in away)
        if desired_state.stores != self._reconciled or ended or (self._problems and now >= self._retry_at):
            self._reconciled = desired_state.stores
            self._work = self._worker.submit(self._reconcile, desired_state.stores)

    def description(self, desired_state: DesiredState) -> list[dict[str, Any]]:
        """For the status: each store, where it listens, and what is wrong with it."""
        stores = []
        for each in desired_state.stores:
            server = self._servers.get(each.key)
            stores.append(
                {
                    "kind": each.kind,
                    "identifier": each.identifier,
                    "names": list(each.names),
                    "address": server.placement.address if server else "",
                    "port": each.port,
                    "running": server is not None and server.is_running,
                    "pids": server.pids if server else [],
                    "problem": self._problems.get(each.key, "") or _absence(each, self._away),
                }
            )
        return stores

    def names(self, desired_state: DesiredState) -> dict[str, tuple[str, ...]]:
        """Endpoint name → addresses, for every store that has a server."""
        return {
            name: (self._servers[each.key].placement.address,)
            for each in desired_state.stores
            if each.key in self._servers
            for name in each.names
        }

    @property
    def addresses(self) -> dict[str, str]:
        """Key of each store that has a server → its address."""
        return {key: server.placement.address for key, server in list(self._servers.items())}

    def is_reconciled(self, desired_state: DesiredState) -> bool:
        """Whether every store runs with its users, or has a problem that a person has to solve."""
        keys = {each.key for each in desired_state.stores}
        idle = self._work is None or self._work.done()
        return idle and not self._away and keys <= self._servers.keys() | self._problems.keys()

    def stop(self) -> None:
        """Stop all servers; the data is kept."""
        self._worker.shutdown(wait=True, cancel_futures=True)
        for server in self._servers.values():
            server.stop()

    def _reconcile(self, stores: tuple[Store, ...]) -> None:
        desired = {each.key: each for each in stores}
        for key in list(self._servers):
            if key not in desired or _differs(desired[key], self._servers[key].placement):
                server = self._servers.pop(key)
                server.stop()
                self._addresses.give_back(server.placement.address)
                self._addresses.give_back(server.placement.inner_address)
                self._configured.pop(key, None)
        self._problems, away = {}, {}
        for store in stores:
            try:
                if not self._reconcile_store(store):
                    away[store.key] = store.interruption.until
            except (StoreError, OSError) as error:
                logger.warning("%s: %s", store.key, error)
                self._problems[store.key] = str(error)
        self._away = away

    def _reconcile_store(self, store: Store) -> bool:
        """Let the server be as the store; returns whether it may run now."""
        server, is_away = self._servers.get(store.key), store.interruption.until > time.time()
        if server is not None and store.interruption.count != server.interruptions and server.is_running:
            logger.info("%s is interrupted", store.key)
            server.pause()
        if is_away:
            return False
        if server is None:
            server = self._new(store)
            server.start()
            server.set_credentials(store)
            self._servers[store.key] = server
            self._configured[store.key] = store
            logger.info("%s listens on %s:%d", store.key, server.placement.address, store.port)
            return True
        if not server.is_running:
            server.pause()
            server.follow(store)
            server.start()
            server.interruptions = store.interruption.count
            self._configured.pop(store.key, None)
        if self._configured.get(store.key) != store:
            server.set_credentials(store)
            self._configured[store.key] = store
        return True

    def _new(self, store: Store) -> Server:
        placement = StorePlacement(
            folder=self._folder / store.key,
            address=self._addresses.take(),
            inner_address=self._addresses.take(),
            port=store.port,
            more_ports=_ports(store)[1:],
            proxy_names=_proxy_names(store),
            resource_id=_resource_id(store),
            certificate=self._certificate(store),
            proxy_certificate=self._proxy_certificate(store),
            registry=self._registry,
        )
        server: Server = (
            Postgres(placement, major_version=store.major_version, origin=store.origin)
            if isinstance(store, Database)
            else Redis(placement, maxmemory_policy=store.maxmemory_policy)
        )
        server.interruptions = store.interruption.count
        return server

    def _certificate(self, store: Store) -> tuple[Path, Path]:
        file_name = f"store-{store.key}"
        if isinstance(store, Database):
            return self._certificates.for_database(file_name, store.names[:1])
        return self._certificates.for_endpoint(file_name, store.names)

    def _proxy_certificate(self, store: Store) -> tuple[Path, Path] | None:
        names = _proxy_names(store)
        return self._certificates.for_endpoint(f"proxy-{store.key}", names) if names else None


def _absence(store: Store, away: Mapping[str, float]) -> str:
    """That a store is interrupted; empty where it is not."""
    if store.key not in away:
        return ""
    until = datetime.fromtimestamp(away[store.key]).strftime("%H:%M:%S")
    return f"{store.kind} {store.identifier} is away until {until}, as on AWS while it changes"


def _differs(store: Store, placement: StorePlacement) -> bool:
    """Whether clients find the store in another way than the running server offers it, or it is another one."""
    offered = placement.ports, placement.proxy_names, placement.resource_id
    return (_ports(store), _proxy_names(store), _resource_id(store)) != offered


def _resource_id(store: Store) -> str:
    return store.origin.resource_id if isinstance(store, Database) else ""


def _proxy_names(store: Store) -> tuple[str, ...]:
    return store.names[1:] if isinstance(store, Database) else ()


def _ports(store: Store) -> tuple[int, ...]:
    """Ports that clients connect to, that of the store first."""
    return (store.port, *(store.proxy_ports if isinstance(store, Database) else ()))
