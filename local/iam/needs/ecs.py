"""ECS: clusters, services, tasks, and the roles that a task definition passes on."""

import re
from collections.abc import Iterator

from local.iam.calls import Call
from local.iam.needs.need import Account, Need, Values, arn, request_tags, tags_of

ECS, TASKS = "ecs.amazonaws.com", "ecs-tasks.amazonaws.com"
OF_SERVICES = ("DescribeServices", "UpdateService", "DeleteService", "CreateService", "UpdateServicePrimaryTaskSet")
OF_TASKS = ("DescribeTasks", "StopTask", "GetTaskProtection", "UpdateTaskProtection", "ExecuteCommand")
OF_CLUSTERS = (
    "CreateCluster",
    "DeleteCluster",
    "DescribeClusters",
    "ListAttributes",
    "ListContainerInstances",
    "PutClusterCapacityProviders",
    "UpdateCluster",
    "UpdateClusterSettings",
)
WITHOUT_CLUSTER = re.compile(
    r".*TaskDefinition.*|.*CapacityProviders?|.*AccountSetting.*|(Tag|Untag)Resource|ListTagsForResource|ListClusters"
    r"|ListServicesByNamespace"
)
"""Operations that are about no cluster: AWS sends no `ecs:cluster` with them, as it does with all others."""
OF_TASK_SETS = ("CreateTaskSet", "DeleteTaskSet", "DescribeTaskSets", "UpdateTaskSet")
NEW = "*"


def needs_of_ecs(call: Call, account: Account) -> Iterator[Need]:
    """What a call of ECS needs."""
    operation, action = call.operation, f"ecs:{call.operation}"
    cluster = _last(call.text("cluster") or "default")
    tags = tags_of(call.parameters)
    context: dict[str, str | tuple[str, ...]] = {**request_tags(tags)}
    if operation not in OF_CLUSTERS and not WITHOUT_CLUSTER.fullmatch(operation):
        context["ecs:cluster"] = arn(call, "ecs", f"cluster/{cluster}")
    resources = ["*"]
    if operation in OF_SERVICES:
        context |= _of_service(call)
        yield from pass_roles(_infrastructure_roles(call), ECS)
        names = call.texts("services", "service") or call.texts("serviceName")
        resources = [arn(call, "ecs", f"service/{cluster}/{_last(name)}") for name in names]
    elif operation in OF_TASKS:
        resources = [arn(call, "ecs", f"task/{cluster}/{_last(name)}") for name in call.texts("tasks", "task")]
        if operation == "ExecuteCommand":
            context["ecs:container-name"] = call.text("container")
    elif operation in OF_CLUSTERS:
        names = call.texts("clusters", "cluster", "clusterName") or ["default"]
        resources = [arn(call, "ecs", f"cluster/{_last(name)}") for name in names]
    elif operation in OF_TASK_SETS:
        service = _last(call.text("service"))
        ids = call.texts("taskSets", "taskSet") or [NEW]
        resources = [arn(call, "ecs", f"task-set/{cluster}/{service}/{_last(each)}") for each in ids]
        if operation == "CreateTaskSet":
            yield from pass_roles(list(account.task_definition(call.text("taskDefinition"))[1]), TASKS)
    elif operation in ("RunTask", "StartTask"):
        yield from _run(call, account, context, cluster, tags)
        return
    elif operation == "RegisterTaskDefinition":
        resources = [arn(call, "ecs", f"task-definition/{call.text('family')}:{NEW}")]
        yield from pass_roles(call.texts("taskRoleArn", "executionRoleArn"), TASKS)
    elif operation == "DeleteTaskDefinitions":
        resources = [arn(call, "ecs", f"task-definition/{_last(name)}") for name in call.texts("taskDefinitions")]
    elif operation in ("TagResource", "UntagResource", "ListTagsForResource"):
        resources = call.texts("resourceArn")
    elif operation == "ListTasks":
        # The resource is a container instance; those of Fargate have none.
        resources = [arn(call, "ecs", f"container-instance/{cluster}/{NEW}")]
    elif call.texts("serviceDeploymentArns", "serviceRevisionArns", "serviceDeploymentArn"):
        arns = call.texts("serviceDeploymentArns", "serviceRevisionArns", "serviceDeploymentArn")
        resources = [*dict.fromkeys(_service_of(each) for each in arns if each.startswith("arn:")), *arns]
    elif operation == "ListServiceDeployments":
        resources = [arn(call, "ecs", f"service/{cluster}/{_last(call.text('service'))}")]
    elif "CapacityProvider" in operation:
        names = call.texts("capacityProviders", "capacityProvider", "name") or [NEW]
        resources = [arn(call, "ecs", f"capacity-provider/{_last(name)}") for name in names]
    for resource in resources:
        yield Need(action=action, resource=resource, context=context)
    if tags and operation.startswith(("Create", "Register")):
        yield _tagging(call, resources[0], context)


def pass_roles(roles: list[str], service: str, context: Values | None = None) -> Iterator[Need]:
    """Passing roles on to a service."""
    for role in dict.fromkeys(roles):
        yield Need(action="iam:PassRole", resource=role, context={**(context or {}), "iam:PassedToService": service})


def _run(
    call: Call, account: Account, context: dict[str, str | tuple[str, ...]], cluster: str, tags: dict[str, str]
) -> Iterator[Need]:
    definition, roles = account.task_definition(call.text("taskDefinition"))
    overrides = call.parameters.get("overrides") or {}
    own = [overrides.get(name) for name in ("taskRoleArn", "executionRoleArn")]
    context = {**context, "ecs:enable-execute-command": str(bool(call.parameters.get("enableExecuteCommand"))).lower()}
    resource = arn(call, "ecs", definition if definition.startswith("arn:") else f"task-definition/{definition}")
    yield Need(action=f"ecs:{call.operation}", resource=resource, context=context)
    yield from pass_roles([*roles, *(str(role) for role in own if role)], TASKS)
    if tags or call.text("propagateTags") not in ("", "NONE"):
        yield _tagging(call, arn(call, "ecs", f"task/{cluster}/{NEW}"), context)


def _tagging(call: Call, resource: str, context: Values) -> Need:
    return Need(action="ecs:TagResource", resource=resource, context={**context, "ecs:CreateAction": call.operation})


def _of_service(call: Call) -> dict[str, str | tuple[str, ...]]:
    result: dict[str, str | tuple[str, ...]] = {}
    if "enableExecuteCommand" in call.parameters:
        result["ecs:enable-execute-command"] = str(call.parameters["enableExecuteCommand"]).lower()
    if call.text("taskDefinition"):
        result["ecs:task-definition"] = arn(call, "ecs", _definition(call.text("taskDefinition")))
    return result


def _infrastructure_roles(call: Call) -> list[str]:
    """Roles with which ECS changes load balancers and volumes of a service."""
    balancers = [each.get("advancedConfiguration") or {} for each in call.parameters.get("loadBalancers") or []]
    volumes = [each.get("managedEBSVolume") or {} for each in call.parameters.get("volumeConfigurations") or []]
    return [str(each["roleArn"]) for each in (*balancers, *volumes) if each.get("roleArn")]


def _service_of(deployment_arn: str) -> str:
    """ARN of the service of a service deployment or revision."""
    head, _, path = deployment_arn.partition("/")
    return f"{head.rpartition(':')[0]}:service/{path.rpartition('/')[0]}"


def _definition(name: str) -> str:
    return name if name.startswith("arn:") else f"task-definition/{name}"


def _last(name: str) -> str:
    """The name at the end of an ARN."""
    return name.rpartition("/")[2]
