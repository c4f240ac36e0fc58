"""Roles that AWS's services may assume, as people make them before the resource that names the role."""

import json
from typing import Any


def make_service_role(iam: Any, name: str, service: str, *statements: dict[str, Any]) -> str:
    """The ARN of a role that the service may assume, and that may do this; made once.

    Args:
        iam: client of IAM.
        name: of the role.
        service: the principal without its domain, such as `codedeploy`.
        statements: of its policy. Default: none.
    """
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    try:
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName=name)
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_document(*statements))
    return str(role["Role"]["Arn"])


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
