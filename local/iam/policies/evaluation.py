"""The decision: which policies allow or deny a request, in AWS's order.

Sources in the IAM User Guide: "Policy evaluation logic", "Permissions boundaries for IAM entities" and "Cross-account
policy evaluation logic"; in the KMS Developer Guide: "Key policies".
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from local.iam.policies.document import Policy, Statement
from local.iam.policies.patterns import UnknownVariableError, Variable, matches_action, matches_resource, with_variables
from local.iam.policies.principals import Caller, Named, named_in

Values = tuple[str, ...]


class Context:
    """Condition keys of a request, in any case, with their values.

    Args:
        values: key → value or values.
        find: values of keys that are looked up only when a policy asks, by lower-case key; `None` where there are none.
    """

    def __init__(
        self, values: Mapping[str, str | Values] | None = None, find: Callable[[str], Values | None] | None = None
    ) -> None:
        self._values = {
            key.lower(): (value,) if isinstance(value, str) else value for key, value in (values or {}).items()
        }
        self._find = find

    def get(self, key: str) -> Values | None:
        """The values of a key; `None` where the request has none."""
        key = key.lower()
        if key in self._values:
            return self._values[key]
        return self._find(key) if self._find is not None else None

    def single(self, key: str) -> str | None:
        """The value of a policy variable."""
        values = self.get(key)
        return values[0] if values is not None and len(values) == 1 else None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody wants to do."""

    caller: Caller
    action: str
    """Such as `s3:GetObject`."""
    resource: str
    """An ARN, or `*` where the action is about no particular resource."""
    resource_account: str = ""
    """The account of the resource. Default: the caller's."""
    context: Context = field(default_factory=Context)


@dataclass(frozen=True, kw_only=True)
class Policies:
    """What applies to a request."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    resource: Policy | None = None
    needs_resource_policy: bool = False
    """Whether the resource policy must allow, as those of KMS keys and roles. Default: either may."""


class Reason(Enum):
    """Why a request is allowed or denied; values of denials are AWS's own words, `{action}` is the action."""

    ALLOWED_BY_IDENTITY = "an identity-based policy allows it"
    ALLOWED_BY_RESOURCE = "a resource-based policy allows it"
    DENIED_BY_IDENTITY = "with an explicit deny in an identity-based policy"
    DENIED_BY_RESOURCE = "with an explicit deny in a resource-based policy"
    DENIED_BY_BOUNDARY = "with an explicit deny in a permissions boundary"
    NOT_IN_IDENTITY = "because no identity-based policy allows the {action} action"
    NOT_IN_BOUNDARY = "because no permissions boundary allows the {action} action"
    NOT_IN_RESOURCE = "because no resource-based policy allows the {action} action"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a request is allowed, and why."""

    allowed: bool
    reason: Reason
    policy: str = ""
    """The policy that decided; empty where none allows."""
    statement: str = ""
    """Its statement: the Sid, or its place."""


def evaluate(request: Request, policies: Policies) -> Decision:
    """Decide as AWS does for one account, or for two: an explicit Deny first, then what must allow."""
    denied = _explicit_deny(request, policies)
    if denied is not None:
        return denied
    by_identity = next(_matching(request, policies.identity, allows=True), None)
    by_boundary = policies.boundary is None or any(_matching(request, (policies.boundary,), allows=True))
    named, by_resource = _granted_by_resource(request, policies)
    is_same_account = request.resource_account in ("", request.caller.account)
    if is_same_account and by_resource is not None:
        if named is Named.DIRECTLY:
            return _decision(True, Reason.ALLOWED_BY_RESOURCE, by_resource)
        if named is Named.ROLE:
            if by_boundary:
                return _decision(True, Reason.ALLOWED_BY_RESOURCE, by_resource)
            return Decision(allowed=False, reason=Reason.NOT_IN_BOUNDARY)
    if by_resource is None and (policies.needs_resource_policy or not is_same_account):
        return Decision(allowed=False, reason=Reason.NOT_IN_RESOURCE)
    if by_identity is None:
        return Decision(allowed=False, reason=Reason.NOT_IN_IDENTITY)
    if not by_boundary:
        return Decision(allowed=False, reason=Reason.NOT_IN_BOUNDARY)
    return _decision(True, Reason.ALLOWED_BY_IDENTITY, by_identity)


def _explicit_deny(request: Request, policies: Policies) -> Decision | None:
    boundary = () if policies.boundary is None else (policies.boundary,)
    for reason, of_caller in ((Reason.DENIED_BY_IDENTITY, policies.identity), (Reason.DENIED_BY_BOUNDARY, boundary)):
        for match in _matching(request, of_caller, allows=False):
            return _decision(False, reason, match)
    of_resource = () if policies.resource is None else (policies.resource,)
    for policy, statement in _matching(request, of_resource, allows=False):
        if named_in(statement, request.caller, has_boundary=policies.boundary is not None) is not Named.NOT:
            return _decision(False, Reason.DENIED_BY_RESOURCE, (policy, statement))
    return None


def _granted_by_resource(request: Request, policies: Policies) -> tuple[Named, tuple[Policy, Statement] | None]:
    """The statement that grants the most, and how it names the caller."""
    match: dict[Named, tuple[Policy, Statement]] = {}
    if policies.resource is not None:
        for policy, statement in _matching(request, (policies.resource,), allows=True):
            # AWS does not support NotPrincipal with Allow.
            if statement.not_principals is None:
                match.setdefault(named_in(statement, request.caller), (policy, statement))
    for named in (Named.DIRECTLY, Named.ROLE, Named.ACCOUNT):
        if named in match:
            return named, match[named]
    return Named.NOT, None


def _matching(request: Request, policies: tuple[Policy, ...], *, allows: bool) -> Iterator[tuple[Policy, Statement]]:
    for policy in policies:
        for statement in policy.statements:
            if statement.allows is allows and _applies(statement, request):
                yield policy, statement


def _applies(statement: Statement, request: Request) -> bool:
    """Whether action, resource and conditions match; who makes the request is another question."""
    variable = request.context.single if statement.has_variables else None
    if statement.actions is not None and not _has_action(statement.actions, request.action):
        return False
    if statement.not_actions is not None and _has_action(statement.not_actions, request.action):
        return False
    if not _has_resource(statement, request.resource, variable):
        return False
    return all(each.holds(request.context.get(each.key), variable) for each in statement.conditions)


def _has_action(patterns: Values, action: str) -> bool:
    return any(matches_action(pattern, action) for pattern in patterns)


def _has_resource(statement: Statement, resource: str, variable: Variable | None) -> bool:
    if statement.resources is not None:
        return any(_is_resource(pattern, resource, variable) for pattern in statement.resources)
    if statement.not_resources is not None:
        try:
            parts = [with_variables(pattern, variable) for pattern in statement.not_resources]
        except UnknownVariableError:
            return False
        return not any(matches_resource(each, resource) for each in parts)
    return True


def _is_resource(pattern: str, resource: str, variable: Variable | None) -> bool:
    try:
        return matches_resource(with_variables(pattern, variable), resource)
    except UnknownVariableError:
        return False


def _decision(allowed: bool, reason: Reason, match: tuple[Policy, Statement]) -> Decision:
    policy, statement = match
    return Decision(allowed=allowed, reason=reason, policy=policy.name, statement=statement.label)
