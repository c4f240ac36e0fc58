"""Resource policies of the same account, of another account, of keys and of roles; and their principals."""

from local.iam.policies.evaluation import Reason
from tests.local.iam.cases.case import (
    ACCOUNT,
    BY_RESOURCE,
    DENY_IDENTITY,
    DENY_RESOURCE,
    IDENTITY,
    KEY,
    NO_BOUNDARY,
    NO_IDENTITY,
    NO_RESOURCE,
    OTHER_ACCOUNT,
    ROLE,
    ROOT,
    SESSION,
    Case,
    Document,
    allow,
    deny,
    policy,
)

READ, NO_READ, WRITE, ALL = policy(allow()), policy(deny()), policy(allow("s3:PutObject")), policy(allow("*"))
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/other"


def to(*principals: str) -> Document:
    return policy(allow(Principal={"AWS": list(principals)}))


def not_to(*principals: str) -> Document:
    return policy(deny(Principal={"AWS": list(principals)}))


def not_but(*principals: str) -> Document:
    return policy(deny(NotPrincipal={"AWS": list(principals)}))


SERVICE_ONLY = policy(allow(Principal={"Service": "ecs-tasks.amazonaws.com"}))
NOBODY = policy(allow())

# Name, identity, boundary, resource policy, decision in the same account.
SAME: list[tuple[str, tuple[Document, ...], Document | None, Document, Reason]] = [
    ("the role by its ARN", (), None, to(ROLE), BY_RESOURCE),
    ("the session by its ARN", (), None, to(SESSION), BY_RESOURCE),
    ("everybody", (), None, to("*"), BY_RESOURCE),
    ("everybody, as text", (), None, policy(allow(Principal="*")), BY_RESOURCE),
    ("the account leaves it to its policies", (), None, to(ROOT), NO_IDENTITY),
    ("the account by its id too", (), None, to(ACCOUNT), NO_IDENTITY),
    ("the account, and a policy allows", (READ,), None, to(ROOT), IDENTITY),
    ("another role", (), None, to(OTHER_ROLE), NO_IDENTITY),
    ("another role, and a policy allows", (READ,), None, to(OTHER_ROLE), IDENTITY),
    ("one of several principals", (), None, to(OTHER_ROLE, ROLE), BY_RESOURCE),
    ("another account", (), None, to(OTHER_ACCOUNT), NO_IDENTITY),
    ("a wildcard in an ARN is none", (), None, to(f"arn:aws:iam::{ACCOUNT}:role/*"), NO_IDENTITY),
    ("another session of the role", (), None, to(SESSION + "0"), NO_IDENTITY),
    ("a service", (), None, SERVICE_ONLY, NO_IDENTITY),
    ("a statement without a principal is about nobody", (), None, NOBODY, NO_IDENTITY),
    ("another action", (), None, policy(allow("s3:PutObject", Principal="*")), NO_IDENTITY),
    ("another resource", (), None, policy(allow(resource="arn:aws:s3:::x/*", Principal="*")), NO_IDENTITY),
    ("NotPrincipal grants nothing", (), None, policy(allow(NotPrincipal={"AWS": OTHER_ROLE})), NO_IDENTITY),
    ("a deny beats the identity", (READ,), None, not_to("*"), DENY_RESOURCE),
    ("a deny of the role", (READ,), None, not_to(ROLE), DENY_RESOURCE),
    ("a deny of the session", (READ,), None, not_to(SESSION), DENY_RESOURCE),
    ("a deny of the account", (READ,), None, not_to(ROOT), DENY_RESOURCE),
    ("a deny of another role", (READ,), None, not_to(OTHER_ROLE), IDENTITY),
    ("a deny beats an allow beside it", (), None, policy(allow(Principal="*"), deny(Principal="*")), DENY_RESOURCE),
    ("the identity's deny beats the resource policy", (NO_READ,), None, to(ROLE), DENY_IDENTITY),
    ("a boundary limits what the role is granted", (), WRITE, to(ROLE), NO_BOUNDARY),
    ("a boundary that allows does not", (), READ, to(ROLE), BY_RESOURCE),
    ("a boundary does not limit what the session is granted", (), WRITE, to(SESSION), BY_RESOURCE),
    ("nor what everybody is granted", (), WRITE, to("*"), BY_RESOURCE),
    ("a boundary limits what the account may", (READ,), WRITE, to(ROOT), NO_BOUNDARY),
    ("the session counts more than its role", (), WRITE, to(ROLE, SESSION), BY_RESOURCE),
    ("NotPrincipal with account, role and session", (READ,), None, not_but(ROOT, ROLE, SESSION), IDENTITY),
    ("NotPrincipal without the session", (READ,), None, not_but(ROOT, ROLE), DENY_RESOURCE),
    ("NotPrincipal without the account", (READ,), None, not_but(ROLE, SESSION), DENY_RESOURCE),
    ("NotPrincipal without the role", (READ,), None, not_but(ROOT, SESSION), DENY_RESOURCE),
    ("NotPrincipal denies every role with a boundary", (READ,), READ, not_but(ROOT, ROLE, SESSION), DENY_RESOURCE),
    ("a policy that grants others does not limit", (READ,), None, to(OTHER_ACCOUNT), IDENTITY),
    (
        "a condition on the principal grants the session",
        (),
        WRITE,
        policy(allow(condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}, Principal="*")),
        BY_RESOURCE,
    ),
    (
        "a condition on another principal",
        (),
        None,
        policy(allow(condition={"ArnEquals": {"aws:PrincipalArn": OTHER_ROLE}}, Principal="*")),
        NO_IDENTITY,
    ),
    (
        "TLS only",
        (READ,),
        None,
        policy(deny("s3:*", condition={"Bool": {"aws:SecureTransport": "false"}}, Principal="*")),
        IDENTITY,
    ),
]

# The same for a bucket of another account.
OTHER: list[tuple[str, tuple[Document, ...], Document | None, Document | None, Reason]] = [
    ("no resource policy", (READ,), None, None, NO_RESOURCE),
    ("only the resource policy", (), None, to(ROLE), NO_IDENTITY),
    ("both", (READ,), None, to(ROLE), IDENTITY),
    ("both, by the account", (READ,), None, to(ROOT), IDENTITY),
    ("both, by everybody", (READ,), None, to("*"), IDENTITY),
    ("everybody alone", (), None, to("*"), NO_IDENTITY),
    ("a resource policy for others", (READ,), None, to(OTHER_ROLE), NO_RESOURCE),
    ("both, and a boundary without it", (READ,), WRITE, to(ROLE), NO_BOUNDARY),
    ("a deny there", (READ,), None, not_to("*"), DENY_RESOURCE),
]

# The same for a KMS key, whose policy must allow.
KEYS: list[tuple[str, tuple[Document, ...], Document | None, Document | None, Reason]] = [
    ("the account, and no policy", (), None, policy(allow("kms:*", Principal={"AWS": ROOT})), NO_IDENTITY),
    ("the account, and a policy", (ALL,), None, policy(allow("kms:*", Principal={"AWS": ROOT})), IDENTITY),
    ("the role alone", (), None, policy(allow("kms:Decrypt", Principal={"AWS": ROLE})), BY_RESOURCE),
    ("a policy alone", (ALL,), None, policy(allow("kms:Decrypt", Principal={"AWS": OTHER_ROLE})), NO_RESOURCE),
    ("another action", (ALL,), None, policy(allow("kms:Encrypt", Principal={"AWS": ROOT})), NO_RESOURCE),
    ("no key policy", (ALL,), None, None, NO_RESOURCE),
    (
        "a deny",
        (ALL,),
        None,
        policy(allow("kms:*", Principal={"AWS": ROOT}), deny("kms:Decrypt", Principal="*")),
        DENY_RESOURCE,
    ),
    ("a boundary", (ALL,), READ, policy(allow("kms:*", Principal={"AWS": ROOT})), NO_BOUNDARY),
    ("a boundary, for the role", (), READ, policy(allow("kms:*", Principal={"AWS": ROLE})), NO_BOUNDARY),
]

CONTEXT = {"aws:PrincipalArn": ROLE, "aws:SecureTransport": "true"}
CASES = [
    *(
        Case(name=f"bucket: {n}", identity=i, boundary=b, resource_policy=r, context=CONTEXT, expected=expected)
        for n, i, b, r, expected in SAME
    ),
    *(
        Case(
            name=f"bucket of another account: {n}",
            identity=i,
            boundary=b,
            resource_policy=r,
            resource_account=OTHER_ACCOUNT,
            expected=expected,
        )
        for n, i, b, r, expected in OTHER
    ),
    *(
        Case(
            name=f"key: {n}",
            identity=i,
            boundary=b,
            resource_policy=r,
            needs_resource_policy=True,
            action="kms:Decrypt",
            resource=KEY,
            expected=expected,
        )
        for n, i, b, r, expected in KEYS
    ),
]
