"""A wrong environment: one line per mistake, exit code 2, nothing secret."""

import subprocess
import sys

import pytest

from tests.docker.web_service import FOLDER

GOOD = {
    "DATABASE_URL": "postgresql://web:s3cr3t-w0rd@127.0.0.1:1/items?sslmode=require",
    "COLOUR": "blue",
    "VERSION": "1.2.3",
}


def start(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    command = [sys.executable, *(arguments or ("-m", "web"))]
    return subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", None, "DATABASE_URL is missing"),
        ("DATABASE_URL", "host=db password=s3cr3t-w0rd", "DATABASE_URL is not a PostgreSQL URL"),
        ("DATABASE_URL", "postgresql://web:s3cr3t-w0rd%zz@db/items?sslmode=require", "percent-encode the password"),
        ("DATABASE_URL", "postgresql://web:s3cr3t-w0rd@db/items", "DATABASE_URL lacks sslmode"),
        ("DATABASE_URL", "postgresql://s3cr3t-w0rd@?sslmode=require", "DATABASE_URL lacks password, host, dbname"),
        ("DATABASE_URL", "postgresql://web:s3cr3t-w0rd@db/items?sslmode=on", "unknown sslmode: give one of disable"),
        ("COLOUR", "red", "COLOUR is 'red': give one of blue, green, none"),
        ("VERSION", None, "VERSION is missing"),
        ("VERSION", "1 2", "VERSION is '1 2'"),
        ("PORT", "http", "PORT is 'http': give a whole number from 1 to 65535"),
        ("PORT", "65536", "PORT is '65536'"),
        ("KEEP_ALIVE_SECONDS", "4006", "KEEP_ALIVE_SECONDS is '4006': give a whole number from 1 to 4005"),
        ("WEB_CONCURRENCY", "many", "WEB_CONCURRENCY is 'many': give a whole number from 1 to 32"),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY is '0'"),
        ("LOG_LEVEL", "TRACE", "LOG_LEVEL is 'TRACE': give one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_a_wrong_variable_is_one_line_that_names_it(name: str, value: str | None, says: str) -> None:
    result = start(**{name: value})
    assert result.returncode == 2
    assert says in result.stderr
    assert result.stderr.startswith(name)
    assert result.stderr.count("\n") == 1
    assert "s3cr3t-w0rd" not in result.stdout + result.stderr


def test_connections_stay_open_as_long_as_the_variable_says() -> None:
    program = "import web.gunicorn_conf as conf; print(conf.keepalive)"
    for given, kept in ((None, 65), ("305", 305)):
        assert start("-c", program, KEEP_ALIVE_SECONDS=given).stdout == f"{kept}\n"


def test_all_mistakes_are_reported_together() -> None:
    result = start(COLOUR="", PORT="-1", DATABASE_URL=None)
    assert result.returncode == 2
    assert [line.split()[0] for line in result.stderr.splitlines()] == ["DATABASE_URL", "COLOUR", "PORT"]


def test_a_service_without_sides_needs_no_colour() -> None:
    result = start(COLOUR=None, VERSION=None)
    assert [line.split()[0] for line in result.stderr.splitlines()] == ["VERSION"]
