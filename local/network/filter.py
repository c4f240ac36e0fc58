"""The system calls of a container that the judge decides over: a seccomp filter, as the launcher installs it."""

import errno
import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from local.network import kernel


class Call(Enum):
    """A system call that names an address."""

    CONNECT = "connect"
    BIND = "bind"
    SEND_TO = "sendto"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Numbers of the kernel that differ between processors."""

    audit_arch: int
    seccomp: int
    calls: Mapping[int, Call]


MACHINES: Mapping[str, Machine] = {
    "x86_64": Machine(audit_arch=0xC000003E, seccomp=317, calls={42: Call.CONNECT, 49: Call.BIND, 44: Call.SEND_TO}),
    "aarch64": Machine(
        audit_arch=0xC00000B7, seccomp=277, calls={203: Call.CONNECT, 200: Call.BIND, 206: Call.SEND_TO}
    ),
}
SHORTEST_ADDRESS = 16
"""Size of an IPv4 address in bytes: what is shorter is none of IPv4 or IPv6."""

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, ASK = 0x7FFF0000, 0x7FC00000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Offsets in the kernel's description of a system call."""


def machine() -> Machine:
    """This machine's numbers.

    Raises:
        OSError: its processor is not known here.
    """
    numbers = MACHINES.get(platform.machine())
    if numbers is None:
        raise OSError(errno.ENOSYS, f"system calls of {platform.machine()} are not known")
    return numbers


def program(numbers: Machine) -> bytes:
    """The filter: ask about calls with an address of IPv4 or IPv6, allow all others."""
    by_call = {call: number for number, call in numbers.calls.items()}
    ask = [*_asks(by_call[Call.CONNECT], length=2), *_asks(by_call[Call.BIND], length=2)]
    ask += _asks(by_call[Call.SEND_TO], length=5)
    lines = [
        _line(LOAD, ARCHITECTURE),
        _line(JUMP_IF_EQUAL, numbers.audit_arch, otherwise=len(ask) + 1),
        _line(LOAD, NUMBER),
        *ask,
        _line(RETURN, ALLOW),
    ]
    return b"".join(lines)


def specification(*, descriptor: int, address: str) -> dict[str, object]:
    """What the launcher needs.

    Args:
        descriptor: of the channel to the judge, in the launcher.
        address: of the task.

    Raises:
        OSError: see `machine`.
    """
    numbers = machine()
    return {
        "filter": program(numbers).hex(),
        "seccomp": numbers.seccomp,
        "descriptor": descriptor,
        "message": kernel.introduction(address).decode(),
    }


def _asks(number: int, *, length: int) -> list[bytes]:
    """Ask about one call if the argument with the address's length is long enough."""
    return [
        _line(JUMP_IF_EQUAL, number, otherwise=4),
        _line(LOAD, ARGUMENTS + 8 * length),
        _line(JUMP_IF_AT_LEAST, SHORTEST_ADDRESS, otherwise=1),
        _line(RETURN, ASK),
        _line(RETURN, ALLOW),
    ]


def _line(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
