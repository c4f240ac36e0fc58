"""The address that a program gives to the kernel, as this machine's data plane understands it."""

import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv6Address

ANY, LOOPBACK = "0.0.0.0", "127.0.0.1"  # noqa: S104 (what programs write)


@dataclass(frozen=True)
class Destination:
    """An address with a port."""

    host: str
    """Of IPv4, also where the program writes it as one of IPv6; another one of IPv6 is written as such."""
    port: int
    family: int
    """`AF_INET` or `AF_INET6`: that of the program's address."""

    @property
    def is_this_host(self) -> bool:
        """Whether it means the caller's own host."""
        return self.host in (ANY, LOOPBACK)

    @property
    def is_foreign(self) -> bool:
        """Whether it is an address of IPv6, which no network here has."""
        return ":" in self.host

    def at(self, host: str) -> tuple[str, int] | tuple[str, int, int, int]:
        """Same port, another host of IPv4, in the notation of the family."""
        return in_family(self.family, (host, self.port))


def in_family(family: int, endpoint: tuple[str, int]) -> tuple[str, int] | tuple[str, int, int, int]:
    """An endpoint of IPv4 in the notation of a socket's family."""
    host, port = endpoint
    return endpoint if family == socket.AF_INET else (f"::ffff:{host}", port, 0, 0)


def destination(raw: bytes) -> Destination | None:
    """From the kernel's notation; `None` for families other than IPv4 and IPv6."""
    if len(raw) < 16:
        return None
    (family,) = struct.unpack_from("=H", raw)
    (port,) = struct.unpack_from("!H", raw, 2)
    if family == socket.AF_INET:
        return Destination(socket.inet_ntoa(raw[4:8]), port, family)
    if family != socket.AF_INET6 or len(raw) < 24:
        return None
    address = IPv6Address(raw[8:24])
    if address.ipv4_mapped is not None:
        return Destination(str(address.ipv4_mapped), port, family)
    same = {"::": ANY, "::1": LOOPBACK}
    return Destination(same.get(str(address), str(address)), port, family)
