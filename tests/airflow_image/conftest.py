"""One PostgreSQL, one Redis and one prepared Airflow database for the folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.airflow_image.components import Deployment
from tests.airflow_image.ecs import Agent
from tests.airflow_image.image import Ended, Image, Running
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.redis import RedisServer, running_redis

WORK = """
import os, time
from celery import Celery

app = Celery(broker=os.environ["BROKER"])
# As Airflow has it.
app.conf.update(task_default_queue="protected", task_acks_late=True, worker_prefetch_multiplier=1)

@app.task(name="work")
def work(path):
    while not os.path.exists(path):
        time.sleep(0.1)
"""


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


@pytest.fixture
def agent() -> Iterator[Agent]:
    agent = Agent()
    yield agent
    agent.stop()


@pytest.fixture(scope="module")
def worker(image: Image, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A Celery worker of the queue `protected`, for one task at a time."""
    folder = tmp_path_factory.mktemp("worker")
    (folder / "work.py").write_text(WORK)
    command = ["celery", "-A", "work", "worker", "--queues", "protected", "--concurrency", "1", "--loglevel", "INFO"]
    variables = {"BROKER": redis_server.url(), "PYTHONPATH": str(folder)}
    running = image.start(command, variables, log=folder / "worker.log")
    running.wait_for("ready.")
    yield running
    running.end()


@pytest.fixture
def variables(agent: Agent, redis_server: RedisServer) -> dict[str, str]:
    """Of the program that protects it."""
    return {
        **agent.variables,
        "AIRFLOW__CELERY__BROKER_URL": redis_server.url(),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://nobody:asks@127.0.0.1:1/yet",
        "WINDLASS_PROTECTION_SECONDS": "0.5",
        "WINDLASS_QUEUES": "protected",
        "WINDLASS_REVISION_SECONDS": "0.5",
    }


@pytest.fixture
def send(image: Image, redis_server: RedisServer) -> Callable[[Path], None]:
    """Send a task that ends when the file exists."""

    def send(path: Path) -> None:
        text = "import sys; from celery import Celery; Celery(broker=sys.argv[1]).send_task('work', args=[sys.argv[2]], queue='protected')"  # noqa: E501
        assert image.run(["python", "-c", text, redis_server.url(), str(path)], {}).code == 0

    return send


@pytest.fixture
def protection(image: Image, worker: Running, variables: dict[str, str], log: Path) -> Iterator[Running]:
    """That program."""
    running = image.start_script("task_protection.py", variables, log=log)
    yield running
    running.end()
