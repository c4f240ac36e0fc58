"""Rules on instance classes, node types and engine versions: a mistyped name is refused before AWS is asked.

`aws/offers.py` says how a mistyped name differs from one that is newer than the table. What is newer is a notice
(`config/notices.py`), never a mistake.
"""

from collections.abc import Iterator

from aws.offers import Service, is_of_previous_generation, judge_class, judge_version, source, versions
from config.aws import Aws
from config.cache import Cache
from config.database import Database
from config.errors import Problem
from config.rule import is_valid, problem

OLDEST_POSTGRESQL = 14
"""The oldest major version that Windlass is tested with."""


def classes(database: Database, cache: Cache | None) -> Iterator[tuple[str, Service, str]]:
    """Path, service and value of every instance class and node type of an environment."""
    if is_valid(database, "instance_class"):
        yield "database/instance_class", "database", database.instance_class
    for name, replica in database.read_replicas.items() if is_valid(database, "read_replicas") else ():
        if is_valid(replica, "instance_class"):
            yield f"database/read_replicas/{name}/instance_class", "database", replica.instance_class
    if cache is not None and is_valid(cache, "node_type"):
        yield "cache/node_type", "cache", cache.node_type


def classes_are_not_mistyped(aws: Aws, database: Database, cache: Cache | None) -> Iterator[Problem]:
    """A class with a typing error would fail after the network stands."""
    for path, service, name in classes(database, cache):
        verdict = judge_class(service, name, aws.region)
        if verdict.finding == "mistyped":
            what = "an instance class of RDS for PostgreSQL" if service == "database" else "a node type of ElastiCache"
            close = f'; did you mean "{verdict.nearest}"?' if verdict.nearest else ""
            message = f"is not {what} ({source()}); allowed: one that AWS offers in {aws.region}{close}"
            yield problem(path, name, message)


def classes_run_postgresql(database: Database) -> Iterator[Problem]:
    """RDS runs no version of PostgreSQL that Windlass knows on classes of previous generations."""
    for path, _, name in classes(database, None):
        if is_of_previous_generation(name):
            message = (
                f"is of a previous generation, which runs no PostgreSQL from {OLDEST_POSTGRESQL} on ({source()}); "
                'allowed: a class of a later one, such as "db.t4g.micro" or "db.m7g.large"'
            )
            yield problem(path, name, message)


def postgresql_is_a_version_of_rds(database: Database) -> Iterator[Problem]:
    """A version that RDS does not have is refused; Windlass names the major version only (D01)."""
    version = database.engine_version
    known = [each for each in versions("postgresql") if int(each) >= OLDEST_POSTGRESQL]
    verdict = judge_version("postgresql", version)
    if verdict.finding == "mistyped" or int(version) < OLDEST_POSTGRESQL:
        close = f'; did you mean "{verdict.nearest}"?' if verdict.nearest in known else ""
        message = f"is not a version of PostgreSQL that Windlass runs; allowed: {_quoted(known)}{close}"
        yield problem("database/engine_version", version, message)


def the_cache_is_a_version_of_valkey(cache: Cache | None) -> Iterator[Problem]:
    """ElastiCache has Redis OSS too, and Windlass runs Valkey."""
    if cache is None:
        return
    verdict = judge_version("valkey", cache.engine_version)
    if verdict.finding == "mistyped":
        redis = cache.engine_version in versions("redis")
        what = "is a version of Redis OSS, and Windlass runs Valkey" if redis else "is not a version of Valkey"
        close = "" if redis else f'; did you mean "{verdict.nearest}"?'
        message = f"{what}; allowed: {_quoted(versions('valkey'))}{close}"
        yield problem("cache/engine_version", cache.engine_version, message)


def _quoted(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


RULES = (
    classes_are_not_mistyped,
    classes_run_postgresql,
    postgresql_is_a_version_of_rds,
    the_cache_is_a_version_of_valkey,
)
