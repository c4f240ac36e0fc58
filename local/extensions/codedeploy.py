"""CodeDeploy: deployment groups keep their alarms, and can be updated and deleted.

Symptoms: `aws_codedeploy_deployment_group` drifts, because moto never returns the alarms that it stored; an update
fails, since UpdateDeploymentGroup is missing; `terraform destroy` fails, since DeleteDeploymentGroup and
DeleteApplication are missing; a role that CodeDeploy may not assume is accepted, where AWS refuses the group.
"""

from typing import Any

from moto.codedeploy.responses import CodeDeployResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.utilities.utils import get_partition

from local.extensions.patching import add_method, wrap_method
from local.iam.service_roles import ServiceRole

CHANGED_ARGUMENTS = {
    "alarmConfiguration": "alarm_configuration",
    "autoRollbackConfiguration": "auto_rollback_configuration",
    "blueGreenDeploymentConfiguration": "blue_green_deployment_configuration",
    "deploymentConfigName": "deployment_config_name",
    "deploymentStyle": "deployment_style",
    "ecsServices": "ecs_services",
    "loadBalancerInfo": "load_balancer_info",
    "outdatedInstancesStrategy": "outdated_instances_strategy",
    "serviceRoleArn": "service_role_arn",
    "triggerConfigurations": "trigger_configurations",
}
"""Argument of UpdateDeploymentGroup → attribute from which moto builds its responses."""


class InvalidRoleException(ServiceException):  # type: ignore[misc]
    """CodeDeploy may not assume the role."""

    code = "InvalidRoleException"


def role_of_group(response: Any, application: str, group: str, role_arn: str) -> ServiceRole:
    """The role that CodeDeploy acts as in a deployment group."""
    partition, account, region = get_partition(response.region), response.current_account, response.region
    return ServiceRole(
        arn=role_arn,
        service="codedeploy.amazonaws.com",
        account=account,
        region=region,
        source_arn=f"arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:{application}/{group}",
    )


def _require_role(response: Any, group: str) -> None:
    role_arn = response._get_param("serviceRoleArn")
    if role_arn and role_of_group(response, response._get_param("applicationName"), group, role_arn).distrust():
        raise InvalidRoleException(
            f"AWS CodeDeploy does not have the permissions required to assume the role {role_arn}."
        )


@wrap_method(CodeDeployResponse, "create_deployment_group")
def create_deployment_group(original: Any, response: Any) -> ActionResult:
    """CreateDeploymentGroup."""
    _require_role(response, response._get_param("deploymentGroupName"))
    answer: ActionResult = original(response)
    return answer


@wrap_method(CodeDeployResponse, "get_deployment_group")
def answer_with_alarms(original: Any, response: Any) -> ActionResult:
    """GetDeploymentGroup, with the alarms that CreateDeploymentGroup stored."""
    answer = original(response)
    group = response.codedeploy_backend.get_deployment_group(
        response._get_param("applicationName"), response._get_param("deploymentGroupName")
    )
    answer.result["deploymentGroupInfo"]["alarmConfiguration"] = group.alarm_configuration or {}
    return answer


@add_method(CodeDeployResponse)
def update_deployment_group(self: Any) -> ActionResult:
    """UpdateDeploymentGroup. Arguments that are not given stay unchanged."""
    backend, application = self.codedeploy_backend, self._get_param("applicationName")
    name = self._get_param("currentDeploymentGroupName")
    group = backend.get_deployment_group(application, name)
    _require_role(self, name)
    for argument, attribute in CHANGED_ARGUMENTS.items():
        if (value := self._get_param(argument)) is not None:
            setattr(group, attribute, value)
    if new_name := self._get_param("newDeploymentGroupName"):
        group.deployment_group_name = new_name
        backend.deployment_groups[application][new_name] = backend.deployment_groups[application].pop(name)
    return ActionResult({"hooksNotCleanedUp": []})


@add_method(CodeDeployResponse)
def delete_deployment_group(self: Any) -> ActionResult:
    """DeleteDeploymentGroup; as on AWS, it succeeds if the group does not exist."""
    groups = self.codedeploy_backend.deployment_groups.get(self._get_param("applicationName"), {})
    groups.pop(self._get_param("deploymentGroupName"), None)
    return ActionResult({"hooksNotCleanedUp": []})


@add_method(CodeDeployResponse)
def delete_application(self: Any) -> EmptyResult:
    """DeleteApplication, with its deployment groups."""
    backend, application = self.codedeploy_backend, self._get_param("applicationName")
    backend.deployment_groups.pop(application, None)
    backend.applications.pop(application, None)
    return EmptyResult()
