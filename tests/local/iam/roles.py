"""Roles with given policies, and clients with the credentials of their sessions."""

import itertools
import json
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local.iam.cases.case import Document, policy

REGION = "eu-west-1"
ACCOUNT = "123456789012"
TRUST_ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "sts:AssumeRole",
}

Client = Callable[..., Any]
_numbers = itertools.count(1)
"""Several packages of tests make roles in one account."""


class Roles:
    """Makes roles in one embedded AWS.

    Args:
        endpoint_url: of the embedded AWS.
        root: clients of the account's root.
    """

    def __init__(self, endpoint_url: str, root: Client) -> None:
        self.endpoint_url, self.root = endpoint_url, root
        # One for all, since each loads the models of its services again.
        self._session = boto3.session.Session(region_name=REGION)

    def __call__(
        self,
        *statements: Document,
        boundary: Document | None = None,
        trust: Document | None = None,
        path: str = "/app/",
        tags: dict[str, str] | None = None,
    ) -> Client:
        """Clients of a new role with these statements."""
        name = self.make(*statements, boundary=boundary, trust=trust, path=path, tags=tags)
        return self.session(name, path)

    def make(
        self,
        *statements: Document,
        boundary: Document | None = None,
        trust: Document | None = None,
        path: str = "/app/",
        tags: dict[str, str] | None = None,
    ) -> str:
        """The name of a new role."""
        number = next(_numbers)
        name = f"role-{number}"
        iam = self.root("iam")
        options: dict[str, Any] = {}
        if boundary is not None:
            created = iam.create_policy(PolicyName=f"boundary-{number}", PolicyDocument=json.dumps(boundary))
            options["PermissionsBoundary"] = created["Policy"]["Arn"]
        iam.create_role(
            RoleName=name,
            Path=path,
            AssumeRolePolicyDocument=json.dumps(policy(trust or TRUST_ACCOUNT)),
            Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
            **options,
        )
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy(*statements)))
        return name

    def session(self, name: str, path: str = "/app/") -> Client:
        """Clients of a session of a role."""
        assumed = self.root("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role{path}{name}", RoleSessionName="test"
        )["Credentials"]
        return self.clients(assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])

    def clients(self, key: str, secret: str, token: str) -> Client:
        """Clients with these credentials."""
        keys = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}
        config = Config(retries={"max_attempts": 1}, proxies={}, s3={"addressing_style": "path"})

        def client(service: str, **options: Any) -> Any:
            merged = config.merge(Config(**options))
            return self._session.client(service, endpoint_url=self.endpoint_url, config=merged, **keys)

        return client


def new(kind: str) -> str:
    """A name that nothing else has."""
    return f"{kind}-{uuid.uuid4().hex[:8]}"


def refused(call: Callable[[], Any]) -> dict[str, Any]:
    """Code, message and status of a refused call."""
    with pytest.raises(ClientError) as error:
        call()
    answer: Any = error.value.response
    return {**answer["Error"], "Status": answer["ResponseMetadata"]["HTTPStatusCode"]}


def missing(call: Callable[[], Any]) -> str:
    """The action and the resource that a refused call lacks."""
    message: str = refused(call)["Message"]
    action, _, rest = message.partition("perform: ")[2].partition(" on resource: ")
    return f"{action} {rest.partition(' ')[0]}"
