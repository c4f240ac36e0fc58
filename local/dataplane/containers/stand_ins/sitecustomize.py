"""Python imports this in every stand-in image: a task's own network, as far as it can be had on one loopback device.

On AWS a task has a network of its own: `0.0.0.0` and `127.0.0.1` are its own there. Here all tasks share this machine's
loopback device, and the same port is another task's too. So what is bound to either is bound to the task's address, and
`127.0.0.1` leads there. The one exception is the embedded AWS, which containers know by that address.
"""

import os
import socket
from typing import Any

ADDRESS = os.environ.get("WINDLASS_TASK_ADDRESS", "")
ANY = ("", "0.0.0.0", "::")  # noqa: S104 (what is replaced)
LOOPBACK = "127.0.0.1"
ELSEWHERE = os.environ.get("AWS_ENDPOINT_URL", "").rpartition("/")[2]


def _to_bind(sock: Any, address: Any) -> Any:
    if isinstance(address, tuple) and (address[0] == LOOPBACK or (address[0] in ANY and address[1] != 0)):
        port = address[1]
        if sock.family == socket.AF_INET:
            return (ADDRESS, port)
        if sock.family == socket.AF_INET6:
            # Servers open one socket for each family. The one for IPv4 serves; this one must only not fail.
            both = not sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            return (f"::ffff:{ADDRESS}", port) if both else ("::1", 0)
    return address


def _to_reach(address: Any) -> Any:
    if isinstance(address, tuple) and address[0] == LOOPBACK and f"{LOOPBACK}:{address[1]}" != ELSEWHERE:
        return (ADDRESS, *address[1:])
    return address


if ADDRESS:
    _bind, _connect, _connect_ex = socket.socket.bind, socket.socket.connect, socket.socket.connect_ex
    socket.socket.bind = lambda sock, address: _bind(sock, _to_bind(sock, address))  # type: ignore[method-assign]
    socket.socket.connect = lambda sock, address: _connect(sock, _to_reach(address))  # type: ignore[method-assign]
    socket.socket.connect_ex = lambda sock, address: _connect_ex(sock, _to_reach(address))  # type: ignore[method-assign]
