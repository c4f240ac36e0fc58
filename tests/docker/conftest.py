"""One PostgreSQL for the folder, a migrated database per test, and web services that end with their test."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docker.web_service import WebService, migrated
from tests.support.postgres import PostgresServer, running_postgres

StartWeb = Callable[..., WebService]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def new_database(postgres: PostgresServer) -> Callable[[], str]:
    """Makes migrated databases. The migration runs once; the others are copies."""
    migrated(postgres.create_database("template-of-web"))

    def create() -> str:
        name = f"web-{next(_numbers)}"
        postgres.execute(f'CREATE DATABASE "{name}" TEMPLATE "template-of-web"')
        return postgres.url(database=name)

    return create


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def empty_database_url(postgres: PostgresServer) -> str:
    return postgres.create_database(f"web-{next(_numbers)}")


@pytest.fixture
def start_web(tmp_path: Path, database_url: str) -> Iterator[StartWeb]:
    """Starts a service; `ready=False` does not wait until it serves."""
    started: list[WebService] = []

    def start(colour: str = "blue", *, ready: bool = True, **environment: str) -> WebService:
        given = {
            "DATABASE_URL": database_url,
            "COLOUR": colour,
            "VERSION": "1.2.3",
            "WEB_CONCURRENCY": "1",
            **environment,
        }
        service = WebService(tmp_path / f"{len(started)}.log", given)
        started.append(service)
        if ready:
            service.wait_until("/health/ready", status="healthy")
        return service

    yield start
    for service in started:
        service.stop()


@pytest.fixture(scope="module")
def web(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    """One service for all tests of a module that do not disturb it."""
    environment = {
        "DATABASE_URL": new_database(),
        "COLOUR": "green",
        "VERSION": "2.0.0",
        "WEB_CONCURRENCY": "1",
        "LOG_LEVEL": "DEBUG",
    }
    service = WebService(tmp_path_factory.mktemp("web") / "log", environment)
    try:
        service.wait_until("/health/ready", status="healthy")
        yield service
    finally:
        service.stop()
