"""Which connections of containers and of load balancers are let through: the judge's process and its table."""

import json
import logging
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.dataplane.desired_state.model import DesiredState, Store
from local.dataplane.process_registry import ProcessRegistry
from local.network.blackhole import Blackhole
from local.network.filter import specification
from local.network.judge import TABLE_CHANGED
from local.network.rules import Member, Table

logger = logging.getLogger(__name__)

CODE_FOLDER = Path(__file__).resolve().parents[2]
UNJUDGED = (
    "Security groups and routes are not enforced, and only Python programs listen on their task's address: this "
    "machine's kernel refuses a filter of system calls that asks another process (seccomp notifications, Linux 5.9). "
    "In Docker `--security-opt seccomp=unconfined` allows it."
)
OLDEST_KERNEL = (5, 9)
"""The first that tells the listener of a filter when the last process has ended."""
UNDESCRIBED = Member(name="what the account does not describe", groups=(), subnets=())
"""Who is at an address without security groups: what it does, and what others do with it, is not judged."""
RESTART_PAUSE_SECONDS = 5.0
TRIAL = """
import ctypes, sys
libc = ctypes.CDLL(None)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_void_p)]
lines = bytes.fromhex(sys.argv[2])
program = Program(len(lines) // 8, ctypes.cast(ctypes.c_char_p(lines), ctypes.c_void_p))
libc.unshare(0x10000000)
answer = libc.syscall(ctypes.c_long(int(sys.argv[1])), ctypes.c_long(1), ctypes.c_long(8), ctypes.byref(program))
sys.exit(answer < 0)
"""


class Connections:
    """The judge, and what it judges by.

    Args:
        folder: for the table and the log.
        own: address of the data plane.
        endpoint_url: of the embedded AWS.
        registry: starts the process.
    """

    def __init__(self, folder: Path, *, own: str, endpoint_url: str, registry: ProcessRegistry) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log_path = folder / "judge.log"
        self._table_path = folder / "table.json"
        self._own, self._aws, self._registry = own, urlsplit(endpoint_url).netloc, registry
        self._blackhole = Blackhole(own)
        self._table = Table()
        self._balancers: dict[str, tuple[Member, ...]] = {}
        self._not_before = 0.0
        self._channel: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None
        """The judge; `None` where nothing is judged."""

    def start(self) -> None:
        """Start the judge; where the kernel refuses the filter, only a warning is logged."""
        self._write()
        try:
            trial = specification(descriptor=0, address=self._own)
        except OSError:
            trial = {}
        if not trial or not _is_possible(trial):
            logger.warning(UNJUDGED)
            return
        channel, other_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other_end, self.log_path.open("ab") as log:
            command = [sys.executable, "-S", "-m", "local.network.judge", self._own, str(self._table_path), self._aws]
            self.process = self._registry.start(
                command,
                folder=CODE_FOLDER,
                environment={"PYTHONPATH": str(CODE_FOLDER)},
                log=log,
                stdin=other_end.fileno(),
            )
        self._channel = channel

    @property
    def has_ended(self) -> bool:
        """Whether the judge has ended, so that running containers cannot open connections any more.

        One that ends at once is noticed after a pause.
        """
        has_ended = self.process is not None and self.process.poll() is not None
        return has_ended and time.monotonic() >= self._not_before

    def restart(self) -> None:
        """Start another judge, for the containers that start from now on."""
        if self.process is not None and self._channel is not None:
            logger.warning("the judge of connections ended with code %s", self.process.returncode)
            self._registry.ended(self.process)
            self._channel.close()
        self.process = self._channel = None
        self._not_before = time.monotonic() + RESTART_PAUSE_SECONDS
        self.start()

    def stop(self) -> None:
        """Let the judge end with the last container."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._blackhole.close()

    def specification(self, address: str) -> Mapping[str, object]:
        """What the launchers of a task's containers need; nothing where nothing is judged."""
        if self._channel is None:
            return {}
        return specification(descriptor=self._channel.fileno(), address=address)

    def update(self, desired_state: DesiredState, *, stores: Mapping[str, str], tasks: Iterable[Any]) -> None:
        """Judge by this from now on.

        Args:
            desired_state: what the account asks for.
            stores: key of each data store → its address.
            tasks: those that have not ended, with `address` and `network`.
        """
        members: dict[str, tuple[Member, ...]] = {each.address: (each.network or UNDESCRIBED,) for each in tasks}
        for store in desired_state.stores:
            if store.key in stores:
                members[stores[store.key]] = _doors(desired_state.network, store)
        self._balancers = {arn: group.balancers for arn, group in desired_state.target_groups.items()}
        table = replace(desired_state.network, members=members)
        if table == self._table:
            return
        self._table = table
        self._write()
        if self._channel is not None:
            try:
                self._channel.send(TABLE_CHANGED, socket.MSG_DONTWAIT)
            except OSError as error:
                logger.warning("the judge of connections does not answer: %s", error)

    def to_aws(self, network: Member | None) -> str:
        """Why a task with this network cannot reach the AWS API; empty if it can, or nothing is judged."""
        return self._table.to_aws(network) if self._channel is not None else ""

    def way(self, target_group_arn: str, target: tuple[str, int]) -> tuple[str, int]:
        """Where a connection from the load balancers of a target group to a target leads: there, or nowhere."""
        if self._channel is None:
            return target
        ends = self._table.members.get(target[0], ())
        balancers = self._balancers.get(target_group_arn, ())
        obstacles = [self._table.between(start, end, "tcp", target[1]) for start in balancers for end in ends]
        return self._blackhole.endpoint if obstacles and all(obstacles) else target

    def _write(self) -> None:
        temporary = self._table_path.with_suffix(".new")
        temporary.write_text(json.dumps(self._table.as_json()))
        temporary.replace(self._table_path)


def _doors(table: Table, store: Store) -> tuple[Member, ...]:
    """A store, and those of its proxies that reach it."""
    instance, *proxies = store.network or (UNDESCRIBED,)
    return (instance, *(each for each in proxies if not table.between(each, instance, "tcp", store.port)))


def _is_possible(trial: Mapping[str, object]) -> bool:
    release = re.match(r"(\d+)\.(\d+)", os.uname().release)
    if release is None or (int(release[1]), int(release[2])) < OLDEST_KERNEL:
        return False
    command = [sys.executable, "-I", "-S", "-c", TRIAL, str(trial["seccomp"]), str(trial["filter"])]
    return subprocess.run(command, check=False).returncode == 0
