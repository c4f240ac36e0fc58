"""The roles of the delivery layer for the services of these tests: their calls are judged by IAM."""

import json
from functools import cache
from typing import Any

import boto3

from aws.command_calls import Command
from config import Environment
from layers.delivery_targets import statements
from modules.iam.statements import policy
from tests.release.shared_resources import ACCOUNT_ID, REGION
from tests.support.documents import changed_environment
from tests.support.strategies import service

ROLES: dict[str, tuple[Command, ...]] = {
    "deploy": ("apply-service", "deploy"),
    "switch": ("switch",),
    "view": ("status", "logs"),
    "operate": ("status", "logs", "run", "exec", "scale", "restart", "rotate"),
}
"""As in `layers.delivery`."""
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1"


@cache
def environment() -> Environment:
    """An environment whose resources have the names of these tests'."""

    def shop(data: dict[str, Any]) -> None:
        data["project"], data["name"], data["airflow"] = "shop", "dev", None
        data["services"] = {"shop": service("codedeploy", priority=60, path_patterns=["/shop/*"])}

    return changed_environment("local", shop)


def role_session(root: Any, word: str) -> Any:
    """A boto3 session of a role, which is made at its first use.

    Args:
        root: the account's root, a `release.aws.Aws`.
        word: the role.
    """
    iam, name = root.client("iam"), f"shop-dev-{word}"
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}, "Action": "sts:AssumeRole"}
    if name not in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
        own = policy(statements(environment(), KEY, *ROLES[word]))
        iam.put_role_policy(RoleName=name, PolicyName=word, PolicyDocument=own)
    arn = f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"
    given = root.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.session.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=REGION,
    )
