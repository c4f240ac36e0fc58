"""Asks a resolver for the name servers of a zone. Messages are those of RFC 1035."""

import secrets
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

TIMEOUT_SECONDS = 3.0
"""Of one attempt with one resolver."""
ATTEMPTS = 2
PORT = 53
SETTINGS = Path("/etc/resolv.conf")
NS, SOA, INTERNET = 2, 6, 1
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3
_RECURSION_DESIRED = 0x0100
_TRUNCATED = 0x0200
_MAX_MESSAGE_BYTES = 65535

Address = tuple[str, int]


class ResolverError(Exception):
    """No resolver answers; `str()` names those of the attempt."""


@dataclass(frozen=True, kw_only=True)
class NameServers:
    """What a resolver knows of a zone."""

    names: tuple[str, ...]
    """In lower case, without the last dot; empty where the zone is not delegated."""
    resolver: str
    """Address of the resolver."""
    fails: bool = False
    """The resolver could not find out, as where name servers are named that do not know the zone."""
    parent: str | None = None
    """Zone that would delegate, where the resolver named it."""


def name_servers(zone_name: str, resolvers: tuple[Address, ...] | None = None) -> NameServers:
    """Ask which name servers a zone is delegated to.

    Args:
        zone_name: of the zone.
        resolvers: one after the other until one answers. Default: those of this machine.

    Raises:
        ResolverError: none answers.
    """
    resolvers = resolvers or system_resolvers()
    for _ in range(ATTEMPTS):
        for resolver in resolvers:
            identifier = secrets.randbelow(0x10000)
            with suppress(OSError, struct.error, IndexError):
                answer = _ask(_question(zone_name, identifier), resolver)
                return _read(answer, identifier, zone_name, resolver)
    tried = ", ".join(_text(each) for each in resolvers) or f"{SETTINGS} names none"
    raise ResolverError(f"no resolver answers ({tried})")


def system_resolvers() -> tuple[Address, ...]:
    """The resolvers of this machine; empty where it has no `/etc/resolv.conf`."""
    try:
        lines = [line.split() for line in SETTINGS.read_text(errors="replace").splitlines()]
    except OSError:
        return ()
    return tuple((words[1], PORT) for words in lines if len(words) > 1 and words[0] == "nameserver")


def _question(zone_name: str, identifier: int) -> bytes:
    header = struct.pack("!6H", identifier, _RECURSION_DESIRED, 1, 0, 0, 0)
    labels = [label.encode("idna") for label in zone_name.rstrip(".").split(".")]
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return header + name + struct.pack("!HH", NS, INTERNET)


def _ask(question: bytes, resolver: Address) -> bytes:
    family = socket.AF_INET6 if _is_ipv6(resolver[0]) else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(resolver)
        connection.send(question)
        answer = connection.recv(_MAX_MESSAGE_BYTES)
    if not struct.unpack_from("!H", answer, 2)[0] & _TRUNCATED:
        return answer
    # Over TCP each message follows its length.
    with socket.create_connection(resolver, TIMEOUT_SECONDS) as stream, stream.makefile("rb") as received:
        stream.sendall(struct.pack("!H", len(question)) + question)
        (length,) = struct.unpack("!H", received.read(2))
        return received.read(length)


def _read(message: bytes, identifier: int, zone_name: str, resolver: Address) -> NameServers:
    answered, flags, questions, answers, authorities, _ = struct.unpack_from("!6H", message)
    if answered != identifier:
        raise OSError("an answer to another question")
    code, position = flags & 0xF, 12
    for _ in range(questions):
        position = _name(message, position)[1] + 4
    names, parent = [], None
    for number in range(answers + authorities):
        owner, position = _name(message, position)
        kind, _, _, length = struct.unpack_from("!HHIH", message, position)
        position += 10
        if number < answers and kind == NS and owner == zone_name.rstrip(".").lower():
            names.append(_name(message, position)[0])
        if number >= answers and kind == SOA:
            parent = owner
        position += length
    fails = code not in (NO_ERROR, NO_SUCH_NAME)
    return NameServers(names=tuple(sorted(names)), resolver=_text(resolver), fails=fails, parent=parent)


def _name(message: bytes, position: int) -> tuple[str, int]:
    """A name, and where what follows it begins."""
    labels, end = [], 0
    while length := message[position]:
        if length >= 0xC0:  # a pointer to the rest of the name
            end = end or position + 2
            target = struct.unpack_from("!H", message, position)[0] & 0x3FFF
            if target >= position:
                raise OSError("a name that points forward")
            position = target
            continue
        labels.append(message[position + 1 : position + 1 + length].decode("ascii", "replace"))
        position += 1 + length
    return ".".join(labels).lower(), end or position + 1


def _is_ipv6(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host.partition("%")[0]).version == 6
    return False


def _text(resolver: Address) -> str:
    host, port = resolver
    return host if port == PORT else f"{host}:{port}"
