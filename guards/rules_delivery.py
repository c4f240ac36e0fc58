"""Guards for roles that make or change things on behalf of others: boundaries, and what a pull request may do."""

import re
from collections.abc import Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.permissions import CONTENTS, READING, READING_OF_CONTENTS
from guards.policies import Statement, policies, roles_with
from terraform.document import layer_of, type_of

_LAYERS_WITHOUT = ("bootstrap", "delivery")
"""Layers that an administrator applies; a boundary would be in his own hands."""


@guard("I01", fix="set permissions_boundary to the output boundary_arn of the network layer")
def roles_have_the_boundary(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every role of an environment has the environment's permissions boundary."""
    for address, body in stacks.resources("aws_iam_role"):
        if layer_of(address) in _LAYERS_WITHOUT:
            continue
        limits = stacks.resolve(address, body.get("permissions_boundary") or "")
        if not any(type_of(policy) == "aws_iam_policy" and layer_of(policy) == "network" for policy in limits):
            yield address, "the role has no permissions boundary of this environment"


@guard("I02", fix="leave it to a role that only a protected GitHub environment or a branch may assume")
def pull_requests_neither_write_nor_read_secrets(stacks: CheckedStacks) -> Iterator[Finding]:
    """A role that trusts pull requests, whose code nobody has reviewed, reads settings: no secret, no content."""
    statements = policies(stacks).statements
    open_roles = {one.address for one in statements if one.kind == "trust" and _trusts_pull_requests(one)}
    for one in statements:
        if one.kind != "identity" or not one.allow or not roles_with(stacks, one.address) & open_roles:
            continue
        for action in one.actions:
            if not re.fullmatch(READING, action):
                yield one.address, f"statement {one.sid} lets a pull request write: {action}"
            elif action in CONTENTS and not _is_the_states(one, action):
                yield one.address, f"statement {one.sid} lets a pull request read contents: {action}"
    for address, body in stacks.resources("aws_iam_role_policy_attachment"):
        for role in stacks.resolve(address, body.get("role") or "") & open_roles:
            denied = {
                action
                for one in statements
                if one.kind == "identity" and not one.allow and role in roles_with(stacks, one.address)
                for action in one.actions
            }
            missing = [action for action in READING_OF_CONTENTS if action not in denied]
            if missing:
                yield address, f"a pull request reads contents: {', '.join(missing)} must be denied beside this policy"


GUARDS: tuple[Guard, ...] = (roles_have_the_boundary, pull_requests_neither_write_nor_read_secrets)


def _trusts_pull_requests(one: Statement) -> bool:
    subjects = [
        value for keys in one.conditions.values() for name in keys if name.endswith(":sub") for value in keys[name]
    ]
    return one.allow and any(subject.endswith(":pull_request") for subject in subjects)


def _is_the_states(one: Statement, action: str) -> bool:
    """Whether the statement is about Terraform's states and their key, which hold no secret (D03)."""
    if action == "kms:Decrypt":
        return bool(one.values("kms:ResourceAliases", "StringEquals", "ForAnyValue:StringEquals"))
    if action == "s3:GetObject":
        return all(not resource.endswith(":::*") and resource.count("/") >= 2 for resource in one.resources)
    return action == "dynamodb:GetItem" and all(":table/" in resource for resource in one.resources)
