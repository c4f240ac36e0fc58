"""One PostgreSQL, one Redis and one prepared Airflow database for the folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.airflow_image.components import Deployment
from tests.airflow_image.image import Ended, Image
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.redis import RedisServer, running_redis


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """With a role that may do what RDS's first user may, and is no superuser."""
    with running_postgres() as server:
        server.execute("CREATE ROLE master LOGIN CREATEDB CREATEROLE PASSWORD 'master'")
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return Image(tmp_path_factory.mktemp("airflow"))


@pytest.fixture(scope="session")
def deployment(
    image: Image, postgres: PostgresServer, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Deployment:
    return Deployment(image=image, postgres=postgres, redis=redis_server, dags=tmp_path_factory.mktemp("dags"))


@pytest.fixture(scope="session")
def prepared(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> list[Ended]:
    """The database, prepared by two at once, as when two API servers start; how the two ended."""
    folder = tmp_path_factory.mktemp("prepare")
    variables = deployment.preparation()
    started = [
        deployment.image.start_script("prepare.py", variables, log=folder / f"{number}.log") for number in range(2)
    ]
    codes = [each.process.wait(timeout=180) for each in started]
    return [Ended(code=code, out=each.output, err="", cpu_seconds=0) for code, each in zip(codes, started, strict=True)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "program.log"
