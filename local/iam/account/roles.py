"""Roles as they were applied: their policies, boundaries and trust policies."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from local.iam.account.backends import backend
from local.iam.policies.document import Policy, parse_policy


class RoleNotFoundError(LookupError):
    """The account has no such role."""


def role_of(account: str, role_arn: str) -> Any:
    """Moto's role by its ARN.

    Raises:
        RoleNotFoundError: there is none.
    """
    iam = _iam(account, role_arn)
    name = role_arn.rpartition("/")[2]
    role = next((each for each in (iam.roles.values() if iam is not None else ()) if each.name == name), None)
    if role is None or role.arn != role_arn:
        raise RoleNotFoundError(role_arn)
    return role


def policies_of_role(account: str, role_arn: str) -> tuple[tuple[Policy, ...], Policy | None]:
    """The identity policies of a role, and its permissions boundary.

    Raises:
        RoleNotFoundError: there is no such role.
        MalformedPolicyError: one of them is no policy.
    """
    role = role_of(account, role_arn)
    identity = tuple(parsed(name, document) for name, document in _documents(role))
    boundary = None
    if role.permissions_boundary_arn:
        managed = _iam(account, role_arn).managed_policies.get(role.permissions_boundary_arn)
        # A boundary that is gone allows nothing.
        empty = '{"Statement": []}'
        boundary = parsed(role.permissions_boundary_arn, _document(managed) if managed is not None else empty)
    return identity, boundary


def trust_policy(account: str, role_arn: str) -> Policy:
    """Who may assume a role.

    Raises:
        RoleNotFoundError: there is no such role.
        MalformedPolicyError: it is no policy.
    """
    return parsed(f"trust policy of {role_arn}", role_of(account, role_arn).assume_role_policy_document)


@lru_cache(maxsize=512)
def parsed(name: str, document: str | bytes) -> Policy:
    """Read a policy; the same one is read once.

    Raises:
        MalformedPolicyError: it is no policy.
    """
    return parse_policy(name, document)


def _documents(role: Any) -> Iterator[tuple[str, str]]:
    for name, document in role.policies.items():
        yield f"{role.name}/{name}", document
    for arn, managed in role.managed_policies.items():
        yield arn, _document(managed)


def _document(managed: Any) -> str:
    """Of the version that counts."""
    version = next((each for each in managed.versions if each.version_id == managed.default_version_id), None)
    return str(version.document if version is not None else managed.document)


def _iam(account: str, arn: str) -> Any:
    partition = arn.split(":")[1] if arn.startswith("arn:") else "aws"
    return backend("iam", account, {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}.get(partition, "us-east-1"))
