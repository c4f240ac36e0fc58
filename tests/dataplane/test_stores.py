"""Several stores: an RDS instance and an ElastiCache group may have the same identifier."""

import time
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from local.dataplane.desired_state.model import Cache, Database, DesiredState
from local.dataplane.stores.stores import Stores
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


def test_a_database_and_a_cache_with_the_same_identifier_are_two_servers(stores: Stores) -> None:
    desired_state = DesiredState(stores=(DATABASE, CACHE))

    def is_reconciled() -> bool:
        stores.advance(desired_state, time.monotonic())
        return stores.is_reconciled(desired_state)

    wait_for("both", is_reconciled, 60)
    database, cache = stores.description(desired_state)
    assert (database["running"], cache["running"]) == (True, True), (database, cache)
    assert database["address"] != cache["address"]
    assert set(stores.names(desired_state)) == {"acme.rds.test", "acme.cache.test"}


def test_an_rds_proxy_is_another_name_and_another_port_of_its_database(stores: Stores) -> None:
    proxied = replace(DATABASE, names=("acme.rds.test", "proxy.rds.test"), proxy_ports=(5432,))

    def is_reconciled(desired_state: DesiredState) -> bool:
        stores.advance(desired_state, time.monotonic())
        return stores.is_reconciled(desired_state)

    wait_for("the database", lambda: is_reconciled(DesiredState(stores=(DATABASE,))), 60)
    desired_state = DesiredState(stores=(proxied,))
    wait_for(
        "the proxy's port",
        lambda: is_reconciled(desired_state) and answers(stores.names(desired_state)["proxy.rds.test"][0]),
        60,
    )
    (address,) = stores.names(desired_state)["proxy.rds.test"]
    assert stores.names(desired_state)["acme.rds.test"] == (address,)
    options = {"options": "-c statement_timeout=5000"}
    with psycopg.connect(**login("acme.rds.test", address), **options) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("5s",)
    # As RDS Proxy does; what a session sets after connecting, it accepts.
    with pytest.raises(psycopg.OperationalError, match="RDS Proxy currently doesn't support command-line options"):
        psycopg.connect(**login("proxy.rds.test", address), **options)
    with psycopg.connect(**login("proxy.rds.test", address)) as connection:
        connection.execute("SET statement_timeout = 5000")
        assert connection.execute("SHOW statement_timeout").fetchone() == ("5s",)


def login(host: str, address: str) -> dict[str, Any]:
    """Arguments of the master user's connection to a name, on the port of a proxy."""
    user = {"user": "app", "dbname": "app", "password": DATABASE.password}
    return {"host": host, "hostaddr": address, "port": 5432, "sslmode": "require", "connect_timeout": 5, **user}


def answers(address: str) -> bool:
    """Whether the master user can log in on the port of a proxy."""
    try:
        with psycopg.connect(**login(address, address)) as connection:
            return connection.execute("SELECT current_user").fetchone() == ("app",)
    except psycopg.OperationalError:
        return False
