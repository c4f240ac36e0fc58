"""Stores side by side: RDS and ElastiCache know nothing of each other's identifiers."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.dataplane.addresses import Addresses
from local.dataplane.certificates import Certificates
from local.dataplane.ledger import Ledger
from local.dataplane.stores import Stores
from local.dataplane.wishes import Cache, Database, Wishes
from tests.dataplane.account import wait_for

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
