"""How the operations of a service name their resources, as a table; and the needs that follow from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from local.iam.calls import Call
from local.iam.needs.need import Need, Values, arn, request_tags, tags_of

_FIELD = re.compile(r"\{(\w*)\}")

Members = Mapping[str, str]
"""Parameter → the resource part of an ARN, in which `{}` is its value and `{Name}` another parameter. A value that is
an ARN already stays as it is."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """A service whose operations have the names of its actions, but for exceptions."""

    prefix: str
    """Of its actions."""
    members: Members = field(default_factory=dict)
    """Parameters that name the resource, in their order of preference."""
    operations: Mapping[str, Members] = field(default_factory=dict)
    """Pattern of operations → their own members, instead of those above. The member without a name is the default."""
    default: str = ""
    """The resource of an operation that names none; empty means `*`."""
    no_resource: tuple[str, ...] = ()
    """Patterns of operations whose resource is always `*`."""
    all_members: bool = False
    """Whether an operation needs the action on every resource that it names. Default: on the first."""
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Operation → its actions without prefix, where they have another name; none for what everybody may do."""
    tag_action: str = ""
    """Action that tags need which are given when something is created, without prefix."""
    tag_condition: str = ""
    """Condition key that says which operation creates what is tagged."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """Condition key → parameter."""
    global_resources: bool = False
    """Whether ARNs have no region."""
    global_members: tuple[str, ...] = ()
    """Parameters whose ARNs have no region, where others have one."""
    ids: Members = field(default_factory=dict)
    """Beginning of an id → the resource part of its ARN, where one parameter takes ids of several kinds."""
    no_account: bool = False
    """Whether ARNs have no account."""


def needs_by_rules(rules: Rules, call: Call) -> Iterator[Need]:
    """What a call of such a service needs."""
    tags = tags_of(call.parameters)
    context: dict[str, str | tuple[str, ...]] = {**request_tags(tags), **_conditions(rules, call)}
    names = rules.actions.get(call.operation, (call.operation,))
    resources = resources_by_rules(rules, call)
    for name in names:
        for resource in resources:
            yield Need(action=f"{rules.prefix}:{name}", resource=resource, context=context)
    creates = call.operation.startswith(("Create", "Put", "Register", "Run", "Restore", "Import", "Request", "Copy"))
    if tags and rules.tag_action and creates:
        created: Values = {rules.tag_condition: call.operation} if rules.tag_condition else {}
        for resource in resources[:1]:
            yield Need(action=f"{rules.prefix}:{rules.tag_action}", resource=resource, context={**context, **created})


def resources_by_rules(rules: Rules, call: Call) -> list[str]:
    """The ARNs that a call names, or `*`."""
    if _matches(call.operation, rules.no_resource):
        return ["*"]
    members = next((own for pattern, own in rules.operations.items() if fnmatchcase(call.operation, pattern)), None)
    members = rules.members if members is None else members
    result: list[str] = []
    for name, template in members.items():
        result += [_named(rules, call, name, template, value) for value in call.texts(name)]
        if result and not rules.all_members:
            break
    if result:
        return list(dict.fromkeys(result))
    default = members.get("", rules.default)
    return [_arn(rules, call, default)] if default else ["*"]


def _named(rules: Rules, call: Call, member: str, template: str, value: str) -> str:
    if value.startswith("arn:"):
        return value
    if value.startswith(("http://", "https://")):  # the URL of a queue
        value = value.rpartition("/")[2]

    template = next((own for start, own in rules.ids.items() if value.startswith(start)), template)

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        # WAF writes its scope in small letters: `regional`.
        return (call.text(name).lower() if name == "Scope" else call.text(name) or "*") if name else value

    return _arn(rules, call, _FIELD.sub(fill, template), is_global=member in rules.global_members)


def _arn(rules: Rules, call: Call, resource: str, *, is_global: bool = False) -> str:
    region = "" if rules.global_resources or is_global else None
    return arn(call, rules.prefix, resource, region=region, account="" if rules.no_account else None)


def _conditions(rules: Rules, call: Call) -> dict[str, str | tuple[str, ...]]:
    result: dict[str, str | tuple[str, ...]] = {}
    for key, name in rules.conditions.items():
        values = call.texts(name)
        if values:
            result[key] = tuple(values) if len(values) > 1 else values[0]
    return result


def _matches(operation: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(operation, pattern) for pattern in patterns)
