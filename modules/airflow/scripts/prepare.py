"""Make Airflow's database ready: roles, database, schema, first user, pools (A07, A18).

Runs in the API server's task before the API server. Several at once take turns. What is there stays as it is.
"""

import json
import os
import re
import sys
import time
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

ADMIN = "WINDLASS_ADMIN_DATABASE_URL"
AIRFLOW = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
FINAL = ("authentication failed", "does not exist", "no pg_hba.conf entry", "could not translate", "invalid")
USER_KEYS = ("username", "first_name", "last_name", "email", "role")


def say(text: str) -> None:
    print(f"prepare: {text}", flush=True)


def fail(text: str) -> NoReturn:
    print(f"prepare: {text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def url_parts(name: str) -> tuple[str, str, str]:
    """User, password and database of a URL. The URL itself is never shown."""
    try:
        url = urlsplit(os.environ.get(name, ""))
        parts = (unquote(url.username or ""), unquote(url.password or ""), unquote(url.path.strip("/")))
        if re.fullmatch(r"postgresql(\+\w+)?", url.scheme) and url.hostname and url.port and all(parts):
            return parts
    except ValueError:
        pass
    fail(f"{name} must be postgresql://..., with user, password, host, port and database, each percent-encoded")


def json_of(name: str) -> dict[str, Any]:
    try:
        value = json.loads(os.environ.get(name) or "{}")
    except ValueError as error:
        fail(f"{name} is not JSON: {error}")
    if not isinstance(value, dict):
        fail(f"{name} must be a JSON object")
    return value


def connect(name: str) -> Any:
    """A connection in autocommit mode, as soon as the server takes one: RDS is "available" before it does (A08)."""
    address = re.sub(r"^postgresql\+\w+", "postgresql", os.environ[name])
    last = time.monotonic() + float(os.environ.get("WINDLASS_WAIT_SECONDS", "600"))
    said = ""
    while True:
        try:
            connection = psycopg2.connect(address, connect_timeout=5)
            connection.autocommit = True
            return connection
        except psycopg2.Error as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        if any(words in reason for words in FINAL) or time.monotonic() > last:
            fail(f"{name}: {reason}")
        if reason != said:
            said = reason
            say(f"waiting for the database: {reason}")
        time.sleep(3)


def make_roles_and_database(admin: Any, user: str, password: str, database: str) -> None:
    """Roles take turns (airflow_a, airflow_b) and act as their owner, so tables belong to no single password."""
    owner = user[:-2]
    names = {"owner": sql.Identifier(owner), "user": sql.Identifier(user), "database": sql.Identifier(database)}

    def run(statement: str, **more: Any) -> None:
        cursor.execute(sql.SQL(statement).format(**names, **more))

    with admin.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", (owner, user))
        there = {row[0] for row in cursor.fetchall()}
        if owner not in there:
            run("CREATE ROLE {owner} NOLOGIN")
        if user not in there:
            run("CREATE ROLE {user}")
        # From PostgreSQL 16 on, who makes a role may not act as it without this.
        run("GRANT {owner} TO CURRENT_USER")
        # The server gets a hash, so the password cannot end up in its log.
        hashed = encrypt_password(password, user, admin, "scram-sha-256")
        run("ALTER ROLE {user} WITH LOGIN PASSWORD {hashed}", hashed=sql.Literal(hashed))
        run("GRANT {owner} TO {user}")
        run("ALTER ROLE {user} SET role TO {owner}")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
        if cursor.fetchone() is None:
            run("CREATE DATABASE {database} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0")
            run("REVOKE ALL ON DATABASE {database} FROM PUBLIC")
            say(f"database {database} made")
    own = connect(AIRFLOW)
    with own.cursor() as cursor:
        cursor.execute("SELECT current_user, has_database_privilege(current_database(), 'CREATE')")
        if cursor.fetchone() != (owner, True):
            fail(f"database {database} must belong to role {owner}: ALTER DATABASE ... OWNER TO {owner}")
    own.close()
    say(f"role {user} acts as {owner}")


def migrate() -> None:
    from airflow import __version__
    from airflow.cli.cli_parser import get_parser
    from alembic.util import CommandError

    arguments = get_parser().parse_args(["db", "migrate"])
    try:
        arguments.func(arguments)
    except CommandError as error:
        if "locate revision" not in str(error):
            raise
        fail(f"the database was migrated by a newer Airflow than {__version__}: deploy that one, or downgrade with it")
    say(f"schema is that of Airflow {__version__}")


def make_pools(pools: dict[str, Any]) -> None:
    from airflow.models.pool import Pool

    for name, pool in pools.items():
        Pool.create_or_update_pool(
            name, pool["slots"], pool.get("description", ""), pool.get("include_deferred", False)
        )
        say(f"pool {name}: {pool['slots']} slots")


def make_first_user(user: dict[str, str], password: str) -> None:
    """The deployment owns this user's password: a new secret is a new password."""
    from airflow.configuration import conf

    if "fab" not in conf.get("core", "auth_manager").lower():
        fail("WINDLASS_FIRST_USER is set, but AIRFLOW__CORE__AUTH_MANAGER is not FAB's")
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from werkzeug.security import check_password_hash

    name = user["username"]
    with get_application_builder() as builder:
        manager = builder.sm
        known = manager.find_user(username=name)
        if known is None:
            role = manager.find_role(user["role"]) or fail(f"WINDLASS_FIRST_USER: there is no role {user['role']!r}")
            names = (name, user["first_name"], user["last_name"], user["email"])
            manager.add_user(*names, role, password) or fail(
                f"user {name} could not be created; is its e-mail address already in use?"
            )
            say(f"user {name} created")
        elif not check_password_hash(known.password or "", password):
            manager.reset_password(known.id, password)
            say(f"user {name} has the new password")
        else:
            say(f"user {name} already exists")


def main() -> None:
    url_parts(ADMIN)
    user, password, database = url_parts(AIRFLOW)
    if not re.fullmatch(r".+_[ab]", user):
        fail(f"the user in {AIRFLOW} is {user!r}; it must end in _a or _b, which take turns")
    first_user, first_password = json_of("WINDLASS_FIRST_USER"), os.environ.get("WINDLASS_FIRST_USER_PASSWORD", "")
    if first_user and (sorted(first_user) != sorted(USER_KEYS) or not all(first_user.values())):
        fail(f"WINDLASS_FIRST_USER must have {', '.join(USER_KEYS)}, none of them empty")
    if first_user and not first_password:
        fail("WINDLASS_FIRST_USER_PASSWORD is not set")
    pools = json_of("WINDLASS_POOLS")
    for name, pool in pools.items():
        if not isinstance(pool, dict) or type(pool.get("slots")) is not int or pool["slots"] < -1:
            fail(f"WINDLASS_POOLS: {name!r} needs slots, a whole number; -1 is no limit")
    admin = connect(ADMIN)
    with admin.cursor() as cursor:
        # One at a time, until this connection ends.
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", (f"windlass {database}",))
    make_roles_and_database(admin, user, password, database)
    migrate()
    make_pools(pools)
    if first_user:
        make_first_user(first_user, first_password)
    admin.close()


main()
