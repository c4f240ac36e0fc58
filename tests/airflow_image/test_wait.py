"""The gate of the components: it opens when the schema is that of the image, and for a worker when the API answers."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.airflow_image.components import Deployment
from tests.airflow_image.image import Running
from tests.support.postgres import running_postgres

URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


@pytest.fixture(scope="module")
def schema(deployment: Deployment, prepared: object) -> str:
    """The revision that a prepared database has."""
    deployment.postgres.execute("CREATE DATABASE waited TEMPLATE airflow OWNER airflow")
    import psycopg

    with psycopg.connect(deployment.postgres.url(database="waited")) as connection:
        ((revision,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(revision)


def set_schema(deployment: Deployment, revision: str) -> None:
    deployment.postgres.execute(f"UPDATE alembic_version SET version_num = '{revision}'", database="waited")


@pytest.fixture
def variables(deployment: Deployment, schema: str) -> Iterator[dict[str, str]]:
    yield {URL: deployment.url().replace("/airflow?", "/waited?"), "WINDLASS_WAIT_SECONDS": "30"}
    set_schema(deployment, schema)


@pytest.fixture
def waiting(deployment: Deployment, variables: dict[str, str], log: Path) -> Iterator[Running]:
    """It waits, because the schema is one of Airflow 3.1.0."""
    set_schema(deployment, "7582ea3f3dd5")
    running = deployment.image.start_script("wait.py", variables, log=log)
    running.wait_for("that of an older Airflow")
    yield running
    running.end()


@pytest.mark.slow
def test_it_opens_at_once_when_all_is_there(deployment: Deployment, variables: dict[str, str]) -> None:
    done = deployment.image.run_script("wait.py", variables)
    assert (done.code, done.out) == (0, "wait: ready\n")
    assert done.cpu_seconds < 1


@pytest.mark.slow
def test_it_opens_when_the_migration_is_done(deployment: Deployment, waiting: Running, schema: str) -> None:
    set_schema(deployment, schema)
    assert waiting.process.wait(timeout=20) == 0
    assert waiting.output.endswith("wait: ready\n")


@pytest.mark.slow
def test_it_does_not_open_for_a_newer_schema(deployment: Deployment, variables: dict[str, str]) -> None:
    set_schema(deployment, "ffffffffffff")
    done = deployment.image.run_script("wait.py", variables)
    assert (done.code, done.err) == (1, "wait: the database was migrated by a newer Airflow than this image's\n")


@pytest.mark.slow
def test_a_worker_waits_for_the_execution_api_too(deployment: Deployment, variables: dict[str, str], log: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # answers 501 to a GET
    server.server_close()
    url = f"http://127.0.0.1:{server.server_port}/api/v2/version"
    running = deployment.image.start_script("wait.py", {**variables, "WINDLASS_WAIT_FOR_URL": url}, log=log)
    try:
        running.wait_for(f"{url} does not answer")

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", server.server_port), Answers) as answering:
            Thread(target=answering.serve_forever, daemon=True).start()
            assert running.process.wait(timeout=20) == 0
            answering.shutdown()
    finally:
        running.end()


@pytest.mark.slow
def test_it_waits_for_a_server_and_for_tables_and_reports_what_is_missing(deployment: Deployment, log: Path) -> None:
    with running_postgres(started=False) as server:
        empty = server.url().replace("postgresql:", "postgresql+psycopg2:")
        running = deployment.image.start_script("wait.py", {URL: empty, "WINDLASS_WAIT_SECONDS": "3"}, log=log)
        try:
            running.wait_for("Connection refused")
            server.start()
            assert running.process.wait(timeout=20) == 1
        finally:
            running.end()
    assert "wait: gave up after 3 seconds: the database has no tables yet" in running.output


@pytest.mark.parametrize("url", ["", "sqlite:////tmp/airflow.db"])
def test_without_a_database_url_it_fails_at_once(deployment: Deployment, url: str) -> None:
    done = deployment.image.run_script("wait.py", {URL: url})
    assert (done.code, done.err) == (
        1,
        f"wait: {URL} must be postgresql://..., with user, password, host, port and database\n",
    )
