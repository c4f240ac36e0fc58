"""An evaluator that others wrote decides the same, but for differences in which AWS's documentation is on our side."""

import pytest

from tests.local.iam.cases import CASES
from tests.local.iam.cases.case import Case
from tests.local.iam.other_engine import decisions

pytestmark = pytest.mark.slow

# What the other engine does not have or decides otherwise → beginnings of the names of its cases.
DIFFERENCES: dict[str, tuple[str, ...]] = {
    "variables have no defaults, no `${*}`, and no version of a policy is without them": (
        "arn:aws:s3:::logs/${aws:username, ",
        "arn:aws:s3:::logs/${s3:prefix, ",
        "arn:aws:s3:::logs/${s3:prefix}/* in a policy of 2008",
        "the wildcard of a variable's value is literal",
        "${*} is an asterisk",
        'StringLike "${aws:PrincipalTag/none, ',
    ),
    "an unknown variable is an empty text": (
        "NotResource with an unknown variable matches nothing",
        "StringLike '${aws:PrincipalTag/none}*'",
        "StringNotEquals '${aws:PrincipalTag/none}'",
    ),
    "a resource policy names sessions, and no roles": (
        "bucket: the role by its ARN",
        "bucket: one of several principals",
        "bucket: a deny of the role",
        "bucket: a boundary that allows does not",
        "key: the role alone",
    ),
    "a resource policy that names the account grants all that it allows": (
        "bucket: the account leaves it to its policies",
        "bucket: the account by its id too",
        "bucket: a boundary limits what the account may",
        "key: the account, and no policy",
        "key: a boundary",
    ),
    "NotPrincipal may allow, and leaves out a session by any of its names": ("bucket: NotPrincipal",),
    "another account's policy need not allow": ("bucket of another account: ",),
    "a key policy need not allow": ("key: a policy alone", "key: another action", "key: no key policy"),
    "one of several unequal values is enough": (
        "StringNotEquals ['a', 'b'] and 'a'",
        "StringNotLike ['a*', 'b*'] and 'bc'",
        "NotIpAddress ['203.0.113.0/24', '198.51.100.0/24'] and '198.51.100.1'",
        "ForAllValues:StringNotEquals ['a', 'b'] and ('c', 'a')",
        "ForAnyValue:StringNotEquals ['a', 'b'] and ('a', 'b')",
    ),
    "a missing key is never unequal, and not all of no values fit": (
        "StringNotEquals 'a' and None",
        "StringNotLike 'a*' and None",
        "NumericNotEquals '10' and None",
        "NotIpAddress '203.0.113.0/24' and None",
        "ArnNotLike 'arn:aws:ecs:*:*:cluster/*' and None",
        "ForAllValues:StringEquals ['a', 'b'] and None",
    ),
    "ArnEquals has no wildcards, and ArnLike takes `*` for an ARN": (
        "ArnEquals 'arn:aws:ecs:*",
        "ArnLike '*'",
    ),
    "`[` begins a class of characters": ("StringLike 'a[b]c'",),
    "numbers and truth values of JSON are errors": ("NumericEquals 10 ", "Bool True ", "Null False "),
    "dates have no zones but UTC, and no seconds since 1970": (
        "DateGreaterThan '2026-01-02T02:00:00+02:00'",
        "DateGreaterThan '0'",
    ),
    "BinaryEquals is missing": ("BinaryEquals 'QmluYXJ5' and 'QmluYXJ5'",),
    "keys of conditions are read in one case": ("keys are read in any case",),
}


def expected(case: Case) -> str:
    name = case.expected.name
    return "ALLOW" if "ALLOWED" in name else "EXPLICIT_DENY" if "DENIED" in name else "IMPLICIT_DENY"


def test_another_engine_decides_the_same() -> None:
    other = dict(zip((case.name for case in CASES), decisions(CASES), strict=True))
    differing = {case.name for case in CASES if other[case.name] != expected(case)}
    beginnings = tuple(start for starts in DIFFERENCES.values() for start in starts)
    assert sorted(name for name in differing if not name.startswith(beginnings)) == []
    assert [start for start in beginnings if not any(name.startswith(start) for name in differing)] == []
    assert len(CASES) - len(differing) >= 200
