"""A place whose packets are dropped: who connects to it waits until the kernel gives up, as without a rule on AWS."""

import socket


class Blackhole:
    """Sockets on one loopback address that let no connection through.

    A listening socket whose queue is full drops further requests, so that they time out and are not refused. Datagrams
    are never read.

    Args:
        address: a loopback address; the ports are any free ones.
    """

    def __init__(self, address: str) -> None:
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind((address, 0))
        self._listener.listen(0)
        self.endpoint: tuple[str, int] = self._listener.getsockname()
        """For connections."""
        # With a queue of length 0 the kernel still accepts one connection.
        self._fillers = [socket.create_connection(self.endpoint)]
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind((address, 0))
        self.datagram_endpoint: tuple[str, int] = self._datagrams.getsockname()
        """For datagrams."""

    def close(self) -> None:
        """Close the sockets: what waits there is refused."""
        for each in (*self._fillers, self._listener, self._datagrams):
            each.close()
