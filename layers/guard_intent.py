"""Translates an environment into what guards check against: who may reach whom, and which findings are waived."""

from collections.abc import Mapping
from typing import Any

import guards
from aws.strategy import ECS_SERVICES
from config import Environment
from guards.intent import INTERNET, S3, Intent, Party, Row, Waiver
from layers.airflow_names import service_name as airflow_service_name
from layers.reachability import flows
from modules.networking import flows as parties


def intent_of(environment: Environment) -> Intent:
    """What the environment file allows and waives."""
    return Intent(
        rows=tuple(
            Row(
                source=_party(flow.source),
                target=_party(flow.target),
                first_port=flow.port,
                last_port=flow.last_port,
                why=flow.why,
            )
            for flow in flows(environment)
        ),
        tasks_may_be_public=environment.network.egress == "public-ip",
        is_development=environment.kind == "development",
        checked_services=_checked_services(environment),
        alarms_are_heard=environment.is_production,
        quotas=environment.quotas.raised,
        waivers=tuple(
            Waiver(guard=waiver.guard, address=waiver.address, reason=waiver.reason) for waiver in environment.waivers
        ),
    )


def _checked_services(environment: Environment) -> frozenset[str]:
    """ECS services whose containers have a health check of their own: web services with the key, Airflow's always."""
    web = (
        f"{environment.prefix}-{name}-{suffix}"
        for name, service in environment.services.items()
        if service.health_check_command
        for suffix in ECS_SERVICES[service.strategy]
    )
    airflow = () if environment.airflow is None else (airflow_service_name(environment, "api-server"),)
    return frozenset((*web, *airflow))


def run_guards(environment: Environment, documents: Mapping[str, Mapping[str, Any]]) -> guards.Verdict:
    """Run the guards over the finished JSON of an environment.

    Raises:
        guards.GuardError: lists every violation.
    """
    return guards.check(environment.name, documents, intent_of(environment))


def _party(party: parties.Party) -> Party:
    match party:
        case parties.Role(name):
            return Party("role", name)
        case parties.Cidr(cidr):
            return Party("cidr", cidr)
        case parties.Internet():
            return INTERNET
        case parties.S3Endpoint():
            return S3
        case parties.PrefixList(prefix_list_id):
            return Party("prefix-list", prefix_list_id)
        case parties.OtherSecurityGroup(security_group_id):
            return Party("group", security_group_id)
