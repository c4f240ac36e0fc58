"""Parses every policy of an environment into statements: who may do what on which resources, on which conditions."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from guards.guard import CheckedStacks
from terraform.document import Stacks, blocks, layer_of, type_of

Kind = Literal["identity", "trust", "resource", "boundary"]
"""Permissions of a role, its trust policy, the policy of a resource, or a boundary, which grants nothing."""

_IDENTITY = ("aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy")
_ATTRIBUTES = ("policy", "assume_role_policy", "access_policy", "resource_policy", "policy_document")
_DATA = "data.aws_iam_policy_document"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of one policy, with references resolved (`terraform.references`)."""

    address: str
    """The resource that holds the policy."""
    kind: Kind
    sid: str
    allow: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]]
    """`Service`, `AWS` or `Federated` → who."""
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Operator → key → values."""
    is_inverted: bool
    """Whether it uses `NotAction`, `NotResource` or `NotPrincipal`."""

    def values(self, key: str, *operators: str) -> tuple[str, ...]:
        """The values that these operators compare a condition key with. Operators and keys ignore case."""
        names = {operator.lower() for operator in operators}
        return tuple(
            value
            for operator, keys in self.conditions.items()
            if operator.lower() in names
            for name, values in keys.items()
            if name.lower() == key.lower()
            for value in values
        )


@dataclass(frozen=True, kw_only=True)
class Policies:
    """The statements of all policies."""

    statements: tuple[Statement, ...]
    unreadable: tuple[str, ...]
    """Addresses of policies that are not JSON but an expression."""


def policies(stacks: CheckedStacks) -> Policies:
    """Parse every policy, once for all guards."""
    cached = stacks.cache.get("policies")
    if cached is None:
        boundaries = _boundaries(stacks)
        statements: list[Statement] = []
        unreadable: list[str] = []
        for address, attribute, text in _texts(stacks):
            document = _document(stacks, address, text)
            if document is None:
                unreadable.append(address)
            elif "Statement" in document:
                statements += _statements(
                    stacks, address, "boundary" if address in boundaries else _kind(address, attribute), document
                )
        cached = stacks.cache["policies"] = Policies(statements=tuple(statements), unreadable=tuple(unreadable))
    result: Policies = cached
    return result


def roles_with(stacks: Stacks, policy: str) -> frozenset[str]:
    """Addresses of the roles that a policy belongs to."""
    body = stacks.bodies[policy]
    if type_of(policy) == "aws_iam_role":
        return frozenset({policy})
    if type_of(policy) == "aws_iam_role_policy":
        return stacks.resolve(policy, body["role"])
    return frozenset(
        role
        for address, attachment in stacks.resources("aws_iam_role_policy_attachment")
        if policy in stacks.resolve(address, attachment["policy_arn"])
        for role in stacks.resolve(address, attachment["role"])
    )


def as_list(value: Any) -> list[Any]:
    """IAM writes a single value as itself and several as a list."""
    return value if isinstance(value, list) else [value]


def _texts(stacks: Stacks) -> Iterator[tuple[str, str, Any]]:
    for address, body in stacks.bodies.items():
        if type_of(address).startswith("data."):
            continue
        for attribute in _ATTRIBUTES:
            if isinstance(body.get(attribute), str):
                yield address, attribute, body[attribute]
        for block in blocks(body, "inline_policy"):
            if "policy" in block:
                yield address, "policy", block["policy"]


def _boundaries(stacks: Stacks) -> frozenset[str]:
    """Policies that are only boundaries: a policy that is attached to something grants what it allows."""
    limiting = {
        policy
        for address, body in stacks.resources("aws_iam_role", "aws_iam_user")
        for policy in stacks.resolve(address, body.get("permissions_boundary") or "")
    }
    attached = {
        policy
        for address, body in stacks.bodies.items()
        if type_of(address).endswith("policy_attachment") and type_of(address).startswith("aws_iam_")
        for policy in stacks.resolve(address, body.get("policy_arn") or "")
    }
    return frozenset(limiting - attached)


def _kind(address: str, attribute: str) -> Kind:
    if attribute == "assume_role_policy":
        return "trust"
    return "identity" if type_of(address) in (*_IDENTITY, "aws_iam_role") else "resource"


def _document(stacks: Stacks, address: str, text: str) -> Mapping[str, Any] | None:
    try:
        document = json.loads(text)
    except ValueError:
        data_sources = [thing for thing in stacks.resolve(address, text) if type_of(thing) == _DATA]
        if len(data_sources) == 1 and data_sources[0] in stacks.bodies and text.startswith("${"):
            return {"Statement": [*map(_from_data, blocks(stacks.bodies[data_sources[0]], "statement"))]}
        return None
    return document if isinstance(document, Mapping) else {}


def _from_data(block: Mapping[str, Any]) -> dict[str, Any]:
    """A statement of a `data.aws_iam_policy_document` as IAM writes it."""
    statement: dict[str, Any] = {"Sid": block.get("sid", ""), "Effect": block.get("effect", "Allow")}
    names = {
        "actions": "Action",
        "not_actions": "NotAction",
        "resources": "Resource",
        "not_resources": "NotResource",
    }
    statement |= {name: block[key] for key, name in names.items() if key in block}
    for key, name in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        for principal in blocks(block, key):
            statement.setdefault(name, {}).setdefault(principal["type"], []).extend(principal["identifiers"])
    for condition in blocks(block, "condition"):
        keys = statement.setdefault("Condition", {}).setdefault(condition["test"], {})
        keys.setdefault(condition["variable"], []).extend(condition["values"])
    return statement


def _statements(stacks: Stacks, address: str, kind: Kind, document: Mapping[str, Any]) -> Iterator[Statement]:
    layer = layer_of(address)

    def resolved(values: Any) -> tuple[str, ...]:
        return tuple(stacks.references.canonical(layer, str(value)) for value in as_list(values))

    for body in as_list(document["Statement"]):
        principal = body.get("Principal", body.get("NotPrincipal", {}))
        principals = principal if isinstance(principal, Mapping) else {"AWS": principal}
        yield Statement(
            address=address,
            kind=kind,
            sid=str(body.get("Sid", "")),
            allow=body.get("Effect") == "Allow",
            actions=resolved(body.get("Action", [])),
            resources=resolved(body.get("Resource", [])),
            principals={str(name): resolved(who) for name, who in principals.items()},
            conditions={
                operator: {key: resolved(values) for key, values in keys.items()}
                for operator, keys in body.get("Condition", {}).items()
            },
            is_inverted=any(key in body for key in ("NotAction", "NotResource", "NotPrincipal")),
        )
