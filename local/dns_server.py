"""A resolver beside the embedded AWS, on the UDP port of the same number: who the name servers of a zone are.

It answers questions for NS only, as a resolver does that asks the parent zone: with the name servers that are delegated
to, or that there is no such name. Messages are those of RFC 1035.
"""

import socketserver
import struct
import threading
from collections.abc import Callable, Iterable
from typing import Any

NS, SOA, INTERNET = 2, 6, 1
NAME_DOES_NOT_EXIST, NOT_IMPLEMENTED = 3, 4
TTL_SECONDS = 0
"""Nothing is remembered, so that a delegation shows at once."""
_RESPONSE = 0x8180
"""Flags: an answer, recursion desired and available."""
_OF_THE_QUESTION = b"\xc0\x0c"
"""Pointer to the name in the question."""


class DnsServer:
    """Serves until it is closed.

    Args:
        host: loopback address.
        port: UDP port.
        name_servers: of a zone, as its parent zone names them; empty where it does not.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, host: str, port: int, name_servers: Callable[[str], Iterable[str]]) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                """Answer what can be read; a resolver ignores the rest."""
                message, socket = self.request
                try:
                    answer = answer_to(message, name_servers)
                except (struct.error, IndexError, UnicodeDecodeError):
                    return
                socket.sendto(answer, self.client_address)

        self._server = socketserver.ThreadingUDPServer((host, port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="dns", daemon=True).start()

    def close(self) -> None:
        """End it, and free the port."""
        self._server.shutdown()
        self._server.server_close()


def answer_to(message: bytes, name_servers: Callable[[str], Iterable[str]]) -> bytes:
    """The answer to a question."""
    (identifier,) = struct.unpack_from("!H", message)
    labels, end = [], 12
    while length := message[end]:
        labels.append(message[end + 1 : end + 1 + length].decode("ascii"))
        end += 1 + length
    kind, _ = struct.unpack_from("!HH", message, end + 1)
    question = message[12 : end + 5]
    if kind != NS:
        return struct.pack("!6H", identifier, _RESPONSE | NOT_IMPLEMENTED, 1, 0, 0, 0) + question
    records = [_record(_OF_THE_QUESTION, NS, _name(each)) for each in name_servers(".".join(labels))]
    if records:
        return struct.pack("!6H", identifier, _RESPONSE, 1, len(records), 0, 0) + question + b"".join(records)
    parent = ".".join(labels[1:])
    start = _name("ns." + parent) + _name("hostmaster." + parent) + struct.pack("!5I", 1, 7200, 900, 1209600, 0)
    header = struct.pack("!6H", identifier, _RESPONSE | NAME_DOES_NOT_EXIST, 1, 0, 1, 0)
    return header + question + _record(_name(parent), SOA, start)


def _record(name: bytes, kind: int, data: bytes) -> bytes:
    return name + struct.pack("!HHIH", kind, INTERNET, TTL_SECONDS, len(data)) + data


def _name(text: str) -> bytes:
    labels = [label.encode("ascii") for label in text.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def delegations(zone_name: str) -> Any:
    """What the embedded AWS of this process has to say."""
    # Here: the embedded AWS starts without the modules of its services.
    from local.delegation import delegated_name_servers
    from local.serialise_requests import MOTO_LOCK

    with MOTO_LOCK:
        return delegated_name_servers(zone_name)
