"""Calls of roles that were denied, as other processes read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class DeniedCall:
    """Calls with the same role, action and resource that IAM denied."""

    role: str
    """Name of the role."""
    action: str
    """Such as `s3:GetObject`."""
    resource: str
    """An ARN, or `*`."""
    operation: str
    """The call that needed it, such as `s3:HeadObject`."""
    reason: str
    """Why, in AWS's words."""
    count: int
    """How often."""


def denied_calls(document: Mapping[str, Any]) -> tuple[DeniedCall, ...]:
    """Those in the page of calls.

    Raises:
        KeyError: the page is not what it should be.
    """
    names = ("role", "action", "resource", "operation", "reason", "count")
    return tuple(DeniedCall(**{name: each[name] for name in names}) for each in document["denied"])
