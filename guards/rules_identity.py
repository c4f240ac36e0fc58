"""Guards for IAM: least privilege, and who may assume which role (I01, I02)."""

import re
from collections.abc import Iterator

from aws.source_conditions import documented_keys
from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.permissions import (
    ACTION_PATTERNS,
    ACTIONS_WITHOUT_RESOURCES,
    MANAGED_POLICIES,
    NARROWER,
    SERVICES_LIMITED_BY_PATH,
    SERVICES_WITHOUT_SOURCE,
    SERVICES_WITHOUT_SOURCE_ARN,
)
from guards.policies import Statement, as_list, policies
from terraform.document import blocks, type_of

_EVERYTHING_OF_A_KIND = re.compile(r"\**|[A-Za-z-]+[/:]\**")
_EQUALS = ("StringEquals", "StringEqualsIgnoreCase", "ArnEquals", "ArnLike", "StringLike")
_SOURCES = (
    *("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:PrincipalAccount", "aws:PrincipalOrgID"),
    *("aws:PrincipalArn", "aws:SourceVpce", "kms:CallerAccount", "kms:EncryptionContext:aws:logs:arn"),
)


@guard("I01", fix="write the policy as JSON in Python, or as a data source of the same layer, for guards to check")
def policies_can_be_read(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every policy is readable before anything is applied."""
    for address in policies(stacks).unreadable:
        yield address, "the policy is an expression that only Terraform can evaluate"


@guard("I01", fix="list the actions that the role needs")
def permissions_name_their_actions(stacks: CheckedStacks) -> Iterator[Finding]:
    """Permissions list actions by name, never with a wildcard or as all actions but some."""
    for one in _allowing(stacks):
        if one.is_inverted:
            yield one.address, f"{_named(one)} allows everything except what it names"
        for action in one.actions:
            if "*" in action and not (_is_own_account(one) or (one.kind == "resource" and action in ACTION_PATTERNS)):
                yield one.address, f"{_named(one)} allows {action}"


@guard("I01", fix="name the resources, or add the action to guards/permissions.py with the reason")
def permissions_name_their_resources(stacks: CheckedStacks) -> Iterator[Finding]:
    """Permissions name resources, except where AWS has no resource-level permission for the action."""
    for one in _allowing(stacks, "identity"):
        # A key of another state is named by its alias, which only a condition can do.
        by_alias = bool(one.values("kms:ResourceAliases", "ForAnyValue:StringEquals"))
        wide = [resource for resource in one.resources if _is_wide(resource) and not (by_alias and ":kms:" in resource)]
        narrow_enough = all(action in ACTIONS_WITHOUT_RESOURCES for action in one.actions)
        if wide and not narrow_enough:
            actions = ", ".join(action for action in one.actions if action not in ACTIONS_WITHOUT_RESOURCES)
            yield one.address, f"{_named(one)} allows {actions} on {', '.join(wide)}"


@guard("I01", fix='allow it on "*", in a statement of its own')
def permissions_without_resources_are_on_any(stacks: CheckedStacks) -> Iterator[Finding]:
    """Where AWS has no resource-level permission for an action, a statement with ARNs allows nothing."""
    for one in _allowing(stacks, "identity"):
        if "*" not in one.resources:
            for action in one.actions:
                if action in ACTIONS_WITHOUT_RESOURCES and action not in NARROWER:
                    named = ", ".join(one.resources)
                    yield one.address, f"{_named(one)} allows {action} on {named}, and AWS asks for it on no resource"


@guard("I01", fix="name the roles, and the receiving service in the condition `iam:PassedToService`")
def roles_are_passed_by_name(stacks: CheckedStacks) -> Iterator[Finding]:
    """`iam:PassRole` is allowed for named roles only, and to the service that each role trusts."""
    trusted = _trusted_services(stacks)
    for one in _allowing(stacks, "identity"):
        if "iam:PassRole" not in one.actions:
            continue
        services = frozenset(one.values("iam:PassedToService", "StringEquals"))
        if not services or any("*" in service for service in services):
            yield one.address, f"{_named(one)} does not restrict the service that it passes roles to"
        for resource in one.resources:
            if "*" in resource:
                yield one.address, f"{_named(one)} passes every role that matches {resource}"
            for role in re.findall(r"<([^<>]+)>", resource):
                if role in trusted and services and not services <= trusted[role]:
                    yield one.address, f"{_named(one)} passes {role} to {', '.join(sorted(services - trusted[role]))}"


@guard("I01", fix="require `aws:SourceAccount` and `aws:SourceArn` in the trust policy")
def trust_names_service_account_and_source(stacks: CheckedStacks) -> Iterator[Finding]:
    """A service may assume a role only on behalf of this account and of the resource that the role is for."""
    for one in _allowing(stacks, "trust"):
        accounts = one.values("aws:SourceAccount", "StringEquals")
        sources = one.values("aws:SourceArn", *_EQUALS)
        for service in one.principals.get("Service", ()):
            if service in SERVICES_WITHOUT_SOURCE:
                continue
            if not accounts or not all(re.fullmatch(r"\d{12}|<[^<>]+>\.\w+", account) for account in accounts):
                yield one.address, f"{service} may assume the role on behalf of any account"
            if service in SERVICES_WITHOUT_SOURCE_ARN and not sources:
                continue
            if not sources or not all(_names_its_account(source) for source in sources):
                yield one.address, f"{service} may assume the role on behalf of any source"
        for who in one.principals.get("AWS", ()):
            if who == "*" or who.endswith(":root"):
                yield one.address, f"{who} may assume the role; name the roles that may"


@guard("I02", fix="require the identity provider's `aud` and `sub`, with repository and branch in `sub`")
def federated_trust_names_its_subject(stacks: CheckedStacks) -> Iterator[Finding]:
    """A role that is assumed through OIDC is restricted to named repositories and branches."""
    for one in _allowing(stacks, "trust"):
        if not one.principals.get("Federated"):
            continue
        keys = {key for by_key in one.conditions.values() for key in by_key}
        audiences = [value for key in keys if key.endswith(":aud") for value in one.values(key, "StringEquals")]
        subjects = [value for key in keys if key.endswith(":sub") for value in one.values(key, *_EQUALS)]
        if not audiences:
            yield one.address, "a token for any audience may assume the role"
        if not subjects or any(re.search(r"^\*|:\*|/\*", subject) for subject in subjects):
            yield one.address, "a token of any repository or branch may assume the role"


@guard("I01", fix="name the principal: a role, or a service with `aws:SourceAccount`")
def resource_policies_name_their_principals(stacks: CheckedStacks) -> Iterator[Finding]:
    """A resource policy allows named principals only: no other account, no service on behalf of another account."""
    for one in _allowing(stacks, "resource"):
        limited = any(one.values(key, *_EQUALS) for key in _SOURCES)
        services = one.principals.get("Service", ())
        by_path = all(service in SERVICES_LIMITED_BY_PATH for service in services) and all(
            re.search(r"/AWSLogs/(\d{12}|<[^<>]+>\.\w+)/", resource) for resource in one.resources
        )
        if services and not limited and not by_path:
            yield one.address, f"{_named(one)} allows {', '.join(services)} on behalf of any account"
        if "*" in one.principals.get("AWS", ()) and not limited:
            yield one.address, f"{_named(one)} allows everyone"


@guard(
    "I01", fix="remove the condition, or add the key to aws/source_conditions.py with the page of AWS's documentation"
)
def conditions_on_services_are_documented(stacks: CheckedStacks) -> Iterator[Finding]:
    """A condition on an AWS service names keys that its requests carry, by AWS's documentation; else it is refused."""
    for one in _allowing(stacks, "trust", "resource"):
        used = sorted({key for by_key in one.conditions.values() for key in by_key})
        for service in one.principals.get("Service", ()):
            known = documented_keys(service)
            for key in used:
                if known is None or key.lower() not in {each.lower() for each in known}:
                    yield one.address, f"{_named(one)} expects {key} of {service}, which AWS does not document"


@guard("I01", fix="write a policy for what the role does, or add AWS's to guards/permissions.py with the reason")
def managed_policies_are_approved(stacks: CheckedStacks) -> Iterator[Finding]:
    """Only approved AWS managed policies are attached; most allow more than a role needs."""
    for address, body in stacks.resources("aws_iam_role_policy_attachment", "aws_iam_role"):
        arns = [body["policy_arn"]] if "policy_arn" in body else as_list(body.get("managed_policy_arns") or [])
        for arn in arns:
            if "${" not in arn and arn.partition(":policy/")[2] not in MANAGED_POLICIES:
                yield address, f"the role has {arn}"


@guard("I01", fix="pass the ARN of the task definition, which includes the revision")
def schedules_run_a_revision(stacks: CheckedStacks) -> Iterator[Finding]:
    """A schedule or rule runs the revision that Terraform registered, not the newest one of a family."""
    for address, body in stacks.resources("aws_scheduler_schedule", "aws_cloudwatch_event_target"):
        for path in ("target.ecs_parameters", "ecs_target"):
            for parameters in blocks(body, path):
                if not stacks.resolve(address, parameters.get("task_definition_arn", "")):
                    yield address, "it runs the newest revision of a family, which anyone may have registered"


@guard("I01", fix="use one role for ECS and another for the code")
def execution_and_task_roles_differ(stacks: CheckedStacks) -> Iterator[Finding]:
    """The execution role, with which ECS starts a task, is not the role of the code in it."""
    for address, body in stacks.resources("aws_ecs_task_definition"):
        execution = stacks.resolve(address, body.get("execution_role_arn") or "")
        if execution & stacks.resolve(address, body.get("task_role_arn") or ""):
            yield address, f"the code runs with the execution role {', '.join(sorted(execution))}"


GUARDS: tuple[Guard, ...] = (
    policies_can_be_read,
    permissions_name_their_actions,
    permissions_name_their_resources,
    permissions_without_resources_are_on_any,
    roles_are_passed_by_name,
    trust_names_service_account_and_source,
    federated_trust_names_its_subject,
    resource_policies_name_their_principals,
    conditions_on_services_are_documented,
    managed_policies_are_approved,
    schedules_run_a_revision,
    execution_and_task_roles_differ,
)


def _allowing(stacks: CheckedStacks, *kinds: str) -> Iterator[Statement]:
    wanted = kinds or ("identity", "trust", "resource")
    return (one for one in policies(stacks).statements if one.allow and one.kind in wanted)


def _named(one: Statement) -> str:
    return f"statement {one.sid}" if one.sid else "a statement"


def _is_own_account(one: Statement) -> bool:
    """Whether it delegates to this account's IAM policies, as a key policy must."""
    principals = [who for each in one.principals.values() for who in each]
    return one.kind == "resource" and bool(principals) and all(who.endswith(":root") for who in principals)


def _is_wide(resource: str) -> bool:
    """Whether a resource matches everything of a kind instead of naming one."""
    parts = resource.split(":", 5)
    if parts[0] != "arn" or len(parts) < 6:
        return "*" in resource.partition(">")[0] or resource.startswith("*")
    if parts[2] == "s3":  # a bucket ARN has no account and no resource type: `bucket/*` is the contents of one bucket
        return parts[5].startswith("*")
    return "*" in parts[4] or _EVERYTHING_OF_A_KIND.fullmatch(parts[5]) is not None


def _names_its_account(source: str) -> bool:
    if source.startswith("<"):
        return True
    parts = source.split(":", 5)
    return len(parts) == 6 and re.fullmatch(r"\d{12}|<[^<>]+>\.\w+", parts[4]) is not None


def _trusted_services(stacks: CheckedStacks) -> dict[str, frozenset[str]]:
    """Role → the services that may assume it."""
    services: dict[str, frozenset[str]] = {}
    for one in _allowing(stacks, "trust"):
        if type_of(one.address) == "aws_iam_role":
            services[one.address] = services.get(one.address, frozenset()) | set(one.principals.get("Service", ()))
    return services
