"""Deployments that ECS has given up: without a new one it starts no task, and Terraform sees nothing to change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from release.aws import Aws
from release.ecs import active_services
from release.outputs import BlueGreenOutputs, RollingOutputs, parse_web_service


@dataclass(frozen=True, kw_only=True)
class FailedDeployment:
    """The newest deployment of an ECS service, where ECS calls it failed."""

    service_name: str
    deployment_id: str
    reason: str


def ecs_services(outputs: Mapping[str, Any]) -> list[str]:
    """Names of the ECS services that ECS itself deploys; CodeDeploy starts its own again.

    Args:
        outputs: of the service layer, name → value.
    """
    names: list[str] = []
    for value in (outputs.get("services") or {}).values():
        published = parse_web_service(value)
        if isinstance(published, BlueGreenOutputs):
            names += [colour.service_name for colour in published.colours.values()]
        elif isinstance(published, RollingOutputs):
            names.append(published.service_name)
    return [*names, *(outputs.get("airflow") or {}).get("service_names", {}).values()]


def failed_deployments(aws: Aws, cluster_name: str, service_names: Iterable[str]) -> list[FailedDeployment]:
    """Return the services whose newest deployment is failed and whose tasks are wanted.

    Args:
        aws: the account.
        cluster_name: of the ECS cluster.
        service_names: of its services; those that do not exist are left out.
    """
    failed = []
    for service in active_services(aws, cluster_name, service_names):
        for deployment in service.get("deployments", []):
            is_failed = (deployment.get("status"), deployment.get("rolloutState")) == ("PRIMARY", "FAILED")
            if is_failed and service["desiredCount"]:
                failed.append(
                    FailedDeployment(
                        service_name=service["serviceName"],
                        deployment_id=deployment["id"],
                        reason=str(deployment.get("rolloutStateReason") or "no reason given"),
                    )
                )
    return failed


def deploy_again(aws: Aws, cluster_name: str, before: Iterable[FailedDeployment]) -> list[FailedDeployment]:
    """Force a new deployment of each service whose failed one is still its newest; returns them.

    Args:
        aws: the account.
        cluster_name: of the ECS cluster.
        before: what had failed before an apply; the apply itself may have started new deployments.
    """
    failed = {each.deployment_id for each in before}
    names = [each.service_name for each in before]
    still = [each for each in failed_deployments(aws, cluster_name, names) if each.deployment_id in failed]
    for each in still:
        aws.client("ecs").update_service(cluster=cluster_name, service=each.service_name, forceNewDeployment=True)
    return still
