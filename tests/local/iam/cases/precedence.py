"""What goes before what: Deny, Allow, and boundaries."""

from local.iam.policies.evaluation import Reason
from tests.local.iam.cases.case import (
    DENY_BOUNDARY,
    DENY_IDENTITY,
    IDENTITY,
    NO_BOUNDARY,
    NO_IDENTITY,
    Case,
    Document,
    allow,
    deny,
    policy,
)

NOTHING: tuple[Document, ...] = ()
READ, WRITE, ALL = policy(allow()), policy(allow("s3:PutObject")), policy(allow("s3:*"))
NO_READ, NO_WRITE = policy(deny()), policy(deny("s3:PutObject"))

IF_TRUE = {"Bool": {"aws:x": "true"}}

# Name, policies of the role, its boundary, decision for s3:GetObject.
ROWS: list[tuple[str, tuple[Document, ...], Document | None, Reason]] = [
    ("no policy allows nothing", NOTHING, None, NO_IDENTITY),
    ("an allow allows", (READ,), None, IDENTITY),
    ("an allow of another action allows nothing", (WRITE,), None, NO_IDENTITY),
    ("a wildcard allows", (ALL,), None, IDENTITY),
    ("one of two policies is enough", (WRITE, READ), None, IDENTITY),
    ("the order of policies says nothing", (READ, WRITE), None, IDENTITY),
    ("a deny alone denies", (NO_READ,), None, DENY_IDENTITY),
    ("a deny beats an allow of the same policy", (policy(allow(), deny()),), None, DENY_IDENTITY),
    ("a deny beats an allow that follows", (policy(deny(), allow()),), None, DENY_IDENTITY),
    ("a deny beats an allow of another policy", (READ, NO_READ), None, DENY_IDENTITY),
    ("a deny in the first policy beats it too", (NO_READ, READ), None, DENY_IDENTITY),
    ("a deny of another action denies nothing", (READ, NO_WRITE), None, IDENTITY),
    ("a wide deny beats a narrow allow", (policy(allow(), deny("*")),), None, DENY_IDENTITY),
    ("a narrow deny beats a wide allow", (policy(allow("*"), deny()),), None, DENY_IDENTITY),
    (
        "a deny of another resource denies nothing",
        (policy(allow("*"), deny("s3:*", "arn:aws:s3:::other/*")),),
        None,
        IDENTITY,
    ),
    (
        "a deny whose condition fails denies nothing",
        (policy(allow(), deny(condition=IF_TRUE)),),
        None,
        IDENTITY,
    ),
    (
        "an allow whose condition fails allows nothing",
        (policy(allow(condition=IF_TRUE)),),
        None,
        NO_IDENTITY,
    ),
    ("identity and boundary allow", (READ,), READ, IDENTITY),
    ("a wide boundary grants nothing", NOTHING, ALL, NO_IDENTITY),
    ("a boundary grants nothing of its own", (WRITE,), ALL, NO_IDENTITY),
    ("a boundary without the action limits", (ALL,), WRITE, NO_BOUNDARY),
    ("a boundary limits an administrator", (policy(allow("*")),), WRITE, NO_BOUNDARY),
    ("a boundary for another resource limits", (READ,), policy(allow("s3:*", "arn:aws:s3:::other/*")), NO_BOUNDARY),
    ("a boundary for this resource does not", (READ,), policy(allow("s3:*", "arn:aws:s3:::logs/*")), IDENTITY),
    ("a deny in a boundary denies", (READ,), policy(allow("*"), deny()), DENY_BOUNDARY),
    ("a deny of another action in a boundary does not", (READ,), policy(allow("*"), deny("s3:PutObject")), IDENTITY),
    ("a deny in a boundary denies without an allow too", NOTHING, policy(allow("*"), deny()), DENY_BOUNDARY),
    ("the identity's deny is named first", (NO_READ,), NO_READ, DENY_IDENTITY),
    ("a boundary without statements allows nothing", (ALL,), policy(), NO_BOUNDARY),
    ("a boundary with NotAction allows the rest", (READ,), policy(allow(None, NotAction="iam:*")), IDENTITY),
    (
        "a boundary with NotAction leaves out what it names",
        (READ,),
        policy(allow(None, NotAction=["iam:*", "s3:*"])),
        NO_BOUNDARY,
    ),
    (
        "a boundary whose condition fails limits",
        (READ,),
        policy(allow("*", condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})),
        NO_BOUNDARY,
    ),
    ("neither identity nor boundary: the identity is named", (WRITE,), WRITE, NO_IDENTITY),
    ("a single statement needs no list", ({"Version": "2012-10-17", "Statement": allow()},), None, IDENTITY),
]

CASES = [Case(name=n, identity=i, boundary=b, expected=expected) for n, i, b, expected in ROWS]
