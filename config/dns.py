"""The `[dns]` section, and the rule that host names are in its zone."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from config.airflow.section import Airflow
from config.base import Section, ZoneDomain
from config.errors import Problem
from config.pattern import Pattern
from config.rule import problem
from config.services import WebService


class Dns(Section):
    """The Route 53 hosted zone of the environment."""

    zone_name: Annotated[ZoneDomain, Field(examples=["example.com"])]
    """Name of the zone. All `host_names` must be this name or end in it."""

    zone_id: (
        Annotated[
            str,
            Pattern(
                r"Z[A-Z0-9]{5,31}", 'the id of a hosted zone, such as "Z0123456789ABCDEFGHIJ"', "Z0123456789ABCDEFGHIJ"
            ),
        ]
        | None
    ) = None
    """Id of an existing hosted zone (E11). If left out, the zone is created, and you must delegate the domain to its
    name servers. Default: a zone is created."""


def host_names_are_in_the_zone(
    dns: Dns | None, services: dict[str, WebService], airflow: Airflow | None
) -> Iterator[Problem]:
    """Records can be created only in the zone of the environment."""
    if dns is None:
        return
    holders = [(f"services/{name}", service.host_names) for name, service in services.items()]
    if airflow is not None:
        holders.append(("airflow", airflow.host_names))
    for holder, host_names in holders:
        for host_name in host_names:
            if host_name != dns.zone_name and not host_name.endswith("." + dns.zone_name):
                yield problem(
                    f"{holder}/host_names",
                    host_name,
                    f'is not in the zone; allowed: "{dns.zone_name}" and names below it',
                )


RULES = (host_names_are_in_the_zone,)
