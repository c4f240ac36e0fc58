"""One case, and short ways to write policies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.iam.policies.evaluation import Reason

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/worker"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/task-1"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OBJECT = "arn:aws:s3:::logs/2026/a.txt"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"

Document = dict[str, Any]
IDENTITY, BY_RESOURCE = Reason.ALLOWED_BY_IDENTITY, Reason.ALLOWED_BY_RESOURCE
NO_IDENTITY, NO_BOUNDARY, NO_RESOURCE = Reason.NOT_IN_IDENTITY, Reason.NOT_IN_BOUNDARY, Reason.NOT_IN_RESOURCE
DENY_IDENTITY, DENY_BOUNDARY, DENY_RESOURCE = (
    Reason.DENIED_BY_IDENTITY,
    Reason.DENIED_BY_BOUNDARY,
    Reason.DENIED_BY_RESOURCE,
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request of the role `worker`, and what AWS decides."""

    name: str
    expected: Reason
    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    resource_policy: Document | None = None
    needs_resource_policy: bool = False
    action: str = "s3:GetObject"
    resource: str = OBJECT
    resource_account: str = ACCOUNT
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def policy(*statements: Document, version: str = "2012-10-17") -> Document:
    return {"Version": version, "Statement": list(statements)}


def allow(action: Any = "s3:GetObject", resource: Any = "*", condition: Any = None, **more: Any) -> Document:
    return _statement("Allow", action, resource, condition, more)


def deny(action: Any = "s3:GetObject", resource: Any = "*", condition: Any = None, **more: Any) -> Document:
    return _statement("Deny", action, resource, condition, more)


def _statement(effect: str, action: Any, resource: Any, condition: Any, more: Document) -> Document:
    """`None` leaves an element out."""
    elements = {"Action": action, "Resource": resource, "Condition": condition}
    return {"Effect": effect, **{name: value for name, value in elements.items() if value is not None}, **more}
