"""Wait until the database has the schema of this image, and until an address answers (A07, A11, A12)."""

import importlib.util
import os
import re
import sys
import time
import urllib.request
from pathlib import Path
from typing import NoReturn

import psycopg2
import psycopg2.errors

AIRFLOW = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def known_revisions() -> tuple[set[str], set[str]]:
    """All schema revisions of this image's Airflow, and the latest, from its files: importing Airflow takes seconds."""
    airflow = importlib.util.find_spec("airflow")
    if airflow is None or not airflow.submodule_search_locations:
        fail("this image has no Airflow")
    folder = Path(airflow.submodule_search_locations[0]) / "migrations" / "versions"
    revisions: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in folder.glob("*.py"):
        for name, value in re.findall(r'^((?:down_)?revision)\b[^=\n]*= *"(\w+)"', path.read_text(), re.MULTILINE):
            revisions[name].add(value)
    return revisions["revision"], revisions["revision"] - revisions["down_revision"]


def what_the_schema_lacks(address: str, known: set[str], last: set[str]) -> str:
    """Empty when it is the right one."""
    try:
        connection = psycopg2.connect(address, connect_timeout=5)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT version_num FROM alembic_version")
                there = {row[0] for row in cursor.fetchall()}
        finally:
            connection.close()
    except psycopg2.errors.UndefinedTable:
        return "the database has no tables yet"
    except psycopg2.Error as error:
        return (str(error).strip().splitlines() or ["the database does not answer"])[0]
    if there - known:
        fail("the database was migrated by a newer Airflow than this image's")
    return "" if there == last else "the database's schema is that of an older Airflow"


def what_the_address_lacks(url: str) -> str:
    try:
        urllib.request.urlopen(url, timeout=5).close()
        return ""
    except (OSError, ValueError) as error:
        return f"{url} does not answer: {getattr(error, 'reason', error)}"


def fail(text: str) -> NoReturn:
    print(f"wait: {text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def main() -> None:
    address = re.sub(r"^postgresql\+\w+", "postgresql", os.environ.get(AIRFLOW, ""))
    if not address.startswith("postgresql://"):
        fail(f"{AIRFLOW} must be postgresql://..., with user, password, host, port and database")
    url = os.environ.get("WINDLASS_WAIT_FOR_URL", "")
    try:
        seconds = float(os.environ.get("WINDLASS_WAIT_SECONDS", "600"))
    except ValueError:
        fail("WINDLASS_WAIT_SECONDS is not a number")
    known, last = known_revisions()
    end = time.monotonic() + seconds
    said = ""
    while lacking := what_the_schema_lacks(address, known, last) or (url and what_the_address_lacks(url)):
        if time.monotonic() > end:
            fail(f"gave up after {seconds:.0f} seconds: {lacking}")
        if lacking != said:
            said = lacking
            print(f"wait: {lacking}", flush=True)
        time.sleep(2)
    print("wait: ready", flush=True)


main()
