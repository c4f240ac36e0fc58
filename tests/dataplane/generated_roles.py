"""Roles as the service layer makes them, in an account that Terraform has not seen: policies, boundary, owner."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.dataplane.account import Account
from tests.dataplane.roles import TRUST
from tests.support.documents import Documents

_OUTPUT = re.compile(r"\$\{data\.terraform_remote_state\.\w+\.outputs\.([\w.-]+)\}")


class GeneratedRoles:
    """The roles of one service.

    Args:
        account: where to make them.
        documents: the JSON by layer.
        service: name of the service.
        outputs: values of the outputs of other layers, by name; others are left as they are.
    """

    def __init__(self, account: Account, documents: Documents, service: str, outputs: Mapping[str, str]) -> None:
        self._account, self._documents, self._service, self._outputs = account, documents, service, outputs
        network = documents["network"]["resource"]["aws_iam_policy"]["boundary_policy"]
        self._boundary = account.iam.create_policy(
            PolicyName=network["name"], PolicyDocument=network["policy"].replace("$${", "${")
        )["Policy"]["Arn"]

    def make(self) -> dict[str, str]:
        """Both roles, for RegisterTaskDefinition."""
        return {"executionRoleArn": self._make("execution"), "taskRoleArn": self._make("task")}

    def container(self) -> dict[str, Any]:
        """The service's container, as the task definition has it."""
        (task,) = [
            body
            for name, body in self._documents["service"]["resource"]["aws_ecs_task_definition"].items()
            if name.startswith(f"{self._service}_")
        ]
        containers: list[dict[str, Any]] = json.loads(self.resolved(task["container_definitions"]))
        return next(each for each in containers if each["name"] == self._service)

    def resolved(self, text: str) -> str:
        """The text with what the outputs stand for."""
        return _OUTPUT.sub(lambda match: self._outputs.get(match[1], match[0]), text)

    def _make(self, kind: str) -> str:
        iam, name = self._account.iam, f"{self._service}_roles_{kind}"
        resources = self._documents["service"]["resource"]
        role = resources["aws_iam_role"][name]
        arn = iam.create_role(
            RoleName=role["name"],
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [TRUST]}),
            PermissionsBoundary=self._boundary,
            Tags=[{"Key": key, "Value": value} for key, value in role["tags"].items()],
        )["Role"]["Arn"]
        policy = resources["aws_iam_role_policy"].get(f"{name}-policy")
        if policy is not None:
            iam.put_role_policy(
                RoleName=role["name"], PolicyName=policy["name"], PolicyDocument=self.resolved(policy["policy"])
            )
        return str(arn)
