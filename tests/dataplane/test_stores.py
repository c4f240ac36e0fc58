"""Stores side by side: RDS and ElastiCache know nothing of each other's identifiers."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from local.dataplane.addresses import Addresses
from local.dataplane.certificates import Certificates
from local.dataplane.ledger import Ledger
from local.dataplane.stores import Stores
from local.dataplane.wishes import Cache, Database, Wishes
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

DATABASE = Database(
    identifier="acme",
    names=("acme.rds.test",),
    port=15999,
    major_version=16,
    username="app",
    database_name="app",
    password="for-tests-only",
)
CACHE = Cache(identifier="acme", names=("acme.cache.test",), port=16999, maxmemory_policy="noeviction", users=())


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    addresses = Addresses(tmp_path)
    found = Stores(
        tmp_path / "stores",
        ledger=Ledger(tmp_path / "processes.json"),
        addresses=addresses,
        certificates=Certificates(tmp_path / "certificates"),
    )
    yield found
    found.stop()
    addresses.claim.close()


def test_a_database_and_a_cache_of_one_identifier_are_two_servers(stores: Stores) -> None:
    wishes = Wishes(stores=(DATABASE, CACHE))

    def settled() -> bool:
        stores.advance(wishes, time.monotonic())
        return stores.is_settled(wishes)

    wait_for("both", settled, 60)
    database, cache = stores.description(wishes)
    assert (database["running"], cache["running"]) == (True, True), (database, cache)
    assert database["address"] != cache["address"]
    assert set(stores.names(wishes)) == {"acme.rds.test", "acme.cache.test"}


def test_a_proxy_before_a_database_is_another_name_and_another_port_of_it(stores: Stores) -> None:
    proxied = replace(DATABASE, names=("acme.rds.test", "proxy.rds.test"), proxy_ports=(5432,))

    def settled(wishes: Wishes) -> bool:
        stores.advance(wishes, time.monotonic())
        return stores.is_settled(wishes)

    wait_for("the database", lambda: settled(Wishes(stores=(DATABASE,))), 60)
    wishes = Wishes(stores=(proxied,))
    wait_for("the proxy's port", lambda: settled(wishes) and answers(stores.names(wishes)["proxy.rds.test"][0]), 60)
    assert stores.names(wishes)["acme.rds.test"] == stores.names(wishes)["proxy.rds.test"]


def answers(address: str) -> bool:
    """Whether the master user gets in where a proxy would listen."""
    place = {"host": address, "port": 5432, "user": "app", "dbname": "app", "password": DATABASE.password}
    try:
        with psycopg.connect(**place, sslmode="require", connect_timeout=5) as connection:
            return connection.execute("SELECT current_user").fetchone() == ("app",)
    except psycopg.OperationalError:
        return False
