"""What becomes of one system call of a container."""

import contextlib
import errno
import logging
import os
import socket
import threading
from pathlib import Path

from local.network import kernel
from local.network.blackhole import Blackhole
from local.network.destination import ANY, LOOPBACK, Destination, destination, in_family
from local.network.filter import Call, machine
from local.network.kernel import Question
from local.network.rules import Table

logger = logging.getLogger(__name__)

DNS_PORT = 53
RESOLVERS = Path("/etc/resolv.conf")
IP_BIND_ADDRESS_NO_PORT = 24
"""Socket option: bind an address now, and choose the port with the connection."""
MAX_ADDRESS_BYTES = 128
REPORTED_AT_MOST = 10_000
PROTOCOLS = {socket.SOCK_STREAM: "tcp", socket.SOCK_DGRAM: "udp"}


class Verdicts:
    """Answers questions.

    - A task has `0.0.0.0` and `127.0.0.1` of its own: both mean the task's loopback address.
    - A connection to another member of the VPC comes from the task's address.
    - One that no rule or no route lets through goes where it is dropped, so that it times out.

    Args:
        own: address of the data plane, where the ECS agent answers.
        aws: `HOST:PORT` of the embedded AWS.
        blackhole: where connections go that are not let through.
    """

    def __init__(self, *, own: str, aws: str, blackhole: Blackhole) -> None:
        self._table = Table()
        self._own, self._aws, self._blackhole = own, aws, blackhole
        self._calls = machine().calls
        self._reported: set[tuple[str, str]] = set()

    def judge_by(self, table: Table) -> None:
        """Decide by another table from now on."""
        self._table = table
        self._reported.clear()

    def decide(self, listener: int, question: Question, task: str) -> bool:
        """Answer a question; returns `False` where the call must wait until it times out.

        Args:
            listener: where the question came from.
            question: of the kernel.
            task: address of the task that calls.

        Raises:
            OSError: the caller has gone, or the call is none that the kernel would accept.
        """
        call = self._calls[question.number]
        descriptor, *others = question.arguments
        at, length = others[3:5] if call is Call.SEND_TO else others[0:2]
        wanted = destination(kernel.memory(question.thread, at, min(length, MAX_ADDRESS_BYTES)))
        if wanted is None:
            kernel.let_through(listener, question)
            return True
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(kernel.socket_of(question.thread, descriptor & 0xFFFFFFFF))
            if not kernel.is_valid(listener, question):
                return True
            if sock.type not in PROTOCOLS or sock.family != wanted.family:
                kernel.let_through(listener, question)
                return True
            if call is Call.BIND:
                _bind(listener, question, sock, wanted, task)
                return True
            if wanted.is_foreign:
                # Like a VPC without IPv6.
                kernel.answer(listener, question, error=errno.ENETUNREACH)
                return True
            target = task if wanted.is_this_host and f"{LOOPBACK}:{wanted.port}" != self._aws else wanted.host
            is_dropped = self._is_dropped(task, target, PROTOCOLS[sock.type], wanted.port)
            if call is Call.SEND_TO:
                _send(listener, question, sock, wanted, target, is_dropped=is_dropped)
                return True
            if is_dropped:
                return self._drop(listener, question, sock)
            if target in self._table.members and sock.type == socket.SOCK_STREAM:
                _bind_source(sock, task)
            if target == wanted.host:
                kernel.let_through(listener, question)
            elif os.get_blocking(sock.fileno()):
                # Connecting may take a while, and meanwhile others ask.
                stack.pop_all()
                threading.Thread(
                    target=_connect, args=(listener, question, sock, wanted.at(target)), daemon=True
                ).start()
            else:
                kernel.answer(listener, question, error=sock.connect_ex(wanted.at(target)))
            return True

    def _drop(self, listener: int, question: Question, sock: socket.socket) -> bool:
        if sock.type == socket.SOCK_STREAM and os.get_blocking(sock.fileno()):
            return False
        hole = self._blackhole.endpoint if sock.type == socket.SOCK_STREAM else self._blackhole.datagram_endpoint
        kernel.answer(listener, question, error=sock.connect_ex(in_family(sock.family, hole)))
        return True

    def _is_dropped(self, task: str, target: str, protocol: str, port: int) -> bool:
        if target in (task, self._own) or (port == DNS_PORT and _is_resolver(target)):
            return False
        if f"{target}:{port}" == self._aws:
            obstacle = self._table.to_aws(self._table.at(task))
        else:
            obstacle = self._table.obstacle(task, target, protocol, port)
        if obstacle and (task, obstacle) not in self._reported:
            if len(self._reported) > REPORTED_AT_MOST:
                self._reported.clear()
            self._reported.add((task, obstacle))
            logger.info("%s → %s:%d: %s", task, target, port, obstacle)
        return bool(obstacle)


def _bind(listener: int, question: Question, sock: socket.socket, wanted: Destination, task: str) -> None:
    if wanted.host not in (ANY, LOOPBACK) or (wanted.host == ANY and wanted.port == 0):
        kernel.let_through(listener, question)
        return
    where = wanted.at(task)
    if sock.family == socket.AF_INET6 and sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
        # Servers open one socket per family. That of IPv4 serves; this one must merely not fail.
        where = ("::1", 0, 0, 0)
    try:
        sock.bind(where)
    except OSError as error:
        # After a signal the kernel asks again, about a socket that has been bound.
        is_done = error.errno == errno.EINVAL and sock.getsockname()[:2] == where[:2]
        kernel.answer(listener, question, error=0 if is_done else error.errno or errno.EINVAL)
    else:
        kernel.answer(listener, question)


def _bind_source(sock: socket.socket, task: str) -> None:
    """Let a connection come from the task's address, unless the program has bound it."""
    with contextlib.suppress(OSError):
        if sock.getsockname()[1] == 0:
            sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind(in_family(sock.family, (task, 0)))


def _connect(listener: int, question: Question, sock: socket.socket, where: tuple[object, ...]) -> None:
    with sock, contextlib.suppress(OSError):
        kernel.answer(listener, question, error=sock.connect_ex(where))


def _send(
    listener: int, question: Question, sock: socket.socket, wanted: Destination, target: str, *, is_dropped: bool
) -> None:
    length = question.arguments[2]
    if is_dropped and sock.type == socket.SOCK_DGRAM:
        kernel.answer(listener, question, value=length)
    elif target == wanted.host or sock.type != socket.SOCK_DGRAM:
        kernel.let_through(listener, question)
    else:
        data = kernel.memory(question.thread, question.arguments[1], length)
        try:
            kernel.answer(listener, question, value=sock.sendto(data, question.arguments[3], wanted.at(target)))
        except OSError as error:
            kernel.answer(listener, question, error=error.errno or errno.EINVAL)


def _is_resolver(address: str) -> bool:
    """Whether this machine asks there for names, in place of the VPC's own resolver, which nothing filters."""
    with contextlib.suppress(OSError):
        return f"nameserver {address}" in RESOLVERS.read_text().splitlines()
    return False
