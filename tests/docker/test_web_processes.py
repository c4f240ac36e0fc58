"""Blue, green and their database as real processes that start, stop and come back (D05)."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.docker.conftest import StartWeb
from tests.docker.web_service import migrated
from tests.support.postgres import PostgresServer, running_postgres

pytestmark = pytest.mark.slow

HARD_PASSWORD = "p@ss:w/o?r#d %41&='\"\\ü"


def test_both_colours_start_at_once(start_web: StartWeb) -> None:
    services = [start_web(colour, ready=False, WEB_CONCURRENCY="3") for colour in ("blue", "green")]
    for service in services:
        service.wait_until("/health/ready", status="healthy")
    assert not [line for service in services for line in service.logs() if line["level"] in ("WARNING", "ERROR")]


def test_what_blue_wrote_green_reads_and_blue_still_has_it_after_a_rollback(start_web: StartWeb) -> None:
    blue = start_web("blue", VERSION="1.0.0")
    blue.post("written by blue")
    green = start_web("green", VERSION="2.0.0")
    green.post("written by green")

    expected = ["written by green", "written by blue"]
    for service, version in ((green, "2.0.0"), (blue, "1.0.0")):
        assert service.get("/health").json["version"] == version
        listed = service.get("/items").json
        assert listed["count"] == 2
        assert [item["name"] for item in listed["items"]] == expected


def test_a_restart_of_the_database_costs_no_restart_of_the_service(
    start_web: StartWeb, postgres: PostgresServer
) -> None:
    service = start_web()
    service.post("before")
    with ThreadPoolExecutor(4) as pool:  # so that the pool holds several connections, all of which break
        list(pool.map(service.get, ["/items"] * 20))

    postgres.restart()

    assert service.post("after").status == 201
    service.wait_until("/health", status="healthy")
    assert [item["name"] for item in service.get("/items").json["items"]] == ["after", "before"]


def test_a_database_that_goes_away_is_reported_and_used_again_when_it_is_back(start_web: StartWeb) -> None:
    with running_postgres() as postgres:
        service = start_web(DATABASE_URL=migrated(postgres.url()))
        service.post("before")

        postgres.stop()
        started = time.monotonic()
        assert service.get("/items").status == 503
        assert service.wait_until("/health", status="degraded")["reason"] == "connection refused"
        ready = service.get("/health/ready")
        assert (ready.status, ready.json["reason"]) == (503, "connection refused")
        assert time.monotonic() - started < 10

        postgres.start()
        service.wait_until("/health/ready", status="healthy")
        assert service.get("/items").json["count"] == 1


def test_the_service_starts_before_its_database_and_waits_for_it(start_web: StartWeb) -> None:
    with running_postgres(started=False) as postgres:
        service = start_web(ready=False, DATABASE_URL=postgres.url())
        service.wait_until("/health", status="degraded", reason="connection refused")
        assert service.post("too early").status == 503

        postgres.start()
        service.wait_until("/health", status="degraded", reason="waiting for migration 0001, the database is at 0000")
        migrated(postgres.url())
        service.wait_until("/health/ready", status="healthy")
        assert service.post("in time").status == 201


def test_a_request_in_flight_is_finished_after_sigterm(start_web: StartWeb, database_url: str) -> None:
    service = start_web()
    with (
        psycopg.connect(database_url) as lock,
        psycopg.connect(database_url, autocommit=True) as observer,
        ThreadPoolExecutor(1) as client,
    ):
        lock.execute("LOCK TABLE items")
        slow = client.submit(service.post, "slow")
        deadline = time.monotonic() + 4
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT%'"
        while observer.execute(waiting).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.02)

        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert not slow.done()
        lock.rollback()
        assert slow.result(timeout=5).status == 201

    assert service.process.wait(timeout=10) == 0
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT name FROM items").fetchall() == [("slow",)]


def test_a_statement_that_takes_too_long_is_a_503_and_not_a_hung_worker(start_web: StartWeb, database_url: str) -> None:
    # The URL's options are kept in addition to the service's limits.
    service = start_web(DATABASE_URL=f"{database_url}&options=-c%20work_mem%3D5MB")
    with psycopg.connect(database_url) as lock, ThreadPoolExecutor(4) as clients:
        lock.execute("LOCK TABLE items")
        answers = list(clients.map(service.post, ["never"] * 4))
        assert [answer.status for answer in answers] == [503] * 4
        assert "statement timed out" in answers[0].json["error"]["message"]
        assert service.get("/health").json["status"] == "healthy"
    assert service.get("/items").json["count"] == 0


def test_a_worker_never_has_more_connections_than_the_readme_says(start_web: StartWeb, database_url: str) -> None:
    service = start_web("green")
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(service.get, ["/items"] * 100))
    assert {answer.status for answer in answers} == {200}
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'web-green' AND datname = current_database()"
        ).fetchone()
    assert row is not None and 2 <= row[0] <= 5


def test_a_password_with_every_awkward_character_works_when_percent_encoded(
    start_web: StartWeb, postgres: PostgresServer, empty_database_url: str
) -> None:
    database = empty_database_url.rsplit("/", 1)[1].split("?")[0]
    literal = HARD_PASSWORD.replace("'", "''")
    postgres.execute(f"CREATE ROLE \"web user\" LOGIN PASSWORD '{literal}'")
    postgres.execute(f'GRANT CREATE ON DATABASE "{database}" TO "web user"')
    postgres.execute('GRANT CREATE ON SCHEMA public TO "web user"', database=database)
    url = postgres.url(user="web user", password=HARD_PASSWORD, database=database)

    service = start_web(DATABASE_URL=migrated(url))

    assert service.post("let in").status == 201
    with psycopg.connect(postgres.url()) as connection:
        stored = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'web user'").fetchone()
    assert stored is not None and stored[0].startswith("SCRAM-SHA-256$"), "the role logs in with a real password check"
    assert HARD_PASSWORD not in service.output()


def test_a_role_that_owns_nothing_serves_as_soon_as_it_is_let_in(
    start_web: StartWeb, postgres: PostgresServer, database_url: str
) -> None:
    database = database_url.rsplit("/", 1)[1].split("?")[0]
    postgres.execute("CREATE ROLE reader_writer LOGIN PASSWORD 'for-tests-only'")
    url = postgres.url(user="reader_writer", database=database)
    service = start_web("green", ready=False, DATABASE_URL=url)
    assert service.wait_until("/health", reason="permission denied")["status"] == "degraded"

    postgres.execute("GRANT SELECT ON alembic_version TO reader_writer", database=database)
    postgres.execute("GRANT SELECT, INSERT ON items TO reader_writer", database=database)

    service.wait_until("/health/ready", status="healthy")
    assert service.post("through green").status == 201
