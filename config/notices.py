"""Notices: what is worth knowing about a valid environment, and stops nothing.

A mistake ends with exit code 2 and a guard's warning with 1; a notice leaves 0 and is printed last. A notice is a
function from the environment and today's date, in the tuple at the end. A synth prints none, since it reads no clock.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from aws.engine_support import ends_soon
from aws.image_reference import ImageReference
from aws.offers import judge_class, judge_version, source
from aws.quotas import QUOTAS
from config.environment import Environment
from config.errors import Problem
from config.needs import needs_of
from config.offers_rules import classes


@dataclass(frozen=True, kw_only=True)
class Notice(Problem):
    """Path, value and a sentence, as of a mistake."""


def versions_near_their_end(environment: Environment, today: date) -> Iterator[Notice]:
    """Extended Support begins after the last day, and is billed."""
    version = environment.database.engine_version
    end = ends_soon(version, today)
    if end is not None:
        when = "ended on" if end < today else f"ends in {(end - today).days} days, on"
        message = (
            f"standard support of PostgreSQL {version} on RDS {when} {end}; AWS bills Extended Support from then on, "
            "so plan the upgrade"
        )
        yield _notice("database/engine_version", version, message)


def names_that_the_table_lacks(environment: Environment, _today: date) -> Iterator[Notice]:
    """What is newer than the table is left to AWS."""
    region = environment.aws.region
    for path, service, name in classes(environment.database, environment.cache):
        verdict = judge_class(service, name, region)
        if verdict.finding == "elsewhere":
            message = f"is offered in other regions, and not in {region} ({source()}); AWS may have added it since"
            yield _notice(path, name, message)
        elif verdict.finding == "newer":
            close = f'; the nearest there is "{verdict.nearest}"' if verdict.nearest else ""
            yield _notice(path, name, f"is not in the table of Windlass ({source()}), and may be newer{close}")
    if judge_version("postgresql", environment.database.engine_version).finding == "newer":
        yield _newer_version("database/engine_version", environment.database.engine_version)
    cache = environment.cache
    if cache is not None and judge_version("valkey", cache.engine_version).finding == "newer":
        yield _newer_version("cache/engine_version", cache.engine_version)


def _notice(path: str, value: Any, message: str) -> Notice:
    return Notice(path=tuple(path.split("/")), value=value, message=message)


def _newer_version(path: str, version: str) -> Notice:
    return _notice(path, version, f"is newer than the versions in the table of Windlass ({source()})")


def scaling_ends_at_a_quota(environment: Environment, _today: date) -> Iterator[Notice]:
    """A deployment fits, and the upper limits of scaling do not: the last tasks never start."""
    if environment.is_emulated:
        return
    for need in needs_of(environment):
        has, quota = environment.quotas.value(need.quota), QUOTAS[need.quota]
        if need.deploying <= has < need.at_most:
            message = (
                f"the upper limits of scaling need {need.at_most:g} {quota.unit}, and the account has {has}: scaling "
                f"stops there. Have {quota.where} raised and say so, or lower max_count"
            )
            yield _notice(f"quotas/{need.quota}", has, message)


def images_of_another_region(environment: Environment, _today: date) -> Iterator[Notice]:
    """An environment that recovers in a second region may still name images of the region that is lost."""
    region = environment.aws.region
    for path, image in _images(environment):
        account = ImageReference.parse(image).ecr_account
        if account is not None and account.region != region:
            message = (
                f"is in the registry of {account.region}, and its tasks run in {region}: AWS bills transfers, and no "
                f"task starts while {account.region} is away. Better: push it into a repository in {region}"
            )
            yield _notice(path, image, message)


def _images(environment: Environment) -> Iterator[tuple[str, str]]:
    for key, service in environment.services.items():
        for colour, image in service.initial_images.items():
            yield "/".join(filter(None, ("services", key, colour, "image"))), image
    if environment.airflow is not None:
        yield "airflow/image", environment.airflow.image


NOTICES: tuple[Callable[[Environment, date], Iterator[Notice]], ...] = (
    versions_near_their_end,
    names_that_the_table_lacks,
    scaling_ends_at_a_quota,
    images_of_another_region,
)
"""Every notice."""


def notices(environment: Environment, today: date) -> tuple[Notice, ...]:
    """All notices of an environment, in the order of their keys."""
    results = [each for notice in NOTICES for each in notice(environment, today)]
    return tuple(sorted(results, key=lambda each: (each.path, each.message)))
