"""Redis instead of Valkey: TLS, the users of the group, and writes that survive a kill."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from local.dataplane.containers.addresses import Addresses
from local.dataplane.desired_state.model import Cache, CacheUser
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.proxy.certificates import Certificates
from local.dataplane.stores.redis_server import Redis
from local.dataplane.stores.server import StorePlacement

pytestmark = pytest.mark.slow

RIGHTS = "on ~* &* +@all -@dangerous +info"
NAME = "master.cache.test.use1.cache.amazonaws.com"


def cache_of(*passwords: str) -> Cache:
    user = CacheUser(identifier="u", name="default", access=RIGHTS, passwords=passwords)
    return Cache(identifier="cache", names=(NAME,), port=6379, maxmemory_policy="noeviction", users=(user,))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    addresses, certificates = Addresses(tmp_path), Certificates(tmp_path / "certificates", tmp_path / "authority")
    placement = StorePlacement(
        folder=tmp_path / "cache",
        address=addresses.take(),
        inner_address=addresses.take(),
        port=6379,
        certificate=certificates.for_endpoint("cache", [NAME]),
        registry=ProcessRegistry(tmp_path / "processes.json"),
    )
    server = Redis(placement, maxmemory_policy="noeviction")
    server.start()
    yield server
    server.stop()
    addresses.claim.close()


def connect(server: Redis, password: str) -> redis.Redis:
    return redis.Redis(
        host=server.placement.address,
        port=server.placement.port,
        password=password,
        ssl=True,
        ssl_ca_certs=str(server.placement.certificate[0].parent / "authority.pem"),
        ssl_check_hostname=False,
        socket_timeout=5,
    )


def test_only_users_of_the_group_can_log_in_over_tls_with_their_rights(server: Redis) -> None:
    with connect(server, "first-password-x") as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    server.set_credentials(cache_of("first-password-x"))
    with connect(server, "first-password-x") as client:
        assert client.lpush("queue", "message") == 1
        assert client.info("memory")["maxmemory_policy"] == "noeviction"
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.flushall()
    with (
        redis.Redis(host=server.placement.address, port=6379, socket_timeout=2) as plain,
        pytest.raises(redis.RedisError),
    ):
        plain.ping()


def test_a_rotated_password_replaces_the_old_one_and_keeps_open_connections(server: Redis) -> None:
    server.set_credentials(cache_of("first-password-x"))
    with connect(server, "first-password-x") as client:
        client.ping()
        server.set_credentials(cache_of("second-password-x"))
        assert client.ping()
    with connect(server, "first-password-x") as old, pytest.raises(redis.AuthenticationError):
        old.ping()
    with connect(server, "second-password-x") as new:
        assert new.ping()


def test_writes_survive_a_kill(server: Redis) -> None:
    server.set_credentials(cache_of("first-password-x"))
    with connect(server, "first-password-x") as client:
        client.lpush("queue", "kept")
    os.kill(server.pids[0], signal.SIGKILL)
    server.stop()
    assert not server.is_running
    server.start()
    with connect(server, "first-password-x") as client:
        assert client.lrange("queue", 0, -1) == [b"kept"]
