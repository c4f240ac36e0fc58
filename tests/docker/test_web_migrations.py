"""Migrations: once, gated, however many try; and what the service does before, during and after one."""

import json
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.docker.conftest import StartWeb
from tests.docker.web_service import FOLDER, WebService, migrate, migrated, start_migration
from tests.support.postgres import PostgresServer, running_postgres

pytestmark = pytest.mark.slow

VERSIONS = FOLDER / "web" / "migrations" / "versions"
BEFORE_MIGRATIONS = """
    CREATE TABLE IF NOT EXISTS items (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
        created_at timestamptz NOT NULL DEFAULT now()
    )
"""
"""How versions before the first migration created the table."""

NEXT = '''"""One column more, which the version before can ignore."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Expand."""
    op.add_column("items", sa.Column("colour", sa.Text(), nullable=True))
'''


def query(database_url: str, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(text.encode()).fetchall()


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The messages of its log; every line must be JSON."""
    return [json.loads(line)["message"] for line in done.stdout.splitlines()]


def shape(database_url: str) -> list[tuple[object, ...]]:
    """Columns and constraints of the table, as the catalogue has them."""
    columns = query(
        database_url,
        "SELECT column_name, data_type, is_nullable, column_default, identity_generation"
        " FROM information_schema.columns WHERE table_name = 'items' ORDER BY ordinal_position",
    )
    constraints = query(
        database_url,
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'items'::regclass ORDER BY conname",
    )
    return columns + constraints


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The folder of a version of the service that has one revision more."""
    folder = tmp_path / "newer"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "web" / "migrations" / "versions" / "r0002_colour.py").write_text(NEXT)
    return folder


def test_a_fresh_database_gets_the_table_and_a_line_for_each_revision(empty_database_url: str) -> None:
    before = migrate(empty_database_url, "--check")
    done = migrate(empty_database_url)
    after = migrate(empty_database_url, "--check")

    assert (before.returncode, done.returncode, after.returncode) == (3, 0, 0)
    assert said(before) == ["migrate: the database is at 0000, this version needs 0001"]
    assert said(done) == ["migrate: 0001 applied"]
    assert query(empty_database_url, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert done.stderr == ""


def test_a_check_changes_nothing(empty_database_url: str) -> None:
    migrate(empty_database_url, "--check")
    assert query(empty_database_url, "SELECT to_regclass('alembic_version')") == [(None,)]


def test_a_second_run_has_nothing_to_do(database_url: str) -> None:
    done = migrate(database_url)
    assert done.returncode == 0
    assert said(done) == ["migrate: nothing to do: at 0001, this version needs 0001"]


def test_a_table_that_an_older_version_made_is_adopted_with_its_rows(
    empty_database_url: str, database_url: str
) -> None:
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(BEFORE_MIGRATIONS)
        connection.execute("INSERT INTO items (name) VALUES ('kept')")

    migrated(empty_database_url)

    assert query(empty_database_url, "SELECT id, name FROM items") == [(1, "kept")]
    assert shape(empty_database_url) == shape(database_url), "adopted or made, the table is the same"


def test_of_migrations_at_once_one_migrates_and_the_others_find_nothing_left(empty_database_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(migrate, [empty_database_url] * 3))
    assert [run.returncode for run in runs] == [0, 0, 0], [run.stdout for run in runs]
    lines = [line for run in runs for line in said(run)]
    assert lines.count("migrate: 0001 applied") == 1
    assert lines.count("migrate: nothing to do: at 0001, this version needs 0001") == 2


def test_it_waits_for_its_database_and_says_so() -> None:
    with running_postgres(started=False) as postgres, start_migration(postgres.url()) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())["message"]
        assert first.startswith("migrate: the database cannot be reached: connection refused; next")
        postgres.start()
        process.communicate(timeout=30)
        assert process.returncode == 0


def test_it_gives_up_when_the_time_is_over_or_waiting_is_of_no_use(postgres: PostgresServer) -> None:
    away = migrate("postgresql://web:p@127.0.0.1:1/web?sslmode=disable", "--wait", "0.1")
    wrong = migrate(postgres.url(password="no-such-password"))

    assert away.returncode == wrong.returncode == 1
    assert said(away)[-1] == "migrate: gave up: the database cannot be reached: connection refused"
    assert said(wrong)[-1].startswith("migrate: gave up: authentication failed")
    assert "no-such-password" not in wrong.stdout + wrong.stderr


def test_a_wrong_environment_ends_with_2(empty_database_url: str) -> None:
    done = migrate(empty_database_url, COLOUR="red")
    assert (done.returncode, done.stderr) == (2, "COLOUR is 'red': give one of blue, green, none\n")


def test_a_revision_that_fails_leaves_the_schema_as_it_was(database_url: str, newer: Path) -> None:
    path = newer / "web" / "migrations" / "versions" / "r0002_colour.py"
    path.write_text(path.read_text() + '    op.execute("SELECT 1 / 0")\n')
    done = migrate(database_url, folder=newer)
    assert done.returncode == 1
    assert said(done)[-1].startswith("migrate: failed: ")
    assert "division by zero" in said(done)[-1]
    assert query(database_url, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert query(database_url, "SELECT 1 FROM information_schema.columns WHERE column_name = 'colour'") == []


def test_a_busy_table_delays_it_without_blocking_readers(database_url: str, newer: Path) -> None:
    migrations = newer / "web" / "migrate.py"
    migrations.write_text(migrations.read_text().replace('"5s"', '"200ms"'))
    with psycopg.connect(database_url) as reader, ThreadPoolExecutor(1) as pool:
        reader.execute("SELECT count(*) FROM items")  # a transaction that stays open, as a long report does
        run = pool.submit(migrate, database_url, folder=newer)
        deadline = time.monotonic() + 30
        while query(database_url, "SELECT count(*) FROM pg_locks WHERE NOT granted") == [(0,)]:
            assert not run.done()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)  # longer than the migration waits for a lock, so that it has to say something
        assert not run.done()
        reader.rollback()
        done = run.result(timeout=30)
    assert done.returncode == 0
    assert said(done)[0].startswith("migrate: a table is busy: no lock within 200ms; next attempt")
    assert said(done)[-1] == "migrate: 0002 applied"


def test_an_index_can_be_made_beside_those_who_write(database_url: str, newer: Path) -> None:
    path = newer / "web" / "migrations" / "versions" / "r0002_colour.py"
    path.write_text(
        NEXT.partition("    op.add_column")[0] + "    with op.get_context().autocommit_block():\n"
        '        op.create_index("items_name", "items", ["name"], postgresql_concurrently=True, if_not_exists=True)\n'
    )
    done = migrate(database_url, folder=newer)
    assert done.returncode == 0, done.stdout
    assert query(database_url, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'items_name'::regclass") == [(True,)]
    assert said(migrate(database_url, folder=newer)) == ["migrate: nothing to do: at 0002, this version needs 0002"]


def test_the_service_waits_for_the_migration_and_then_continues(start_web: StartWeb, empty_database_url: str) -> None:
    service = start_web(ready=False, DATABASE_URL=empty_database_url)
    waiting = "waiting for migration 0001, the database is at 0000"

    health = service.wait_until("/health", status="degraded", reason=waiting)
    assert health["database"] == "unavailable"
    ready = service.get("/health/ready")
    assert (ready.status, ready.json["reason"]) == (503, waiting)
    assert service.post("too early").status == 503
    assert query(empty_database_url, "SELECT to_regclass('items')") == [(None,)], "the service makes no schema"

    migrated(empty_database_url)
    started = time.monotonic()
    service.wait_until("/health/ready", status="healthy")
    assert time.monotonic() - started < 10
    assert service.post("in time").status == 201
    assert [line["message"] for line in service.logs()].count(f"database: {waiting}") == 1, "said once, not each second"


def test_the_old_colour_serves_on_while_and_after_a_newer_one_migrates(
    start_web: StartWeb, database_url: str, newer: Path
) -> None:
    old = start_web("blue")
    old.post("before")

    assert migrate(database_url, folder=newer).returncode == 0

    assert old.post("after").status == 201
    restarted = start_web("blue")
    assert [item["name"] for item in restarted.get("/items").json["items"]] == ["after", "before"]
    assert migrate(database_url, "--check").returncode == 0
    # To deploy the old image again runs its migration again.
    assert said(migrate(database_url)) == ["migrate: nothing to do: at 0002, this version needs 0001"]


def test_the_new_colour_waits_for_its_own_revision(tmp_path: Path, database_url: str, newer: Path) -> None:
    given = {"DATABASE_URL": database_url, "COLOUR": "green", "VERSION": "2.0.0", "WEB_CONCURRENCY": "1"}
    service = WebService(tmp_path / "log", given, folder=newer)
    try:
        service.wait_until("/health", reason="waiting for migration 0002, the database is at 0001")
        assert migrate(database_url, folder=newer).returncode == 0
        service.wait_until("/health/ready", status="healthy")
    finally:
        service.stop()


def test_a_stop_in_the_middle_ends_it_and_leaves_nothing_half_done(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", (0x776562,))
        process = subprocess.Popen(
            [sys.executable, "-m", "web.migrate"],
            cwd=FOLDER,
            env={"DATABASE_URL": empty_database_url, "COLOUR": "green", "VERSION": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert "another migration runs" in process.stdout.readline()
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == 143
    assert query(empty_database_url, "SELECT to_regclass('items')") == [(None,)]


def test_revisions_are_numbered_one_after_the_other() -> None:
    files = sorted(path for path in VERSIONS.glob("r*.py"))
    for number, path in enumerate(files, start=1):
        text = path.read_text()
        assert path.name.startswith(f"r{number:04}_")
        assert f'revision = "{number:04}"' in text
        below = f'"{number - 1:04}"' if number > 1 else "None"
        assert re.search(rf"^down_revision = {below}$", text, re.MULTILINE)
        assert "def downgrade" not in text, "the image goes back, the schema stays"
