"""Health, readiness, the container's health check, and the request log."""

import resource
import subprocess
import sys

from tests.docker.conftest import StartWeb
from tests.docker.web_service import FOLDER, WebService
from tests.support.postgres import PostgresServer


def test_health_names_version_and_colour(web: WebService) -> None:
    answer = web.get("/health")
    assert answer.status == 200
    assert answer.json == {"status": "healthy", "version": "2.0.0", "colour": "green", "database": "available"}


def test_ready_names_them_too(web: WebService) -> None:
    answer = web.get("/health/ready")
    assert answer.status == 200
    assert answer.json == {"status": "healthy", "version": "2.0.0", "colour": "green", "database": "available"}


def check(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "web.healthcheck"], cwd=FOLDER, env=environment, capture_output=True, text=True
    )


def test_the_containers_check_passes_and_costs_less_than_a_fifth_of_a_second(web: WebService) -> None:
    check(web.environment)  # the first run compiles; the image holds compiled files
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = check(web.environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.2


def test_the_containers_check_fails_in_one_line_where_nothing_listens_or_another_colour_answers(
    web: WebService,
) -> None:
    nothing = check(web.environment | {"PORT": "1"})
    other = check(web.environment | {"COLOUR": "blue"})

    assert nothing.returncode == other.returncode == 1
    assert nothing.stderr.startswith("unhealthy: no answer on port 1: ")
    assert nothing.stderr.count("\n") == 1
    assert other.stderr == "unhealthy: colour is 'green', this container's is 'blue'\n"


def test_a_service_without_sides_says_so_and_passes_its_check(start_web: StartWeb) -> None:
    service = start_web(COLOUR="none")
    assert service.wait_until("/health", colour="none")
    without = {name: value for name, value in service.environment.items() if name != "COLOUR"}
    assert check(without).returncode == 0


def test_a_server_that_is_not_verified_has_another_reason_than_one_that_is_missing() -> None:
    reasons = {
        "connection failed: SSL error: certificate verify failed": "TLS failed",
        'connection failed: server certificate for "db" does not match host name "other"': "TLS failed",
        'connection failed: root certificate file "/certificates/aws.pem" does not exist': "TLS failed",
        'connection failed: FATAL: database "items" does not exist': "no such database or role",
    }
    program = "import sys; from web.database import reason_of; print(reason_of(Exception(sys.argv[1])))"
    for text, reason in reasons.items():
        command = [sys.executable, "-c", program, text]
        assert subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=True).stdout == f"{reason}\n"


def test_a_database_with_another_password_leaves_the_service_alive_but_not_ready(
    start_web: StartWeb, postgres: PostgresServer
) -> None:
    service = start_web(ready=False, DATABASE_URL=postgres.url(password="no-such-password"))

    health = service.wait_until("/health", reason="authentication failed")
    assert health == {
        "status": "degraded",
        "version": "1.2.3",
        "colour": "blue",
        "database": "unavailable",
        "reason": "authentication failed",
    }
    assert check(service.environment).returncode == 0
    ready = service.get("/health/ready")
    assert (ready.status, ready.json["status"], ready.json["reason"]) == (503, "unhealthy", "authentication failed")
    items = service.get("/items")
    assert (items.status, items.json["error"]["code"]) == (503, "database_unavailable")
    assert items.headers["retry-after"] == "5"
    assert "no-such-password" not in service.output()


def test_every_request_is_one_json_line_with_the_client_that_the_one_proxy_saw(web: WebService) -> None:
    sent = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Amzn-Trace-Id": "Root=1-abc"}
    web.request("GET", "/items?limit=3&marker=log", headers=sent)
    web.request("POST", "/items", {"name": 1})

    requests = [line for line in web.logs() if line["logger"] == "web.request"]
    read, refused = requests[-2:]
    assert {key: read[key] for key in ("method", "path", "status", "colour", "version", "client", "trace_id")} == {
        "method": "GET",
        "path": "/items",
        "status": 200,
        "colour": "green",
        "version": "2.0.0",
        "client": "203.0.113.9",
        "trace_id": "Root=1-abc",
    }
    assert 0 < read["duration_ms"] < 5000
    assert (refused["method"], refused["status"], refused["client"]) == ("POST", 400, "127.0.0.1")
    assert not [line for line in web.logs() if line["logger"] == "gunicorn.access"]


def test_passed_health_checks_are_not_logged_by_default(start_web: StartWeb) -> None:
    service = start_web()
    service.get("/health")
    service.get("/items")
    assert [line["path"] for line in service.logs() if line["logger"] == "web.request" and line["status"] == 200] == [
        "/items"
    ]
