"""Mistakes in roles for pipelines, and roles without their boundary."""

import json
from typing import Any

from tests.guards.mistakes import Change, Mistake, add, both, edit
from tests.guards.mistakes_identity import ACTIONS, PASSED

PULLS = "pull_requests_neither_write_nor_read_secrets"
BOUNDARY = "roles_have_the_boundary"
HOST = "token.actions.githubusercontent.com"
STATES = "arn:aws:s3:::windlass-state/windlass/prod/*"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BOUNDARY_ARN = "${data.terraform_remote_state.network.outputs.boundary_arn}"


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def pull_requests_may(action: str, on: str, *more: Change, **conditions: Any) -> Change:
    """A role that trusts pull requests, with one permission."""
    trust = {
        "Sid": "Workflows",
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{HOST}"},
        "Condition": {
            "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com", f"{HOST}:sub": ["repo:acme/shop:pull_request"]}
        },
    }
    statement = {"Sid": "More", "Effect": "Allow", "Action": [action], "Resource": [on], **conditions}
    role = "${aws_iam_role.plan.name}"
    return both(
        add("service", "aws_iam_role", "plan", assume_role_policy=_document(trust), permissions_boundary=BOUNDARY_ARN),
        add("service", "aws_iam_role_policy", "plan", role=role, policy=_document(statement)),
        *more,
    )


MISTAKES = (
    Mistake(PULLS, "a pull request that writes states", pull_requests_may("s3:PutObject", STATES)),
    Mistake(
        PULLS,
        "a pull request that reads a secret",
        pull_requests_may(
            "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-*"
        ),
    ),
    Mistake(
        PULLS,
        "a pull request that decrypts with any key",
        pull_requests_may("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1234"),
    ),
    Mistake(
        PULLS,
        "a pull request that reads everything, contents too",
        pull_requests_may(
            "s3:ListBucket",
            "arn:aws:s3:::windlass-state",
            add(
                "service", "aws_iam_role_policy_attachment", "p", role="${aws_iam_role.plan.name}", policy_arn=READ_ONLY
            ),
        ),
    ),
    Mistake(
        BOUNDARY,
        "a task role without a boundary",
        edit("service", "aws_iam_role", "web_roles_task", permissions_boundary=None),
    ),
    Mistake(
        BOUNDARY,
        "a boundary of somebody else's",
        edit("data", "aws_iam_role", "monitoring", permissions_boundary="arn:aws:iam::123456789012:policy/other"),
    ),
    Mistake(
        ACTIONS,
        "the boundary attached as if it were a permission",
        add(
            "service",
            "aws_iam_role_policy_attachment",
            "boundary",
            role="${aws_iam_role.web_roles_task.name}",
            policy_arn=BOUNDARY_ARN,
        ),
        also=(PASSED,),
    ),
)
