"""AWS services get the credentials of roles that trust them."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from local.iam.paths import CREDENTIALS_PATH
from tests.local.iam.cases.case import allow
from tests.local.iam.roles import ACCOUNT, REGION, Roles, refused

ECS_TASKS = "ecs-tasks.amazonaws.com"
SOURCE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:*"


def trusting(service: str = ECS_TASKS, **condition: Any) -> dict[str, Any]:
    return allow("sts:AssumeRole", None, condition or None, Principal={"Service": service})


def assume(role: Roles, role_arn: str, *, source_arn: str = SOURCE, **changed: Any) -> tuple[int, Any]:
    body = {"role_arn": role_arn, "service": ECS_TASKS, "source_arn": source_arn, "session_name": "task", **changed}
    request = urllib.request.Request(role.endpoint_url + CREDENTIALS_PATH, json.dumps(body).encode(), method="POST")
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.status or 0, json.loads(error.read())


def arn_of(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/app/{name}"


def test_a_service_that_a_role_trusts_gets_its_credentials(role: Roles) -> None:
    name = role.make(allow("ecs:ListClusters"), trust=trusting())
    status, given = assume(role, arn_of(name))
    assert (status, given["RoleArn"]) == (200, arn_of(name))
    assert datetime.fromisoformat(given["Expiration"]) > datetime.now(UTC) + timedelta(hours=5)
    of = role.clients(given["AccessKeyId"], given["SecretAccessKey"], given["Token"])
    assert of("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/task"
    assert isinstance(of("ecs").list_clusters()["clusterArns"], list)
    assert refused(lambda: of("s3").list_buckets())["Code"] == "AccessDenied"


@pytest.mark.parametrize(
    ("trust", "given"),
    [
        (trusting(), True),
        (trusting("ec2.amazonaws.com"), False),
        (allow("sts:AssumeRole", None, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), False),
        (allow("sts:TagSession", None, Principal={"Service": ECS_TASKS}), False),
        (trusting(StringEquals={"aws:SourceAccount": ACCOUNT}), True),
        (trusting(StringEquals={"aws:SourceAccount": "444455556666"}), False),
        (trusting(ArnLike={"aws:SourceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:*"}), True),
        (trusting(ArnLike={"aws:SourceArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:*"}), False),
        (trusting(ArnLike={"aws:SourceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/web"}), False),
    ],
)
def test_the_trust_policy_decides(role: Roles, trust: dict[str, Any], given: bool) -> None:
    arn = arn_of(role.make(trust=trust))
    status, answer = assume(role, arn)
    assert status == (200 if given else 403)
    if not given:
        why = "because no resource-based policy allows the sts:AssumeRole action"
        assert answer["message"] == f"{ECS_TASKS} is not allowed to assume {arn} {why}"


def test_a_role_that_is_not_there_is_named(role: Roles) -> None:
    assert assume(role, arn_of("nobody")) == (403, {"message": f"there is no role {arn_of('nobody')}"})
    name = role.make(trust=trusting())
    without_path = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    assert assume(role, without_path) == (403, {"message": f"there is no role {without_path}"})


@pytest.mark.parametrize("changed", [{"role_arn": "role"}, {"source_arn": ""}])
def test_a_request_that_is_not_whole_is_refused(role: Roles, changed: dict[str, str]) -> None:
    arguments = {"role_arn": arn_of("any"), **changed}
    assert assume(role, arguments.pop("role_arn"), **arguments)[0] == 400


def test_sessions_that_have_expired_are_worth_nothing_and_are_forgotten(role: Roles) -> None:
    arn = arn_of(role.make(allow("*"), trust=trusting()))
    _, given = assume(role, arn)
    sts, iam = sts_backends[ACCOUNT]["aws"], iam_backends[ACCOUNT]["aws"]
    session = sts.get_assumed_role_from_access_key(given["AccessKeyId"])
    session.expiration = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=1)
    of = role.clients(given["AccessKeyId"], given["SecretAccessKey"], given["Token"])
    for service, call, code in (
        ("ecs", "list_clusters", "ExpiredTokenException"),
        ("iam", "list_roles", "ExpiredToken"),
        ("s3", "list_buckets", "ExpiredToken"),
        ("ec2", "describe_vpcs", "RequestExpired"),
    ):
        assert refused(getattr(of(service), call))["Code"] == code
    assume(role, arn)
    assert sts.get_assumed_role_from_access_key(given["AccessKeyId"]) is None
    assert given["AccessKeyId"] not in iam.access_keys
