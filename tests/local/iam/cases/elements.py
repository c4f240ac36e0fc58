"""Action, NotAction, Resource, NotResource, wildcards and variables."""

from typing import Any

from tests.local.iam.cases.case import ACCOUNT, DENY_IDENTITY, IDENTITY, NO_IDENTITY, Case, allow, deny, policy

SERVICE = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/web/blue"
OBJECT = "arn:aws:s3:::logs/2026/a.txt"
PARAMETER = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/app/prod/colour"
GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app/web:log-stream:web/1"

# Element of Action, requested action, whether it matches.
ACTIONS: list[tuple[Any, str, bool]] = [
    ("s3:GetObject", "s3:GetObject", True),
    ("S3:getobject", "s3:GetObject", True),
    ("s3:GetObject", "s3:GetObjectVersion", False),
    ("s3:GetObject*", "s3:GetObjectVersion", True),
    ("s3:GetObject*", "s3:GetObject", True),
    ("s3:Get*", "s3:PutObject", False),
    ("s3:*Object", "s3:GetObject", True),
    ("s3:*Object", "s3:GetObjectAcl", False),
    ("s3:G?tObject", "s3:GetObject", True),
    ("s3:?GetObject", "s3:GetObject", False),
    ("s3:*", "s3:GetObject", True),
    ("s3:*", "s3-object-lambda:GetObject", False),
    ("*", "s3:GetObject", True),
    ("*:*", "s3:GetObject", True),
    (["ecs:RunTask", "s3:GetObject"], "s3:GetObject", True),
    (["ecs:RunTask", "s3:PutObject"], "s3:GetObject", False),
    ([], "s3:GetObject", False),
    ("s3:Get[A-Z]bject", "s3:GetObject", False),
    ("s3:GetObject.", "s3:GetObjectX", False),
]

# Element of Resource, requested resource, whether it matches.
RESOURCES: list[tuple[Any, str, bool]] = [
    ("*", OBJECT, True),
    ("arn:aws:s3:::logs/*", OBJECT, True),
    ("arn:aws:s3:::logs/2026/*", OBJECT, True),
    ("arn:aws:s3:::logs/2025/*", OBJECT, False),
    ("arn:aws:s3:::logs", OBJECT, False),
    ("arn:aws:s3:::logs*", OBJECT, True),
    ("arn:aws:s3:::logs/*", "arn:aws:s3:::logs", False),
    ("arn:aws:s3:::logs/*", "arn:aws:s3:::logs/", True),
    ("arn:aws:s3:::Logs/*", OBJECT, False),
    ("arn:aws:s3:::*/a.txt", OBJECT, True),
    ("arn:aws:s3:::l?gs/2026/?.txt", OBJECT, True),
    ("arn:aws:s3:::l?gs/?.txt", OBJECT, False),
    ("arn:aws:s3:::logs/2026/a?txt?", OBJECT, False),
    ("arn:aws:s3:::[l]ogs/*", OBJECT, False),
    ("arn:*:s3:::logs/*", OBJECT, True),
    ("arn:aws:*:::logs/*", OBJECT, True),
    ("arn:aws-cn:s3:::logs/*", OBJECT, False),
    ("arn:aws:s3:*:*:logs/*", OBJECT, True),
    (["arn:aws:s3:::other/*", "arn:aws:s3:::logs/*"], OBJECT, True),
    (["arn:aws:s3:::other/*", "arn:aws:s3:::more/*"], OBJECT, False),
    (f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/web/*", SERVICE, True),
    (f"arn:aws:ecs:*:{ACCOUNT}:service/web/*", SERVICE, True),
    (f"arn:aws:ecs:eu-*-1:{ACCOUNT}:service/web/*", SERVICE, True),
    (f"arn:aws:ecs:us-*-1:{ACCOUNT}:service/web/*", SERVICE, False),
    ("arn:aws:ecs:eu-west-1:*:service/web/*", SERVICE, True),
    ("arn:aws:ecs:eu-west-1:444455556666:service/web/*", SERVICE, False),
    (f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/*", SERVICE, True),
    (f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/*/blue", SERVICE, True),
    (f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/*/green", SERVICE, False),
    (f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/web", SERVICE, False),
    ("arn:aws:ecs:*:*:*", SERVICE, True),
    ("arn:aws:e*s:eu-west-1:*:service/web/blue", SERVICE, True),
    (f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/app/*", PARAMETER, True),
    (f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/app", PARAMETER, False),
    (f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app/web:*", GROUP, True),
    (f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/app/web", GROUP, False),
    (f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:*:log-stream:*", GROUP, True),
    ("arn:aws:s3:::logs/*", "*", False),
    ("*", "*", True),
    ("arn:aws:s3:::", OBJECT, False),
]

USER = {"aws:PrincipalTag/team": "data", "aws:userid": "AROA1:task-1", "s3:prefix": "2026"}
# Element of Resource with variables, version, whether it matches OBJECT.
VARIABLES: list[tuple[str, str, bool]] = [
    ("arn:aws:s3:::logs/${s3:prefix}/*", "2012-10-17", True),
    ("arn:aws:s3:::logs/${S3:Prefix}/*", "2012-10-17", True),
    ("arn:aws:s3:::logs/${aws:PrincipalTag/team}/*", "2012-10-17", False),
    ("arn:aws:s3:::logs/${aws:username}/*", "2012-10-17", False),
    ("arn:aws:s3:::logs/${aws:username, '2026'}/*", "2012-10-17", True),
    ("arn:aws:s3:::logs/${s3:prefix, '2025'}/*", "2012-10-17", True),
    ("arn:aws:s3:::logs/${s3:prefix}/*", "2008-10-17", False),
    ("arn:aws:s3:::logs/${*}/a.txt", "2012-10-17", False),
    ("arn:aws:s3:::logs/*/a.txt", "2008-10-17", True),
]


def _decided(allowed: bool) -> Any:
    return IDENTITY if allowed else NO_IDENTITY


CASES = [
    *(
        Case(
            name=f"Action {pattern} and {action}",
            identity=(policy(allow(pattern)),),
            action=action,
            resource=OBJECT,
            expected=_decided(hit),
        )
        for pattern, action, hit in ACTIONS
    ),
    *(
        Case(
            name=f"NotAction {pattern} and {action}",
            identity=(policy(allow(None, NotAction=pattern)),),
            action=action,
            expected=_decided(not hit),
        )
        for pattern, action, hit in ACTIONS
        if pattern
    ),
    *(
        Case(
            name=f"Resource {pattern} and {resource}",
            identity=(policy(allow("*", pattern)),),
            action="a:B",
            resource=resource,
            expected=_decided(hit),
        )
        for pattern, resource, hit in RESOURCES
    ),
    *(
        Case(
            name=f"a deny of Resource {pattern} and {resource}",
            identity=(policy(allow("*"), deny("*", pattern)),),
            action="a:B",
            resource=resource,
            expected=DENY_IDENTITY if hit else IDENTITY,
        )
        for pattern, resource, hit in RESOURCES
    ),
    *(
        Case(
            name=f"NotResource {pattern} and {resource}",
            identity=(policy(allow("*", None, NotResource=pattern)),),
            action="a:B",
            resource=resource,
            expected=_decided(not hit),
        )
        for pattern, resource, hit in RESOURCES
        if resource != "*"
    ),
    *(
        Case(
            name=f"{pattern} in a policy of {version}",
            identity=(policy(allow("*", pattern), version=version),),
            context=USER,
            expected=_decided(hit),
        )
        for pattern, version, hit in VARIABLES
    ),
    Case(
        name="the wildcard of a variable's value is literal",
        identity=(policy(allow("*", "arn:aws:s3:::logs/${aws:PrincipalTag/team}")),),
        context={"aws:PrincipalTag/team": "*"},
        expected=NO_IDENTITY,
    ),
    Case(
        name="${*} is an asterisk",
        identity=(policy(allow("*", "arn:aws:s3:::logs/${*}")),),
        resource="arn:aws:s3:::logs/*",
        expected=IDENTITY,
    ),
    Case(
        name="NotResource with an unknown variable matches nothing",
        identity=(policy(allow("*", None, NotResource="arn:aws:s3:::${aws:username}/*")),),
        expected=NO_IDENTITY,
    ),
    Case(
        name="a deny with NotAction and NotResource",
        identity=(policy(allow("*"), deny(None, None, NotAction="s3:Put*", NotResource="arn:aws:s3:::other/*")),),
        expected=DENY_IDENTITY,
    ),
    Case(
        name="a deny with NotAction leaves out what it names",
        identity=(policy(allow("*"), deny(None, NotAction="s3:Get*")),),
        expected=IDENTITY,
    ),
]
