"""Commands as the roles of the delivery layer run them: with the session that a workflow or a person gets."""

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from tests.permissions.gateway import acting_as
from tests.platform.queries import client
from tests.support.platform import APPLY_TIMEOUT_SECONDS, Platform

ACCOUNT, REGION, PREFIX = "123456789012", "eu-west-1", "windlass-local"
ROLES = f"arn:aws:iam::{ACCOUNT}:role"
ISSUER = "token.actions.githubusercontent.com"
REPOSITORY = "acme/shop"
TEAM, ON_CALL = "team", "on-call"
"""Roles that people have already, and from which they take those of the delivery layer."""

SETTINGS = {
    "WINDLASS_DELIVERY__REPOSITORY": REPOSITORY,
    "WINDLASS_DELIVERY__PLAN_ENVIRONMENT": "plan",
    "WINDLASS_DELIVERY__VIEW_PRINCIPAL_ARNS": json.dumps([f"{ROLES}/{TEAM}"]),
    "WINDLASS_DELIVERY__OPERATE_PRINCIPAL_ARNS": json.dumps([f"{ROLES}/{ON_CALL}"]),
}
"""What adds the delivery layer to the environment file, besides the policies of `apply`."""

SUBJECTS: Mapping[str, str] = {"plan": "pull_request", "plan-data": "environment:plan"}
"""Role → end of the subject in its workflow's token; all others run on the branch."""
PEOPLE: Mapping[str, str] = {"view": TEAM, "operate": ON_CALL}
"""Role → the role of those who assume it."""


def settings(policies: Mapping[str, str]) -> dict[str, str]:
    """Variables that add the delivery layer.

    Args:
        policies: of the role that applies: key → ARN.
    """
    waivers = [
        {
            "guard": "managed_policies_are_approved",
            "address": f"delivery: aws_iam_role_policy_attachment.github_apply-{key}",
            "reason": "the account's policy for applies",
        }
        for key in sorted(policies)
    ]
    arns = {"WINDLASS_DELIVERY__APPLY_POLICY_ARNS": json.dumps(dict(policies))}
    return {**SETTINGS, **arns, "WINDLASS_WAIVERS": json.dumps(waivers)}


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Runs commands on a platform as its delivery roles."""

    platform: Platform
    variables: Mapping[str, str]
    """Of `settings`."""
    _sessions: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, word: str, *arguments: str, code: int = 0, variables: Mapping[str, str] | None = None) -> str:
        """Run `./windlass …` as a role, expect an exit code, and return what it printed."""
        done = self.process(word, *arguments, variables=variables)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def process(
        self, word: str, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `./windlass …` as a role."""
        with acting_as(self.platform.endpoint_url, self.session(word)) as url:
            return subprocess.run(
                ["./windlass", *arguments],
                cwd=self.platform.root,
                env={
                    **self.platform.variables,
                    **self.variables,
                    **(variables or {}),
                    "WINDLASS_AWS__ENDPOINT_URL": url,
                },
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=APPLY_TIMEOUT_SECONDS,
            )

    def client(self, word: str, service: str) -> Any:
        """A client of an AWS service with the session of a role."""
        session = self.session(word)
        return boto3.client(
            service,
            endpoint_url=self.platform.endpoint_url,
            region_name=REGION,
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
            config=Config(proxies={}, s3={"addressing_style": "path"}),
        )

    def session(self, word: str) -> dict[str, str]:
        """The session of a role, as its trust policy lets one have it."""
        if word not in self._sessions:
            arn, sts = f"{ROLES}/{PREFIX}-{word}", client(self.platform, "sts")
            if word in PEOPLE:
                person = sts.assume_role(RoleArn=f"{ROLES}/{PEOPLE[word]}", RoleSessionName="person")["Credentials"]
                with acting_as(self.platform.endpoint_url, person) as url:
                    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
                    own = boto3.client("sts", endpoint_url=url, region_name=REGION, config=Config(proxies={}), **keys)
                    given = own.assume_role(RoleArn=arn, RoleSessionName="person")
            elif word == "deployer":
                given = sts.assume_role(RoleArn=arn, RoleSessionName="person")
            else:
                given = sts.assume_role_with_web_identity(
                    RoleArn=arn, RoleSessionName="workflow", WebIdentityToken=workflow_token(word)
                )
            self._sessions[word] = given["Credentials"]
        return self._sessions[word]


def workflow_token(word: str) -> str:
    """GitHub's token of the workflow that has a role."""
    subject = f"repo:{REPOSITORY}:{SUBJECTS.get(word, 'ref:refs/heads/main')}"
    parts = ({"alg": "RS256"}, {"iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", "sub": subject})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "signature"])


@contextmanager
def people(platform: Platform) -> Iterator[None]:
    """The roles that people have already, and that may assume other roles."""
    iam = client(platform, "iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"{ROLES}/{PREFIX}-*"}
    for name in PEOPLE.values():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
        iam.put_role_policy(RoleName=name, PolicyName="assume", PolicyDocument=document(assume))
    try:
        yield
    finally:
        for name in PEOPLE.values():
            iam.delete_role_policy(RoleName=name, PolicyName="assume")
            iam.delete_role(RoleName=name)


def document(*statements: Mapping[str, Any]) -> str:
    """A policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
