"""Who makes a request, and whether a statement of a resource policy is about them.

Source: "Principal" and "NotPrincipal" of the policy elements in the IAM User Guide.
"""

from dataclasses import dataclass
from enum import Enum

from local.iam.policies.document import Principals, Statement


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A session of a role, an AWS service, or somebody whom an identity provider knows."""

    arn: str = ""
    """Of the session: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. Empty for others."""
    role_arn: str = ""
    """Of the session's role: `arn:aws:iam::ACCOUNT:role/PATH/ROLE`."""
    account: str = ""
    """Of the role."""
    service: str = ""
    """A service's principal, such as `ecs-tasks.amazonaws.com`."""
    provider: str = ""
    """ARN of the identity provider."""


class Named(Enum):
    """How a statement names a caller."""

    NOT = "not"
    ACCOUNT = "account"
    """Its account is named, which leaves it to the policies of the account's identities."""
    ROLE = "role"
    """The session's role is named: a boundary limits what the statement grants."""
    DIRECTLY = "directly"
    """The session is, or everybody: no policy of the role limits what the statement grants, but a Deny."""


def named_in(statement: Statement, caller: Caller, *, has_boundary: bool = False) -> Named:
    """How a statement of a resource policy names a caller.

    Args:
        statement: of a resource policy.
        caller: who makes the request.
        has_boundary: whether the caller's role has a permissions boundary. AWS: a Deny with NotPrincipal then "will
            always deny", whomever it leaves out.
    """
    if statement.not_principals is not None:
        return Named.NOT if not has_boundary and _left_out(statement.not_principals, caller) else Named.DIRECTLY
    if statement.principals is None:
        return Named.NOT
    return _named_by(statement.principals, caller)


def _left_out(principals: Principals, caller: Caller) -> bool:
    """AWS compares the account, then the role, then the session: a list must have all three to leave out a session."""
    if caller.service or caller.provider or _everybody(principals):
        return _named_by(principals, caller) is not Named.NOT
    accounts, names = _accounts(caller), (caller.role_arn, caller.arn)
    return any(_has(principals, "AWS", each) for each in accounts) and all(_has(principals, "AWS", n) for n in names)


def _named_by(principals: Principals, caller: Caller) -> Named:
    if caller.service:
        return Named.DIRECTLY if _has(principals, "Service", caller.service) or _everybody(principals) else Named.NOT
    if caller.provider:
        return Named.DIRECTLY if _has(principals, "Federated", caller.provider) or _everybody(principals) else Named.NOT
    if _everybody(principals) or _has(principals, "AWS", caller.arn):
        return Named.DIRECTLY
    if _has(principals, "AWS", caller.role_arn):
        return Named.ROLE
    return Named.ACCOUNT if any(_has(principals, "AWS", each) for each in _accounts(caller)) else Named.NOT


def _accounts(caller: Caller) -> tuple[str, str]:
    """Both ways to name a caller's account."""
    partition = caller.role_arn.split(":")[1] if caller.role_arn else "aws"
    return caller.account, f"arn:{partition}:iam::{caller.account}:root"


def _has(principals: Principals, kind: str, name: str) -> bool:
    return name in principals.get(kind, ())


def _everybody(principals: Principals) -> bool:
    return "*" in principals.get("AWS", ())
