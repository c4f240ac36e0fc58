"""Reads the emulated account through the AWS API."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from local.dataplane.desired_state.clients import client_of, root_session
from local.dataplane.desired_state.ecs_reader import EcsReader
from local.dataplane.desired_state.execution_role import ExecutionRoles
from local.dataplane.desired_state.load_balancer_reader import listeners, target_groups
from local.dataplane.desired_state.model import DesiredState, Service, Store
from local.dataplane.desired_state.network_reader import network, of_task
from local.dataplane.desired_state.pages import Pages
from local.dataplane.desired_state.store_reader import caches, databases, with_logins
from local.embedded import environment_variables

SERVICES = ("acm", "ec2", "ecs", "elasticache", "elbv2", "rds", "servicediscovery")
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


class AwsClient:
    """One region of the embedded AWS.

    Args:
        endpoint_url: of the embedded AWS.
        region: the region of the platform.
        is_included: whether a service of this name is run; others are left alone.
    """

    def __init__(self, endpoint_url: str, region: str, *, is_included: Callable[[str], bool]) -> None:
        variables = environment_variables(endpoint_url, region)
        # Empty variables hide the caller's own. Containers inherit none of those, and boto3 refuses empty values.
        self.variables = {name: value for name, value in variables.items() if value and name not in KEYS}
        """What the AWS SDK of a container needs, but for credentials: those are its task role's."""
        self.pages = Pages(endpoint_url, region)
        self.execution_roles = ExecutionRoles(endpoint_url, region, self.pages)
        self._region = region
        session = root_session(endpoint_url, region)
        self._clients: dict[str, Any] = {name: client_of(session, name, endpoint_url) for name in SERVICES}
        self._ecs = EcsReader(self._clients["ecs"], self._clients["servicediscovery"], is_included)

    def read(self, before: DesiredState, parts: Iterable[str]) -> DesiredState:
        """The desired state with some of its parts (`ecs`, `elbv2`, `network`, `stores`) read again."""
        desired_state = before
        for part in parts:
            if part == "ecs":
                services, tasks = self._ecs.services(), self._ecs.one_off_tasks()
                given = self.pages.task_networks(self._region) if tasks else {}
                networks = {arn: of_task(tasks[arn].get("group", ""), given[arn]) for arn in tasks if arn in given}
                arns = {each.task_definition_arn for each in services.values()}
                arns |= {each["taskDefinitionArn"] for each in tasks.values()}
                definitions = {arn: self._ecs.task_definition(arn) for arn in arns}
                desired_state = replace(
                    desired_state,
                    services=services,
                    one_off_tasks=tasks,
                    one_off_networks={arn: each for arn, each in networks.items() if each is not None},
                    definitions=definitions,
                    protections=self.pages.protections(self._region),
                )
            elif part == "elbv2":
                elbv2 = self._clients["elbv2"]
                desired_state = replace(
                    desired_state,
                    target_groups={each.arn: each for each in target_groups(elbv2)},
                    listeners=tuple(listeners(elbv2, self._clients["acm"])),
                )
            elif part == "network":
                desired_state = replace(desired_state, network=network(self._clients["ec2"]))
            elif part == "stores":
                logins = self.pages.logins(self._region)
                stores: list[Store] = [*databases(self._clients["rds"]), *caches(self._clients["elasticache"])]
                desired_state = replace(desired_state, stores=tuple(with_logins(each, logins) for each in stores))
        return desired_state

    def forget_account(self) -> None:
        """Forget everything that was read from an embedded AWS that no longer runs."""
        self._ecs.forget_task_definitions()
        self.execution_roles.forget()

    def set_task_definition(self, service: Service, task_definition_arn: str) -> None:
        """Roll a service back, as ECS does when its circuit breaker opens."""
        self._clients["ecs"].update_service(
            cluster=service.cluster_arn, service=service.name, taskDefinition=task_definition_arn
        )
