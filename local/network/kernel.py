"""The kernel's side of the judge: questions of seccomp, sockets and memory of the process that asks."""

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

RECEIVE, SEND = 0xC0502100, 0xC0182101
IS_VALID = 0x80082102  # as before Linux 5.17; newer kernels know it too
CONTINUE = 1
SYS_PIDFD_GETFD = 438  # the same number on every architecture
QUESTION = struct.Struct("=QIIiIQ6Q")

libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Question:
    """A system call that waits for an answer."""

    id: int
    thread: int
    number: int
    arguments: tuple[int, ...]


def introduction(address: str) -> bytes:
    """What a launcher sends with its listener: the address of its task."""
    return json.dumps({"address": address}).encode()


def receive(listener: int) -> Question | None:
    """The next question; `None` if the caller has gone meanwhile."""
    buffer = bytearray(QUESTION.size)
    try:
        fcntl.ioctl(listener, RECEIVE, buffer, True)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINTR):
            return None
        raise
    id_, thread, _flags, number, _architecture, _pointer, *arguments = QUESTION.unpack(buffer)
    return Question(id_, thread, number, tuple(arguments))


def is_valid(listener: int, question: Question) -> bool:
    """Whether the caller still waits: only then its thread's number means the same thread."""
    try:
        fcntl.ioctl(listener, IS_VALID, struct.pack("=Q", question.id))
    except OSError:
        return False
    return True


def let_through(listener: int, question: Question) -> None:
    """Make the kernel execute the call as it is."""
    _answer(listener, struct.pack("=QqiI", question.id, 0, 0, CONTINUE))


def answer(listener: int, question: Question, *, error: int = 0, value: int = 0) -> None:
    """The call ends with an error number, or with a value."""
    _answer(listener, struct.pack("=QqiI", question.id, 0 if error else value, -error, 0))


def memory(thread: int, at: int, length: int) -> bytes:
    """Bytes of the caller's memory.

    Raises:
        OSError: there is no such memory, or the caller has gone.
    """
    descriptor = os.open(f"/proc/{thread}/mem", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.pread(descriptor, length, at)
    finally:
        os.close(descriptor)


def socket_of(thread: int, descriptor: int) -> socket.socket:
    """The caller's socket, as a descriptor of this process for the same socket.

    Raises:
        OSError: it is no socket, or the caller has gone.
    """
    try:
        process = os.pidfd_open(thread)
    except OSError:
        process = os.pidfd_open(_process_of(thread))
    try:
        copy = libc.syscall(ctypes.c_long(SYS_PIDFD_GETFD), process, ctypes.c_int(descriptor), 0)
        if copy < 0:
            raise OSError(ctypes.get_errno(), "pidfd_getfd")
    finally:
        os.close(process)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _process_of(thread: int) -> int:
    for line in Path(f"/proc/{thread}/status").read_text().splitlines():
        if line.startswith("Tgid:"):
            return int(line.split()[1])
    raise OSError(errno.ESRCH, "no such thread")


def _answer(listener: int, buffer: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):  # the caller has gone
        fcntl.ioctl(listener, SEND, buffer)
