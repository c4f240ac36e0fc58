"""Trust policies: who may assume a role, and on whose behalf."""

import json
from collections.abc import Sequence
from typing import Any, Final

from aws.account import Account

ASSUME_ROLE: Final = "sts:AssumeRole"
"""The action that a trust policy allows."""


def service_trust(
    service: str,
    account: Account,
    source_arn: str | None = None,
    *,
    exact: bool = False,
    sid: str | None = None,
) -> str:
    """Return the trust policy of a role that an AWS service assumes on behalf of this account only.

    The conditions prevent the confused-deputy problem: without them the service could be made to use the role for
    another account's resource. Source: "The confused deputy problem" in the IAM User Guide.

    Args:
        service: the service's principal without its domain, such as `ecs-tasks` or `monitoring.rds`.
        account: the account that the role belongs to.
        source_arn: the resource that the service acts for; `*` stands for any characters. Default: any of the
            account's, for services that do not say which.
        exact: compare `source_arn` as text, without wildcards. Default: no, with `ArnLike`.
        sid: the statement's id, letters and digits. Default: none.
    """
    condition: dict[str, dict[str, str]] = {"StringEquals": {"aws:SourceAccount": account.id}}
    if source_arn is not None:
        condition.setdefault("StringEquals" if exact else "ArnLike", {})["aws:SourceArn"] = source_arn
    statement: dict[str, Any] = {
        "Action": ASSUME_ROLE,
        "Condition": condition,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
    }
    if sid is not None:
        statement["Sid"] = sid
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


def people_trust(principal_arns: Sequence[str], *, sid: str) -> str:
    """Return the trust policy of a role that named roles and users assume.

    Args:
        principal_arns: ARNs of the roles and users.
        sid: the statement's id, letters and digits.
    """
    principal = {"AWS": sorted(principal_arns)}
    statement = {"Action": ASSUME_ROLE, "Effect": "Allow", "Principal": principal, "Sid": sid}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
