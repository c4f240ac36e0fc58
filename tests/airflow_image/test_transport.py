"""Airflow's clients verify database, proxy and broker, in containers with the file of root certificates (D07).

The containers are those of a task definition: one writes the file, and then the clients of the image connect by name.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from aws.root_certificates import FOLDER, root_certificates
from layers.data import DATABASE_TLS
from local.airflow_environment import ensure
from local.dataplane.containers.addresses import Addresses
from local.dataplane.containers.images import Program
from local.dataplane.desired_state.model import Cache, CacheUser, Database, DesiredState
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.proxy.certificates import Certificates
from local.dataplane.stores.stores import Stores
from modules.airflow.variables import BROKER_TLS, VERIFIED
from modules.containers import (
    ROOT_CERTIFICATES_VOLUME,
    AwsLogs,
    Container,
    container_definitions,
    root_certificates_container,
    with_root_certificates,
)
from tests.airflow_image.image import PROJECT
from tests.dataplane.tasks import Tasks, output_of
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

REGION = "eu-west-1"
IMAGE = "docker.io/apache/airflow:3.1.8-python3.12"
PASSWORD = "for-tests-only"
DATABASE, PROXY = "acme.abcd.eu-west-1.rds.test", "acme.proxy-abcd.eu-west-1.rds.test"
CACHE = "master.acme.cache.test"
STORES = (
    Database(
        identifier="acme",
        names=(DATABASE, PROXY),
        port=5432,
        major_version=16,
        username="app",
        database_name="app",
        password=PASSWORD,
    ),
    Cache(
        identifier="acme",
        names=(CACHE,),
        port=6379,
        maxmemory_policy="noeviction",
        users=(CacheUser(identifier="u", name="default", access="on ~* &* +@all", passwords=(PASSWORD,)),),
    ),
)
CONNECT = """
import asyncio, json, os
import asyncpg, psycopg2
from celery import Celery

def psycopg2_(url):
    psycopg2.connect(url, connect_timeout=5).close()

def without_variables_(url):
    for name in ("PGSSLMODE", "PGSSLROOTCERT"):
        os.environ.pop(name, None)
    psycopg2_(url)

def asyncpg_(url):
    async def connect():
        await (await asyncpg.connect(url, timeout=5)).close()
    asyncio.run(connect())

def celery_(url):
    connection = Celery(broker=url, set_as_current=False).connection()
    connection.default_channel.client.ping()

said = {}
for client, host, url in json.loads(os.environ["URLS"]):
    try:
        globals()[client](url)
        said[f"{client} {host}"] = "connected"
    except Exception as error:
        said[f"{client} {host}"] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Running servers: the address of each name, and the authorities that signed for them."""

    addresses: dict[str, str]
    certificates: Certificates


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("stores")
    addresses, certificates = Addresses(folder), Certificates(folder / "certificates", folder / "authority")
    registry = ProcessRegistry(folder / "processes.json")
    stores = Stores(folder / "stores", registry=registry, addresses=addresses, certificates=certificates)
    desired_state = DesiredState(stores=STORES)

    def is_reconciled() -> bool:
        stores.advance(desired_state, time.monotonic())
        return stores.is_reconciled(desired_state)

    try:
        wait_for("database and cache", is_reconciled, 60)
        names = {name: each[0] for name, each in stores.names(desired_state).items()}
        yield Servers(addresses=names, certificates=certificates)
    finally:
        stores.stop()
        addresses.claim.close()


@pytest.fixture
def tasks(tmp_path: Path) -> Iterator[Tasks]:
    tasks = Tasks(tmp_path)
    environment = ensure(PROJECT)
    tasks.program = Program(
        command=(), programs=(environment / "bin",), user="airflow", user_id=50000, home="/home/airflow"
    )
    yield tasks
    tasks.end()


def connections(name_of: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """Client, host and URL, as the deployment's secrets have them; that of web services needs no variables."""
    urls = {host: f"postgresql://app:{PASSWORD}@{name_of(host)}:5432/app" for host in (DATABASE, PROXY)}
    return [
        *((client, host, url) for host, url in urls.items() for client in ("psycopg2_", "asyncpg_")),
        ("celery_", CACHE, f"rediss://default:{PASSWORD}@{name_of(CACHE)}:6379/1?{BROKER_TLS}"),
        *(("without_variables_", host, f"{url}?{DATABASE_TLS}") for host, url in urls.items()),
    ]


def outcome(
    tasks: Tasks, servers: Servers, roots: Callable[[str], str], *, name_of: Callable[[str], str] = str
) -> dict[str, str]:
    """What each client says of each connection.

    Args:
        tasks: starts the containers.
        servers: what they connect to.
        roots: what the data plane does to the roots that the task definition has.
        name_of: host → name by which it is addressed. Default: its own.
    """
    tasks.with_roots_of_here = roots
    tasks.names.update({name_of(host): (address,) for host, address in servers.addresses.items()})
    client = Container(
        name="main",
        image=IMAGE,
        command=("python", "-c", CONNECT),
        environment={**VERIFIED, "URLS": json.dumps(connections(name_of))},
    )
    definitions = container_definitions(
        [with_root_certificates(client), root_certificates_container(IMAGE, root_certificates(REGION))],
        AwsLogs(group="g", region=REGION, stream_prefix="s"),
        volumes=[ROOT_CERTIFICATES_VOLUME],
    )
    said: dict[str, str] = json.loads(output_of(tasks(*definitions)).splitlines()[-1])
    assert set(said) == EVERY
    return said


EVERY = {f"{client} {host}" for client, host, _ in connections(str)}
DATABASES = {name for name in EVERY if DATABASE in name}


def test_the_roots_of_the_region_verify_all_of_them(tasks: Tasks, servers: Servers) -> None:
    said = outcome(tasks, servers, servers.certificates.roots(REGION).replaced)
    assert said == dict.fromkeys(EVERY, "connected")


def test_no_other_authority_is_accepted_by_any_of_them(tasks: Tasks, servers: Servers, tmp_path: Path) -> None:
    awss_own = outcome(tasks, servers, str)
    other = Certificates(tmp_path / "certificates", tmp_path / "authority")
    of_another = outcome(tasks, servers, other.roots(REGION).replaced)
    for said in (awss_own, of_another):
        assert {name for name, text in said.items() if "certificate verify failed" in text} == EVERY, said


def test_databases_need_the_roots_of_their_region_and_the_rest_needs_amazons(tasks: Tasks, servers: Servers) -> None:
    of_another_region = outcome(tasks, servers, servers.certificates.roots("eu-west-2").replaced)
    rds_alone = servers.certificates.roots(REGION).replaced((FOLDER / f"{REGION}.pem").read_text())
    without_amazons = outcome(tasks, servers, lambda text: rds_alone if "CERTIFICATE" in text else text)
    assert connected(of_another_region) == EVERY - DATABASES
    assert connected(without_amazons) == DATABASES


def test_another_host_name_is_refused_by_all_of_them(tasks: Tasks, servers: Servers) -> None:
    said = outcome(tasks, servers, servers.certificates.roots(REGION).replaced, name_of="other-{}".format)
    for name, text in said.items():
        assert "does not match host name" in text or "Hostname mismatch" in text, (name, text)


def connected(said: dict[str, str]) -> set[str]:
    return {name for name, text in said.items() if text == "connected"}
