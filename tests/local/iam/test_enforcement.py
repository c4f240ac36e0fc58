"""A role's requests are judged, and denied as by AWS; the account's root is not."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from local.iam.paths import CALLS_PATH
from tests.local.iam.cases.case import allow, deny, policy
from tests.local.iam.roles import ACCOUNT, Client, Roles, new, refused

EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def sentence(role_name: str, action: str, resource: str, why: str = "") -> str:
    why = why or f"because no identity-based policy allows the {action} action"
    user = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role_name}/test"
    return f"User: {user} is not authorized to perform: {action} on resource: {resource} {why}"


def read_all(service: Any) -> bytes:
    return bytes(service["Body"].read())


# --- who is judged


def test_the_root_of_the_account_is_not_judged(client: Client, bucket: str) -> None:
    assert read_all(client("s3").get_object(Bucket=bucket, Key="logs/a.txt")) == b"a"


def test_a_role_may_do_what_its_policies_allow(role: Roles, bucket: str) -> None:
    s3 = role(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/logs/*"))("s3")
    assert read_all(s3.get_object(Bucket=bucket, Key="logs/a.txt")) == b"a"
    assert s3.head_object(Bucket=bucket, Key="logs/a.txt")["ContentLength"] == 1


def test_a_role_without_policies_may_do_nothing_but_say_who_it_is(role: Roles, bucket: str) -> None:
    name = role.make()
    of = role.session(name)
    assert of("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/test"
    error = refused(lambda: of("s3").get_object(Bucket=bucket, Key="logs/a.txt"))
    object_arn = f"arn:aws:s3:::{bucket}/logs/a.txt"
    assert error == {"Code": "AccessDenied", "Message": sentence(name, "s3:GetObject", object_arn), "Status": 403}


def test_a_policy_that_is_attached_or_changed_counts_at_once(client: Client, role: Roles) -> None:
    name = role.make()
    ecr = role.session(name)("ecr")
    assert refused(ecr.get_authorization_token)["Code"] == "AccessDeniedException"
    client("iam").attach_role_policy(RoleName=name, PolicyArn=EXECUTION_POLICY)
    assert ecr.get_authorization_token()["authorizationData"]
    client("iam").detach_role_policy(RoleName=name, PolicyArn=EXECUTION_POLICY)
    assert refused(ecr.get_authorization_token)["Code"] == "AccessDeniedException"


def test_the_default_version_of_a_policy_counts(client: Client, role: Roles, bucket: str) -> None:
    name = role.make()
    s3, iam = role.session(name)("s3"), client("iam")
    arn = iam.create_policy(PolicyName=new("policy"), PolicyDocument=json.dumps(policy(allow("s3:ListBucket"))))
    arn = arn["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    narrower = json.dumps(policy(allow("s3:ListBucket", "arn:aws:s3:::other")))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=narrower, SetAsDefault=True)
    assert refused(lambda: s3.list_objects_v2(Bucket=bucket))["Code"] == "AccessDenied"


def test_a_boundary_limits_a_role(role: Roles, bucket: str) -> None:
    boundary = policy(allow("s3:*"), deny("s3:DeleteObject"))
    s3 = role(allow("*"), boundary=boundary)("s3")
    assert read_all(s3.get_object(Bucket=bucket, Key="logs/a.txt")) == b"a"
    denied = refused(lambda: s3.delete_object(Bucket=bucket, Key="logs/a.txt"))["Message"]
    assert denied.endswith("with an explicit deny in a permissions boundary")
    listed = refused(lambda: role(allow("*"), boundary=boundary)("ecs").list_clusters())["Message"]
    assert listed.endswith("because no permissions boundary allows the ecs:ListClusters action")


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("s3", lambda s3: s3.list_buckets(), "InvalidToken"),
        ("ecs", lambda ecs: ecs.list_clusters(), "UnrecognizedClientException"),
        ("iam", lambda iam: iam.list_roles(), "InvalidClientTokenId"),
        ("ec2", lambda ec2: ec2.describe_vpcs(), "AuthFailure"),
    ],
)
def test_credentials_that_sts_did_not_give_out_are_refused(role: Roles, service: str, call: Any, code: str) -> None:
    of = role.clients("ASIAAAAAAAAAAAAAAAAA", "secret", "token")
    assert refused(lambda: call(of(service)))["Code"] == code


def test_the_token_belongs_to_its_key(client: Client, role: Roles) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/app/{role.make(allow('*'))}"
    key = client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    of = role.clients(key["AccessKeyId"], key["SecretAccessKey"], "another token")
    assert refused(lambda: of("ecs").list_clusters())["Code"] == "UnrecognizedClientException"


def test_sessions_of_a_deleted_role_are_those_of_no_one(client: Client, role: Roles) -> None:
    name = role.make(allow("*"))
    of = role.session(name)
    client("iam").delete_role_policy(RoleName=name, PolicyName="own")
    client("iam").delete_role(RoleName=name)
    assert refused(lambda: of("ecs").list_clusters())["Code"] == "UnrecognizedClientException"


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_url_is_judged(role: Roles, bucket: str, version: str) -> None:
    def get(of: Client) -> bytes:
        s3 = of("s3", signature_version=version)
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "logs/a.txt"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            return bytes(answer.read())

    assert get(role(allow("s3:GetObject"))) == b"a"
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get(role(allow("s3:PutObject")))
    with refusal.value as answer:
        assert answer.status == 403
        assert b"<Code>AccessDenied</Code>" in answer.read()


# --- how AWS says no


@pytest.mark.parametrize(
    ("service", "call", "code", "status", "action"),
    [
        ("ecs", lambda ecs: ecs.list_clusters(), "AccessDeniedException", 400, "ecs:ListClusters"),
        ("logs", lambda logs: logs.describe_log_groups(), "AccessDeniedException", 400, "logs:DescribeLogGroups"),
        ("scheduler", lambda it: it.list_schedules(), "AccessDeniedException", 403, "scheduler:ListSchedules"),
        ("iam", lambda iam: iam.list_roles(), "AccessDenied", 403, "iam:ListRoles"),
        ("elbv2", lambda elb: elb.describe_rules(), "AccessDenied", 403, "elasticloadbalancing:DescribeRules"),
        ("rds", lambda rds: rds.describe_certificates(), "AccessDenied", 403, "rds:DescribeCertificates"),
        ("sns", lambda sns: sns.list_topics(), "AuthorizationError", 403, "sns:ListTopics"),
        ("sqs", lambda sqs: sqs.list_queues(), "AccessDenied", 400, "sqs:ListQueues"),
        ("ec2", lambda ec2: ec2.describe_vpcs(), "UnauthorizedOperation", 403, "ec2:DescribeVpcs"),
        ("s3", lambda s3: s3.list_buckets(), "AccessDenied", 403, "s3:ListAllMyBuckets"),
        ("route53", lambda it: it.list_hosted_zones(), "AccessDenied", 403, "route53:ListHostedZones"),
        ("cloudwatch", lambda it: it.list_metrics(), "AccessDeniedException", 400, "cloudwatch:ListMetrics"),
        ("codedeploy", lambda it: it.list_applications(), "AccessDeniedException", 400, "codedeploy:ListApplications"),
        ("dynamodb", lambda it: it.list_tables(), "AccessDeniedException", 400, "dynamodb:ListTables"),
    ],
)
def test_each_protocol_has_its_own_error(
    role: Roles, service: str, call: Any, code: str, status: int, action: str
) -> None:
    name = role.make()
    error = refused(lambda: call(role.session(name)(service)))
    assert (error["Code"], error["Status"]) == (code, status)
    assert f"assumed-role/{name}/test is not authorized to perform: {action} on resource: " in error["Message"]
    assert error["Message"].endswith(f"because no identity-based policy allows the {action} action")


def test_a_head_request_is_refused_without_a_body(role: Roles, bucket: str) -> None:
    error = refused(lambda: role()("s3").head_object(Bucket=bucket, Key="logs/a.txt"))
    assert (error["Code"], error["Status"]) == ("403", 403)


def test_what_is_denied_changes_nothing(client: Client, role: Roles, bucket: str) -> None:
    s3 = role(allow("s3:GetObject"))("s3")
    assert refused(lambda: s3.put_object(Bucket=bucket, Key="logs/a.txt", Body=b"b"))["Code"] == "AccessDenied"
    assert read_all(client("s3").get_object(Bucket=bucket, Key="logs/a.txt")) == b"a"


# --- what is written down


def recorded(endpoint_url: str) -> dict[str, list[dict[str, Any]]]:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(endpoint_url + CALLS_PATH) as answer:
        document: dict[str, list[dict[str, Any]]] = json.loads(answer.read())
        return document


def test_calls_of_roles_are_listed_with_their_counts(endpoint_url: str, role: Roles, bucket: str) -> None:
    name = role.make(allow("s3:GetObject", Sid="Read"))
    s3 = role.session(name)("s3")
    for _ in range(2):
        s3.head_object(Bucket=bucket, Key="logs/a.txt")
        refused(lambda: s3.delete_object(Bucket=bucket, Key="logs/a.txt"))
    listed = {kind: [each for each in calls if each["role"] == name] for kind, calls in recorded(endpoint_url).items()}
    resource = f"arn:aws:s3:::{bucket}/logs/a.txt"
    assert listed["denied"] == [
        {
            "role": name,
            "action": "s3:DeleteObject",
            "resource": resource,
            "operation": "s3:DeleteObject",
            "allowed": False,
            "reason": "because no identity-based policy allows the s3:DeleteObject action",
            "statement": "",
            "count": 2,
        }
    ]
    assert listed["allowed"] == [
        {
            "role": name,
            "action": "s3:GetObject",
            "resource": resource,
            "operation": "s3:HeadObject",
            "allowed": True,
            "reason": "an identity-based policy allows it",
            "statement": f"{name}/own, Read",
            "count": 2,
        }
    ]


def test_the_list_can_be_emptied(endpoint_url: str, role: Roles) -> None:
    refused(lambda: role()("ecs").list_clusters())
    assert recorded(endpoint_url)["denied"]
    request = urllib.request.Request(endpoint_url + CALLS_PATH, method="DELETE")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        assert json.loads(answer.read()) == {"denied": [], "allowed": []}
