"""Rules on values that are right alone and wrong together: names that collide, windows that overlap, and the like.

AWS refuses each of them, some after half of an apply. Rules on one section and another stand beside their section;
`config/rules.py` lists all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from aws.quotas import DATABASE_IDENTIFIER_CHARACTERS
from aws.regions import partition_of
from aws.strategy import ECS_SERVICES
from config.airflow.section import Airflow
from config.alarms import Alarms
from config.aws import Aws
from config.base import InvalidFieldError, Section
from config.database import Database
from config.delivery import Delivery
from config.errors import MISSING, Problem
from config.load_balancer import LoadBalancer
from config.network import Network
from config.rule import is_valid, problem
from config.services import WebService
from config.working_hours import WorkingHours

Services = dict[str, WebService]

MAY_REPEAT = frozenset({"migration_command", "health_check_command", "queues"})
"""Lists whose order and repetitions have a meaning, or a rule of their own."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY, _WEEK, _LEAST = 24 * 60, 7 * 24 * 60, 30


def names_of_services_do_not_collide(services: Services) -> Iterator[Problem]:
    """Target groups, ECS services and alarms carry the service's name and the colour: `web` has a `web-blue`."""
    for name in services:
        for part in (part for parts in ECS_SERVICES.values() for part in parts):
            owner = name.removesuffix(f"-{part}")
            if owner != name and owner in services:
                message = (
                    f'ends in "-{part}", so its resources have the names of services.{owner}; allowed: another name'
                )
                yield problem(f"services/{name}", MISSING, message)


def names_of_workflows_are_free(services: Services, airflow: Airflow | None) -> Iterator[Problem]:
    """DAGs may run every task whose family begins with `workflow-`."""
    for name in services if airflow is not None and airflow.workflows.enabled else ():
        if name == "workflow" or name.startswith("workflow-"):
            message = "is reserved for tasks that DAGs launch; allowed with airflow.workflows: another name"
            yield problem(f"services/{name}", MISSING, message)


def replica_names_fit(project: str, name: str, database: Database) -> Iterator[Problem]:
    """A replica is identified by project, environment and its name, and RDS limits the length."""
    for replica in database.read_replicas:
        identifier = f"{project}-{name}-{replica}"
        if len(identifier) > DATABASE_IDENTIFIER_CHARACTERS:
            message = (
                f"makes, with project and environment, an identifier of {len(identifier)} characters; "
                f"allowed: {DATABASE_IDENTIFIER_CHARACTERS}"
            )
            yield problem(f"database/read_replicas/{replica}", MISSING, message)


def windows_of_the_database_do_not_overlap(database: Database) -> Iterator[Problem]:
    """RDS refuses a backup window that meets the maintenance window, and windows below 30 minutes."""
    backup, maintenance = database.backup_window, database.maintenance_window
    start, end = (_minutes(time) for time in backup.split("-"))
    first, last = (_DAYS.index(part[:3]) * _DAY + _minutes(part[4:]) for part in maintenance.split("-"))
    long, longer = (end - start) % _DAY, (last - first) % _WEEK
    for key, value, length in (("backup_window", backup, long), ("maintenance_window", maintenance, longer)):
        if length < _LEAST:
            yield problem(f"database/{key}", value, f"is {length} minutes long; allowed: {_LEAST} minutes or more")
    for day in range(7):
        after = (first - (day * _DAY + start)) % _WEEK
        before = (day * _DAY + start - first) % _WEEK
        if after < long or before < longer:
            message = f'overlaps maintenance_window = "{maintenance}"; allowed: a window at another time of the day'
            yield problem("database/backup_window", backup, message)
            return


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def copies_stay_in_the_partition(aws: Aws, database: Database) -> Iterator[Problem]:
    """Regions of China and GovCloud have accounts of their own; nothing is copied between partitions."""
    copy = database.backup_replication
    if copy is not None and partition_of(copy.region) != partition_of(aws.region):
        message = f'is in another partition than "{aws.region}"; allowed: a region of "{partition_of(aws.region)}"'
        yield problem("database/backup_replication/region", copy.region, message)


def everybody_is_notified_once(alarms: Alarms) -> Iterator[Problem]:
    """SNS has one subscription for an address; a second would be taken for the first, and removed with it."""
    for key in ("emails", "https_endpoints"):
        owners: dict[str, str] = {}
        for name, address in getattr(alarms, key).items() if is_valid(alarms, key) else ():
            if (owner := owners.setdefault(address.lower(), name)) != name:
                message = f"is also alarms.{key}.{owner}; allowed: each address once"
                yield problem(f"alarms/{key}/{name}", address, message)


def lists_have_each_value_once(
    network: Network,
    load_balancer: LoadBalancer,
    services: Services,
    airflow: Airflow | None,
    working_hours: WorkingHours | None,
    delivery: Delivery | None,
) -> Iterator[Problem]:
    """A value that is given twice is two equal rules or conditions, which AWS refuses, or a typing error."""
    sections = {
        "network": network,
        "load_balancer": load_balancer,
        "services": services,
        "airflow": airflow,
        "working_hours": working_hours,
        "delivery": delivery,
    }
    for path, values in _lists((), sections):
        if again := [value for number, value in enumerate(values) if value in values[:number]]:
            message = f"names {again[0]} twice; allowed: each value once"
            yield Problem(path=path, value=list(values), message=message)


def _lists(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
    """Every list of plain values below a value, except those that may repeat."""
    if isinstance(value, tuple):
        if path[-1] not in MAY_REPEAT:
            yield path, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _lists((*path, str(key)), below)
    elif isinstance(value, Section):
        for key in type(value).model_fields:
            try:
                below = getattr(value, key)
            except InvalidFieldError:
                continue  # that value has a problem of its own
            yield from _lists((*path, key), below)


RULES = (
    names_of_services_do_not_collide,
    names_of_workflows_are_free,
    replica_names_fit,
    windows_of_the_database_do_not_overlap,
    copies_stay_in_the_partition,
    everybody_is_notified_once,
    lists_have_each_value_once,
)
