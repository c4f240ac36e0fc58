"""A policy document, read and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.iam.policies.conditions import OPERATORS, Condition

WITH_VARIABLES = "2012-10-17"
IF_EXISTS = "IfExists"
QUANTIFIERS = ("ForAllValues", "ForAnyValue")
EFFECTS = ("Allow", "Deny")

Principals = Mapping[str, tuple[str, ...]]
"""Kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) → names; `*` alone is `AWS` → `*`."""


class MalformedPolicyError(ValueError):
    """A document that IAM would not have accepted."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement. Exactly one of `actions` and `not_actions` is given."""

    label: str
    """Its Sid, or its place in the policy, such as `statement 2`."""
    allows: bool
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    """`None` with `not_resources=None` too: any, as in trust policies and policies of ECR repositories."""
    not_resources: tuple[str, ...] | None = None
    principals: Principals | None = None
    not_principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    has_variables: bool = True
    """Whether `${…}` in it is a variable."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy with a name, which decisions repeat."""

    name: str
    statements: tuple[Statement, ...]


def parse_policy(name: str, document: str | bytes | Mapping[str, Any]) -> Policy:
    """Read a policy document.

    Args:
        name: of the policy, or of what it belongs to.
        document: JSON, or what JSON became.

    Raises:
        MalformedPolicyError: it is no policy; the message names the statement and what is wrong.
    """
    if isinstance(document, str | bytes):
        try:
            document = json.loads(document)
        except ValueError as error:
            raise MalformedPolicyError(f"policy {name} is not JSON: {error}") from error
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise MalformedPolicyError(f"policy {name} has no Statement")
    has_variables = document.get("Version") == WITH_VARIABLES
    statements = []
    for number, body in enumerate(_listed(document["Statement"]), start=1):
        try:
            statements.append(_statement(body, number, has_variables))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise MalformedPolicyError(f"policy {name}, statement {number}: {error}") from error
    return Policy(name=name, statements=tuple(statements))


def _statement(body: Mapping[str, Any], number: int, has_variables: bool) -> Statement:
    if body.get("Effect") not in EFFECTS:
        raise ValueError(f"Effect is {body.get('Effect')!r}; allowed are {' and '.join(EFFECTS)}")
    if ("Action" in body) == ("NotAction" in body):
        raise ValueError("exactly one of Action and NotAction is allowed")
    for name in ("Resource", "Principal"):
        if name in body and f"Not{name}" in body:
            raise ValueError(f"{name} and Not{name} together are not allowed")
    return Statement(
        label=str(body.get("Sid") or f"statement {number}"),
        allows=body["Effect"] == "Allow",
        actions=_texts(body, "Action"),
        not_actions=_texts(body, "NotAction"),
        resources=_texts(body, "Resource"),
        not_resources=_texts(body, "NotResource"),
        principals=_principals(body.get("Principal")),
        not_principals=_principals(body.get("NotPrincipal")),
        conditions=_conditions(body.get("Condition") or {}),
        has_variables=has_variables,
    )


def _conditions(body: Mapping[str, Mapping[str, Any]]) -> tuple[Condition, ...]:
    result = []
    for written, keys in body.items():
        quantifier, _, operator = written.rpartition(":")
        if_exists = operator.endswith(IF_EXISTS)
        operator = operator.removesuffix(IF_EXISTS)
        is_null = operator == "Null" and not if_exists
        if (operator not in OPERATORS and not is_null) or (quantifier and quantifier not in QUANTIFIERS):
            raise ValueError(f"{written!r} is no condition operator")
        for key, values in keys.items():
            result.append(
                Condition(
                    operator=operator,
                    key=key.lower(),
                    values=tuple(_text(value) for value in _listed(values)),
                    if_exists=if_exists,
                    quantifier=quantifier,
                )
            )
    return tuple(result)


def _principals(body: Any) -> Principals | None:
    if body is None:
        return None
    if isinstance(body, str):
        body = {"AWS": body}
    return {kind: tuple(map(str, _listed(names))) for kind, names in body.items()}


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    return tuple(map(str, _listed(body[name]))) if name in body else None


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    """JSON's `true` and `1` mean the same as `"true"` and `"1"`."""
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)
