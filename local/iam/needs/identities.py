"""IAM and STS."""

from collections.abc import Iterator

from local.iam.calls import Call
from local.iam.needs.need import Account, Need, Values, arn, request_tags, tags_of

EVERYBODY = ("GetCallerIdentity", "GetSessionToken", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
"""No policy can take these away from a caller, or the caller has no identity yet."""
LISTS = (
    "ListRoles",
    "ListUsers",
    "ListGroups",
    "ListPolicies",
    "ListInstanceProfiles",
    "ListOpenIDConnectProviders",
    "ListSAMLProviders",
    "ListServerCertificates",
    "ListAccountAliases",
    "GetAccountSummary",
    "GetAccountPasswordPolicy",
    "GetAccountAuthorizationDetails",
)
TAGS_OF = {"CreateRole": "TagRole", "CreatePolicy": "TagPolicy", "CreateUser": "TagUser"}
BOUNDARY = "iam:PermissionsBoundary"


def needs_of_iam(call: Call, account: Account) -> Iterator[Need]:
    """What a call of IAM needs."""
    operation, tags = call.operation, tags_of(call.parameters)
    context: dict[str, str | tuple[str, ...]] = {**request_tags(tags)}
    role = call.text("RoleName")
    path = call.text("Path") or "/"
    boundary = call.text("PermissionsBoundary") or (account.boundary_of(role) if role else "")
    if boundary:
        context[BOUNDARY] = boundary
    policy = call.text("PolicyArn")
    if policy and operation.startswith(("Attach", "Detach")):
        context["iam:PolicyARN"] = policy
    if operation in LISTS:
        resource = "*"
    elif operation == "CreateServiceLinkedRole":
        service = call.text("AWSServiceName")
        context["iam:AWSServiceName"] = service
        resource = _arn(call, f"role/aws-service-role/{service}/AWSServiceRoleFor*")
    elif operation == "CreateRole":
        resource = _arn(call, f"role{path}{role}")
    elif role and not call.text("InstanceProfileName"):
        resource = account.role_arn(role)
    elif operation == "CreatePolicy":
        resource = _arn(call, f"policy{path}{call.text('PolicyName')}")
    elif call.text("UserName"):
        resource = _arn(call, f"user{path}{call.text('UserName')}")
    elif call.text("GroupName"):
        resource = _arn(call, f"group{path}{call.text('GroupName')}")
    elif call.text("InstanceProfileName"):
        resource = _arn(call, f"instance-profile{path}{call.text('InstanceProfileName')}")
    elif operation == "CreateOpenIDConnectProvider":
        resource = _arn(call, f"oidc-provider/{call.text('Url').removeprefix('https://')}")
    else:
        resource = policy or call.text("OpenIDConnectProviderArn", "SAMLProviderArn") or "*"
    yield Need(action=f"iam:{operation}", resource=resource, context=context)
    if tags and operation in TAGS_OF:
        yield Need(action=f"iam:{TAGS_OF[operation]}", resource=resource, context=context)
    if operation == "AddRoleToInstanceProfile":
        passed: Values = {"iam:PassedToService": "ec2.amazonaws.com"}
        yield Need(action="iam:PassRole", resource=account.role_arn(role), context=passed)


def needs_of_sts(call: Call) -> Iterator[Need]:
    """What a call of STS needs."""
    if call.operation in EVERYBODY:
        return
    context: dict[str, str | tuple[str, ...]] = {**request_tags(tags_of(call.parameters))}
    if call.operation == "AssumeRole":
        for key, member in (("sts:ExternalId", "ExternalId"), ("sts:RoleSessionName", "RoleSessionName")):
            if call.text(member):
                context[key] = call.text(member)
        role = call.text("RoleArn") or "*"
        yield Need(action="sts:AssumeRole", resource=role, context=context)
        if "aws:TagKeys" in context:
            yield Need(action="sts:TagSession", resource=role, context=context)
        return
    yield Need(action=f"sts:{call.operation}", context=context)


def _arn(call: Call, resource: str) -> str:
    return arn(call, "iam", resource, region="")
