"""A service and its task that the tests of `modules/ecs` change."""

import dataclasses
from typing import Any

from modules.ecs import (
    CapacityInputs,
    Container,
    LoadBalancerTarget,
    LoadBalancing,
    LogGroupInputs,
    NetworkInputs,
    PortMapping,
    Service,
    ServiceInputs,
    TaskDefinition,
    TaskDefinitionInputs,
)
from tests.support.stack import Synthesised, module_stack, synthesised

KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
TASK = TaskDefinitionInputs(
    family="acme-prod-web",
    region="eu-west-1",
    containers=[
        Container(name="web", image="public.ecr.aws/acme/web:1.4.2", port_mappings=[PortMapping(container_port=8000)])
    ],
    log_group=LogGroupInputs(name="/windlass/acme/prod/web", retention_days=90, kms_key_arn=KEY),
    execution_role_arn="arn:aws:iam::111122223333:role/acme-prod-web-execution",
    task_role_arn="arn:aws:iam::111122223333:role/acme-prod-web-task",
)
SERVICE = ServiceInputs(
    name="web",
    cluster_arn="arn:aws:ecs:eu-west-1:111122223333:cluster/acme-prod",
    cluster_name="acme-prod",
    task=TASK,
    network=NetworkInputs(subnet_ids=["subnet-a"], security_group_ids=["sg-1"]),
    desired_count=2,
)
BALANCED = dataclasses.replace(
    SERVICE,
    load_balancing=LoadBalancing(
        targets=[LoadBalancerTarget(target_group_arn="arn:tg", container_name="web", container_port=8000)]
    ),
)


def service(inputs: ServiceInputs = SERVICE) -> Synthesised:
    with module_stack() as stack:
        Service(stack, "web", inputs)
        return synthesised(stack)


def service_body(inputs: ServiceInputs = SERVICE) -> dict[str, Any]:
    return service(inputs).only("aws_ecs_service")


def task_body(inputs: TaskDefinitionInputs = TASK) -> dict[str, Any]:
    with module_stack() as stack:
        TaskDefinition(stack, "task", inputs)
        return synthesised(stack).only("aws_ecs_task_definition")


def strategy(capacity: CapacityInputs) -> dict[str, tuple[int, int]]:
    body = service_body(dataclasses.replace(SERVICE, capacity=capacity))
    return {
        entry["capacity_provider"]: (entry["base"], entry["weight"]) for entry in body["capacity_provider_strategy"]
    }
