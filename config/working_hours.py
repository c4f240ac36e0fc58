"""The `[working_hours]` section: outside these hours tasks are stopped, and optionally the database."""

import zoneinfo
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from config.base import Kind, Section, ShortWord
from config.database import Database
from config.errors import MISSING, Problem
from config.pattern import Pattern
from config.rule import problem
from config.services import BlueGreenService, WebService

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

BEFORE_START_MINUTES = 20
"""How long before the tasks the database is started: RDS takes five to fifteen minutes."""

AFTER_END_MINUTES = 10
"""How long after the tasks the database is stopped: tasks have two minutes to stop, and ECS takes a few to report
it."""


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError('the name of a time zone, such as "Europe/Berlin" or "Etc/UTC"') from error
    return value


_TIMEZONE_SCHEMA = WithJsonSchema(
    {
        "type": "string",
        "pattern": r"^[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*$",
        "$comment": "the name of a time zone",
        "examples": ["Europe/Berlin", "Etc/UTC"],
    }
)

TimeOfDay = Annotated[str, Pattern(r"([01]\d|2[0-3]):[0-5]\d", 'a time such as "08:00"', "08:00")]


class WorkingHours(Section):
    """Working hours of an environment that is not used at night, such as development."""

    days: Annotated[tuple[Day, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")
    """Working days. Default: Monday to Friday."""

    start: TimeOfDay
    """Time at which tasks are started: `hh:mm` in `timezone`. 00:20 or later, because the database starts 20 minutes
    earlier on the same day."""

    end: Annotated[TimeOfDay, Field(examples=["18:00"])]
    """Time at which tasks are stopped: `hh:mm` in `timezone`, later than `start` on the same day. 23:49 or earlier,
    because the database stops 10 minutes later on the same day."""

    timezone: Annotated[str, AfterValidator(_timezone), _TIMEZONE_SCHEMA] = "UTC"
    """IANA time zone of `start` and `end`. Daylight saving time is taken into account."""

    services: tuple[ShortWord, ...] = ()
    """Web services to stop as well; Airflow, if present, always is. Blue/green services are not supported. Default:
    none."""

    stop_database: bool = False
    """Stop the database, too. RDS refuses changes to a stopped database, so an apply outside the hours can fail. AWS
    restarts a stopped database after seven days. Not possible with read replicas."""

    def start_cron(self, *, minutes_before: int = 0) -> str:
        """The start as a cron expression of AWS."""
        return self._cron(_minutes(self.start) - minutes_before)

    def end_cron(self, *, minutes_after: int = 0) -> str:
        """The end as a cron expression of AWS."""
        return self._cron(_minutes(self.end) + minutes_after)

    def early_cron(self) -> str:
        """A cron expression for an hour after the start, or halfway through a shorter day: for daily jobs."""
        start, end = _minutes(self.start), _minutes(self.end)
        return self._cron(start + min(60, (end - start) // 2))

    def _cron(self, minutes: int) -> str:
        return f"cron({minutes % 60} {minutes // 60} ? * {','.join(day.upper() for day in self.days)} *)"


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def production_has_no_working_hours(kind: Kind, working_hours: WorkingHours | None) -> Iterator[Problem]:
    """Production is never stopped on a schedule."""
    if kind == "production" and working_hours is not None:
        yield problem("working_hours", MISSING, 'is not allowed where kind = "production"; leave it out')


def working_hours_are_within_a_day(working_hours: WorkingHours | None) -> Iterator[Problem]:
    """The start comes before the end, and the database's times fall on the same day."""
    if working_hours is None:
        return
    start, end = _minutes(working_hours.start), _minutes(working_hours.end)
    if start >= end:
        message = f"is not after start = {working_hours.start}; allowed: a later time of the same day"
        yield problem("working_hours/end", working_hours.end, message)
    if start < BEFORE_START_MINUTES:
        message = f"leaves the database less than {BEFORE_START_MINUTES} minutes to start; allowed: 00:20 or later"
        yield problem("working_hours/start", working_hours.start, message)
    if end >= 24 * 60 - AFTER_END_MINUTES:
        message = f"leaves the database less than {AFTER_END_MINUTES} minutes to stop; allowed: 23:49 or earlier"
        yield problem("working_hours/end", working_hours.end, message)


def services_with_hours_have_no_colours(
    working_hours: WorkingHours | None, services: dict[str, WebService]
) -> Iterator[Problem]:
    """E07: a schedule that sets a minimum would wake the idle colour."""
    for name in working_hours.services if working_hours is not None else ():
        if name not in services:
            known = ", ".join(f'"{service}"' for service in services) or "none, there are no services"
            yield problem("working_hours/services", name, f"is not a service of this file; allowed: {known}")
        elif isinstance(services[name], BlueGreenService):
            message = 'is blue/green, and its idle colour would be started, too; allowed: strategy = "rolling" (E07)'
            yield problem("working_hours/services", name, message)


def a_database_with_replicas_cannot_stop(working_hours: WorkingHours | None, database: Database) -> Iterator[Problem]:
    """RDS refuses to stop an instance that has read replicas."""
    if working_hours is not None and working_hours.stop_database and database.read_replicas:
        message = "is not possible with read replicas on RDS; allowed: false, or no database.read_replicas"
        yield problem("working_hours/stop_database", True, message)


RULES = (
    production_has_no_working_hours,
    working_hours_are_within_a_day,
    services_with_hours_have_no_colours,
    a_database_with_replicas_cannot_stop,
)
