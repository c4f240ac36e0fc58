"""ECS: a task definition of Fargate needs an execution role to pull from ECR and to write logs.

Symptom: a task definition without an execution role is registered, where AWS refuses it.
Source: "Amazon ECS task execution IAM role" in the ECS Developer Guide.
"""

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.exceptions import EcsClientException
from moto.ecs.responses import EC2ContainerServiceResponse

from local.extensions.patching import wrap_method

ECR_IMAGE = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/.+")
AWSLOGS = "awslogs"


@wrap_method(EC2ContainerServiceResponse, "register_task_definition")
def register_task_definition(original: Any, response: Any) -> ActionResult:
    """RegisterTaskDefinition."""
    is_fargate = "FARGATE" in (response._get_param("requiresCompatibilities") or [])
    if is_fargate and not response._get_param("executionRoleArn"):
        for container in response._get_param("containerDefinitions") or []:
            what = _needs_role(container)
            if what:
                raise EcsClientException(
                    f"Fargate requires task definition to have execution role ARN to support {what}."
                )
    answer: ActionResult = original(response)
    return answer


def _needs_role(container: dict[str, Any]) -> str:
    """For what a container needs an execution role; empty where it needs none."""
    if ECR_IMAGE.fullmatch(str(container.get("image", ""))):
        return "ECR images"
    if (container.get("logConfiguration") or {}).get("logDriver") == AWSLOGS:
        return f"log driver {AWSLOGS}"
    return ""
