"""Loopback addresses: each task and each data store has its own, so that all of them keep their real ports."""

import errno
import hashlib
import socket
from pathlib import Path

FIRST_HOST, LAST_HOST = 2, 254
BLOCKS_TRIED = 64
CLAIM_PORT = 51678
"""Port of the ECS agent on the block's first address; listening on it reserves the block."""


class NoAddressError(RuntimeError):
    """This machine has no free loopback addresses; a sentence for people."""


class Addresses:
    """A block such as 127.91.4.0/24: always the same one for a folder, unless another data plane has it.

    Args:
        folder: of the data plane.

    Raises:
        NoAddressError: the machine has 127.0.0.1 only (macOS), or no block is free.
    """

    def __init__(self, folder: Path) -> None:
        self.claim = self._claimed(str(folder.resolve()))
        """A listening socket on the block's first address; it closes when the process ends, however that happens."""
        self.own: str = self.claim.getsockname()[0]
        self._block = self.own.rpartition(".")[0]
        self._taken: set[str] = set()
        self._next = FIRST_HOST

    def take(self) -> str:
        """The next free address. One that was given back is used again as late as possible.

        Raises:
            NoAddressError: all addresses of the block are in use.
        """
        for _ in range(FIRST_HOST, LAST_HOST + 1):
            address = f"{self._block}.{self._next}"
            self._next = FIRST_HOST if self._next == LAST_HOST else self._next + 1
            if address not in self._taken:
                self._taken.add(address)
                return address
        raise NoAddressError(f"all addresses of {self._block}.0/24 are in use")

    def give_back(self, address: str) -> None:
        """Release an address."""
        self._taken.discard(address)

    @staticmethod
    def _claimed(name: str) -> socket.socket:
        for number in range(BLOCKS_TRIED):
            digest = hashlib.sha256(f"{name} {number}".encode()).digest()
            # Distributions use addresses in 127.0.0.0/16 and 127.127.0.0/16.
            address = f"127.{1 + digest[0] % 126}.{digest[1]}.1"
            try:
                return socket.create_server((address, CLAIM_PORT))
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    raise NoAddressError(f"{address} is no address of this machine; containers need Linux") from error
        raise NoAddressError(f"port {CLAIM_PORT} is taken on every loopback address that was tried")
