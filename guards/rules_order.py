"""Guards for the order in which Terraform creates resources: by references, since a literal makes none (S03)."""

import re
from collections.abc import Container, Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.plain_text import Text
from terraform.document import layer_of, type_of

_IDENTIFIERS = (
    *("identifier", "name", "family", "bucket", "replication_group_id", "user_group_id", "user_id"),
    *("cluster_identifier", "function_name"),
)
"""Arguments by which AWS knows a resource."""

_POINTS = re.compile(r"(?:^|[._-])(?:arn|bucket|cluster|family|group|groups|identifier|name|repository|role)$")
"""Endings of arguments that name another resource."""

_OWN = {
    "aws_cloudwatch_dashboard": ("dashboard_name",),
    "aws_cloudwatch_metric_alarm": ("alarm_name",),
    "aws_iam_instance_profile": ("name",),
    "aws_wafv2_web_acl": ("visibility_config.metric_name",),
}
"""Arguments that name the resource itself, in addition to `_IDENTIFIERS`."""

_NAME_IN_ARN = re.compile(r"[:/]")

_NO_RESOURCE = ("environment.", "metric_name", "condition.", "tags.")
"""Parts of paths whose values are text for programs and people, even if they equal a name."""


@guard("S03", fix="pass the attribute of the resource instead of its name, so that Terraform creates it first")
def names_of_resources_are_references(stacks: CheckedStacks) -> Iterator[Finding]:
    """An argument that names another resource of its layer refers to it, or Terraform may create it before that one."""
    named = _named(stacks)
    edges = stacks.edges
    for address in stacks.bodies:
        known: frozenset[str] | None = None
        names = named.get(layer_of(address), {})
        for path, value in _pointers(address, stacks.texts[address], names):
            others = names[value] - {address}
            if not others:
                continue
            known = known if known is not None else edges.closure(address)
            if not others & known and not any(address in edges.closure(other) for other in others):
                yield (
                    address,
                    f'{path} is the text "{value}", which is the name of {min(others)}, and no reference to it',
                )


_ACT_AT_ONCE = ("aws_db_instance", "aws_flow_log")
"""Resources with which AWS acts as their roles as soon as they are there. Services wait for the policies of theirs, as
their module writes it."""


@guard("S03", fix="name the policy in depends_on")
def roles_have_their_policies_before_they_act(stacks: CheckedStacks) -> Iterator[Finding]:
    """What acts as a role waits for a policy of it, or its first calls are denied."""
    edges, policies = stacks.edges, _policies_of_roles(stacks)
    for kind in _ACT_AT_ONCE:
        for address, _ in stacks.resources(kind):
            known = edges.closure(address)
            for role in sorted(edges.direct(address) & policies.keys()):
                if not policies[role] & known:
                    yield address, f"AWS acts as {role}, which may not have {min(policies[role])} yet"


GUARDS: tuple[Guard, ...] = (names_of_resources_are_references, roles_have_their_policies_before_they_act)


def _policies_of_roles(stacks: CheckedStacks) -> dict[str, set[str]]:
    """Role → what gives it permissions."""
    policies: dict[str, set[str]] = {}
    for kind in ("aws_iam_role_policy", "aws_iam_role_policy_attachment"):
        for address, body in stacks.resources(kind):
            for role in stacks.resolve(address, {"role": body["role"]}):
                policies.setdefault(role, set()).add(address)
    return policies


def _named(stacks: CheckedStacks) -> dict[str, dict[str, frozenset[str]]]:
    """Layer → literal name → the resources that have it."""
    named: dict[str, dict[str, frozenset[str]]] = {}
    for address, body in stacks.bodies.items():
        for key in _IDENTIFIERS:
            value = body.get(key)
            if isinstance(value, str) and "${" not in value:
                names = named.setdefault(layer_of(address), {})
                names[value] = names.get(value, frozenset()) | {address}
    return named


def _pointers(address: str, texts: list[Text], names: Container[str]) -> Iterator[tuple[str, str]]:
    """Path and value of each literal argument that names another resource; of an ARN, what it ends with.

    Args:
        address: of the resource.
        texts: of its arguments.
        names: what resources of its layer are named; other values name none.
    """
    own = _OWN.get(type_of(address), ())
    for text in texts:
        value = _NAME_IN_ARN.split(text.value)[-1] if text.value.startswith("arn:") else text.value
        if value not in names or "${" in text.value:
            continue
        path = re.sub(r"\.\d+", "", text.path)
        if path in _IDENTIFIERS or path in own or not _POINTS.search(path):
            continue
        if any(part in path for part in _NO_RESOURCE):
            continue
        yield path, value
