"""Python imports this in every container: it imitates a network per task on the one loopback device.

On AWS each task has its own network, with its own `0.0.0.0` and `127.0.0.1`. Here all tasks share one loopback device,
and several tasks use the same port. So sockets bound to either address are bound to the task's address,
and connections to `127.0.0.1` go there. The one exception is the embedded AWS, which containers reach at 127.0.0.1.
"""

import os
import socket
from typing import Any

ADDRESS = os.environ.get("WINDLASS_TASK_ADDRESS", "")
ANY = ("", "0.0.0.0", "::")  # noqa: S104 (what is replaced)
LOOPBACK = "127.0.0.1"
EMBEDDED_AWS = os.environ.get("AWS_ENDPOINT_URL", "").rpartition("/")[2]


def _to_bind(sock: Any, address: Any) -> Any:
    if isinstance(address, tuple) and (address[0] == LOOPBACK or (address[0] in ANY and address[1] != 0)):
        port = address[1]
        if sock.family == socket.AF_INET:
            return (ADDRESS, port)
        if sock.family == socket.AF_INET6:
            # Servers open one socket per family. The IPv4 one serves; this one must merely not fail.
            both = not sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            return (f"::ffff:{ADDRESS}", port) if both else ("::1", 0)
    return address


def _to_reach(address: Any) -> Any:
    if isinstance(address, tuple) and address[0] == LOOPBACK and f"{LOOPBACK}:{address[1]}" != EMBEDDED_AWS:
        return (ADDRESS, *address[1:])
    return address


if ADDRESS:
    _bind, _connect, _connect_ex = socket.socket.bind, socket.socket.connect, socket.socket.connect_ex
    socket.socket.bind = lambda sock, address: _bind(sock, _to_bind(sock, address))  # type: ignore[method-assign]
    socket.socket.connect = lambda sock, address: _connect(sock, _to_reach(address))  # type: ignore[method-assign]
    socket.socket.connect_ex = lambda sock, address: _connect_ex(sock, _to_reach(address))  # type: ignore[method-assign]
