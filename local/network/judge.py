"""`python -m local.network.judge OWN TABLE AWS`: decides over the connections of containers.

The kernel stops a container's `connect`, `bind` and `sendto` and asks this process (seccomp notifications), whatever
language the program is written in. It outlives the data plane that started it for as long as containers run.
"""

import contextlib
import errno
import heapq
import json
import logging
import os
import select
import socket
import sys
import time
from pathlib import Path

from local.network import kernel
from local.network.blackhole import Blackhole
from local.network.kernel import Question
from local.network.rules import Table
from local.network.verdicts import Verdicts

TIMEOUT_SECONDS = 127.0
"""How long Linux tries to open a connection (`tcp_syn_retries` = 6)."""
MAX_MESSAGE_BYTES = 64 * 1024
TABLE_CHANGED = b"table"
"""The message that the table's file has another content."""


class Judge:
    """The process.

    Args:
        channel: launchers send their listeners to it, and the data plane `TABLE_CHANGED`.
        table_path: file with the table.
        verdicts: decides.
    """

    def __init__(self, channel: socket.socket, table_path: Path, verdicts: Verdicts) -> None:
        self._channel, self._table_path, self._verdicts = channel, table_path, verdicts
        self._tasks: dict[int, str] = {}
        """Listener → the address of the task that is heard there."""
        self._waiting: list[tuple[float, int, Question]] = []
        """Calls that time out: when, listener, question."""
        self._poll = select.epoll()
        self._read_table()

    def run(self) -> None:
        """Decide until the data plane and all containers have ended."""
        channel = self._channel.fileno()
        self._poll.register(channel, select.EPOLLIN)
        is_open = True
        while is_open or self._tasks:
            timeout = max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None
            for descriptor, events in self._poll.poll(timeout):
                if descriptor == channel:
                    is_open = self._listen_to_channel()
                elif events & select.EPOLLIN:
                    self._ask(descriptor)
                else:
                    self._forget(descriptor)
            self._end_waits(time.monotonic())

    def _listen_to_channel(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._channel, MAX_MESSAGE_BYTES, 1)
        if not message:
            self._poll.unregister(self._channel.fileno())
            return False
        if message == TABLE_CHANGED:
            self._read_table()
        for descriptor in descriptors:
            self._tasks[descriptor] = json.loads(message)["address"]
            self._poll.register(descriptor, select.EPOLLIN)
        return True

    def _read_table(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._verdicts.judge_by(Table.of(json.loads(self._table_path.read_text())))

    def _ask(self, listener: int) -> None:
        question = kernel.receive(listener)
        if question is None:
            return
        try:
            if self._verdicts.decide(listener, question, self._tasks[listener]):
                return
            heapq.heappush(self._waiting, (time.monotonic() + TIMEOUT_SECONDS, listener, question))
        except OSError:
            # The caller has gone, or the call is none that the kernel would accept: it may say so itself.
            kernel.let_through(listener, question)

    def _end_waits(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, listener, question = heapq.heappop(self._waiting)
            kernel.answer(listener, question, error=errno.ETIMEDOUT)

    def _forget(self, listener: int) -> None:
        """Its last process has ended."""
        self._poll.unregister(listener)
        del self._tasks[listener]
        self._waiting = [each for each in self._waiting if each[1] != listener]
        heapq.heapify(self._waiting)
        os.close(listener)


def main(own: str, table: str, aws: str) -> None:
    """Run with the channel as standard input."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    channel = socket.socket(fileno=os.dup(0))
    Judge(channel, Path(table), Verdicts(own=own, aws=aws, blackhole=Blackhole(own))).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
