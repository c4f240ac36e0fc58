"""While AWS changes a data store, its clients are cut and nobody gets in; the data stay, for a major version too."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import redis

from local.dataplane.desired_state.model import CacheUser, DesiredState, Interruption, Store
from local.dataplane.stores.stores import Stores
from tests.dataplane.test_stores import CACHE, DATABASE, login
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

AWAY_SECONDS = 1.5
DIRECT, PROXY = DATABASE.names[0], "proxy.rds.test"
PROXIED = replace(DATABASE, names=(DIRECT, PROXY), port=5432)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def run(stores: Stores, *wanted: Store) -> str:
    """Do what the data plane does until all of them run; returns the address of the first."""
    desired_state = DesiredState(stores=wanted)

    def is_reconciled() -> bool:
        stores.advance(desired_state, time.monotonic())
        return stores.is_reconciled(desired_state)

    wait_for("the stores", is_reconciled, 60)
    return str(stores.names(desired_state)[wanted[0].names[0]][0])


def interrupted(store: Any, count: int = 1) -> Any:
    return replace(store, interruption=Interruption(count=count, until=time.time() + AWAY_SECONDS))


def begin(stores: Stores, store: Store) -> DesiredState:
    """Interrupt a store, and wait until its server is away."""
    desired_state = DesiredState(stores=(store,))

    def is_away() -> bool:
        stores.advance(desired_state, time.monotonic())
        return bool(stores.description(desired_state)[0]["problem"])

    wait_for("the interruption", is_away, 10)
    return desired_state


def connect(address: str, host: str = DIRECT) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(**login(host, address), autocommit=True)


def test_clients_of_a_database_are_cut_and_refused_until_it_is_back_with_its_data(stores: Stores) -> None:
    address = run(stores, replace(DATABASE, port=5432))
    with connect(address) as before:
        before.execute("CREATE TABLE items AS SELECT 1 AS id")
        away = interrupted(replace(DATABASE, port=5432))
        desired_state = begin(stores, away)
        with pytest.raises(psycopg.OperationalError):
            before.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="refused"):
        connect(address)
    (described,) = stores.description(desired_state)
    assert described["problem"].startswith("database acme is away until ")
    assert not stores.is_reconciled(desired_state)
    assert run(stores, away) == address
    assert time.time() >= away.interruption.until
    with connect(address) as after:
        assert after.execute("SELECT id FROM items").fetchone() == (1,)
    (described,) = stores.description(desired_state)
    assert (described["running"], described["problem"]) == (True, "")


def test_who_connects_to_an_rds_proxy_waits_for_the_database(stores: Stores, pool: ThreadPoolExecutor) -> None:
    address = run(stores, PROXIED)
    with connect(address, PROXY) as before:
        away = interrupted(PROXIED)
        begin(stores, away)
        with pytest.raises(psycopg.OperationalError):
            before.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        connect(address)
    waits = pool.submit(psycopg.connect, **{**login(PROXY, address), "connect_timeout": 30})
    time.sleep(0.5)
    assert not waits.done()
    run(stores, away)
    with waits.result(timeout=30) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("app",)
    assert time.time() >= away.interruption.until


def test_an_interruption_that_is_noticed_late_still_restarts_the_server_once(stores: Stores) -> None:
    address = run(stores, DATABASE, CACHE)
    pids = [each["pids"] for each in stores.description(DesiredState(stores=(DATABASE, CACHE)))]
    late = replace(DATABASE, interruption=Interruption(count=1, until=time.time() - 1))
    for _ in range(2):
        assert run(stores, late, CACHE) == address
        now = [each["pids"] for each in stores.description(DesiredState(stores=(late, CACHE)))]
        assert now[0] != pids[0]
        assert now[1] == pids[1], "the cache was not interrupted"
        pids[0] = now[0] if _ else pids[0]


def test_a_major_version_takes_over_roles_databases_and_rows(stores: Stores) -> None:
    old = replace(DATABASE, port=5432)
    address = run(stores, old)
    with connect(address) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'of-the-reader'")
        connection.execute("CREATE DATABASE second OWNER app")
        connection.execute("CREATE TABLE items (id int PRIMARY KEY, name text)")
        connection.execute("INSERT INTO items VALUES (1, 'first')")
        assert server_version(connection) == 16
    new = replace(interrupted(old), major_version=18)
    address = run(stores, new)
    with connect(address) as connection:
        assert connection.execute("SELECT * FROM items").fetchall() == [(1, "first")]
        assert server_version(connection) == 18
    user = {"user": "reader", "password": "of-the-reader", "dbname": "second"}
    with psycopg.connect(**{**login(DIRECT, address), **user}) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("second",)


def test_clients_of_a_cache_are_cut_and_refused_until_it_is_back_with_its_data(stores: Stores) -> None:
    user = CacheUser(identifier="u", name="default", access="on ~* +@all", passwords=("password-of-tests",))
    cache = replace(CACHE, users=(user,))
    address = run(stores, cache)
    settings = {"port": cache.port, "ssl": True, "ssl_cert_reqs": "none", "socket_timeout": 5, "retry": None}
    with redis.Redis(host=address, password=user.passwords[0], **settings) as client:
        client.set("key", "value")
        away = interrupted(cache)
        begin(stores, away)
        for _ in range(2):
            with pytest.raises(redis.ConnectionError):
                client.get("key")
        assert run(stores, away) == address
        assert client.get("key") == b"value"


def server_version(connection: "psycopg.Connection[tuple[Any, ...]]") -> int:
    return connection.info.server_version // 10000
