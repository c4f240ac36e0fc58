"""The policies of buckets, keys, secrets, queues, topics and repositories count, conditions included."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from aws.account import Account
from modules.storage.policy import LoadBalancerLogs, bucket_policy
from tests.local.iam.cases.case import Document, allow, deny, policy
from tests.local.iam.roles import ACCOUNT, REGION, Client, Roles, missing, new, refused


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """A resource with a policy, and one action with it."""

    action: str
    resource: str
    """Its ARN."""
    use: Callable[[Client], Any]
    """Do it as a caller."""
    guard: Callable[[Document], Any]
    """Give it a policy."""
    by_policy_alone: bool = True
    """Whether a policy has a resource."""


def _bucket(client: Client) -> Guarded:
    name = new("bucket")
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3").put_object(Bucket=name, Key="a", Body=b"a")
    return Guarded(
        action="s3:GetObject",
        resource=f"arn:aws:s3:::{name}/a",
        use=lambda of: of("s3").get_object(Bucket=name, Key="a"),
        guard=lambda document: client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps(document)),
    )


def _key(client: Client) -> Guarded:
    arn = client("kms").create_key()["KeyMetadata"]["Arn"]
    return Guarded(
        action="kms:GenerateDataKey",
        resource=arn,
        use=lambda of: of("kms").generate_data_key(KeyId=arn, KeySpec="AES_256"),
        guard=lambda document: client("kms").put_key_policy(
            KeyId=arn, PolicyName="default", Policy=json.dumps(document)
        ),
    )


def _secret(client: Client) -> Guarded:
    arn = client("secretsmanager").create_secret(Name=new("secret"), SecretString="s")["ARN"]
    return Guarded(
        action="secretsmanager:GetSecretValue",
        resource=arn,
        use=lambda of: of("secretsmanager").get_secret_value(SecretId=arn),
        guard=lambda document: client("secretsmanager").put_resource_policy(
            SecretId=arn, ResourcePolicy=json.dumps(document)
        ),
    )


def _queue(client: Client) -> Guarded:
    name = new("queue")
    url = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return Guarded(
        action="sqs:SendMessage",
        resource=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
        use=lambda of: of("sqs").send_message(QueueUrl=url, MessageBody="m"),
        guard=lambda document: client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": json.dumps(document)}
        ),
    )


def _topic(client: Client) -> Guarded:
    arn = client("sns").create_topic(Name=new("topic"))["TopicArn"]
    return Guarded(
        action="sns:Publish",
        resource=arn,
        use=lambda of: of("sns").publish(TopicArn=arn, Message="m"),
        guard=lambda document: client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(document)
        ),
    )


def _repository(client: Client) -> Guarded:
    name = new("repository")
    client("ecr").create_repository(repositoryName=name)
    return Guarded(
        action="ecr:DescribeImages",
        resource=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}",
        use=lambda of: of("ecr").describe_images(repositoryName=name),
        guard=lambda document: client("ecr").set_repository_policy(
            repositoryName=name, policyText=json.dumps(document)
        ),
        by_policy_alone=False,
    )


MAKERS = {"s3": _bucket, "kms": _key, "secretsmanager": _secret, "sqs": _queue, "sns": _topic, "ecr": _repository}


@pytest.fixture(params=MAKERS)
def guarded(request: pytest.FixtureRequest, client: Client) -> Guarded:
    return MAKERS[request.param](client)


def of_tag(value: str) -> Document:
    return {"StringEquals": {"aws:PrincipalTag/team": value}}


def test_a_policy_allows_under_its_condition(guarded: Guarded, role: Roles) -> None:
    resource = guarded.resource if guarded.by_policy_alone else None
    name, other = (role.make(tags={"team": team}) for team in ("data", "web"))
    principals = [f"arn:aws:iam::{ACCOUNT}:role/app/{each}" for each in (name, other)]
    guarded.guard(policy(allow(guarded.action, resource, of_tag("data"), Principal={"AWS": principals})))
    guarded.use(role.session(name))
    assert missing(lambda: guarded.use(role.session(other))) == f"{guarded.action} {guarded.resource}"


def test_a_policy_denies_under_its_condition_whatever_the_role_may(guarded: Guarded, role: Roles) -> None:
    resource = guarded.resource if guarded.by_policy_alone else None
    leave_it = allow(
        f"{guarded.action.partition(':')[0]}:*",
        None if resource is None else "*",
        Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    )
    no_others = deny(guarded.action, resource, {"StringNotLike": {"aws:PrincipalArn": "*/role-of-nobody"}})
    guarded.guard(policy(leave_it, {**no_others, "Principal": "*"}))
    message = refused(lambda: guarded.use(role(allow("*"))))["Message"]
    assert message.endswith("with an explicit deny in a resource-based policy")
    over_http = deny(guarded.action, resource, {"Bool": {"aws:SecureTransport": "false"}}, Principal="*")
    guarded.guard(policy(leave_it, over_http))
    guarded.use(role(allow("*")))


def test_a_policy_that_names_the_account_leaves_it_to_the_roles_policies(guarded: Guarded, role: Roles) -> None:
    resource = guarded.resource if guarded.by_policy_alone else None
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    guarded.guard(policy(allow(guarded.action, resource, Principal=root)))
    assert missing(lambda: guarded.use(role())) == f"{guarded.action} {guarded.resource}"
    guarded.use(role(allow(guarded.action, guarded.resource)))


def test_a_key_that_does_not_leave_it_to_the_account_ignores_the_roles_policies(client: Client, role: Roles) -> None:
    key = _key(client)
    owner = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app/{role.make()}"}
    key.guard(policy(allow("kms:*", key.resource, Principal=owner)))
    message = refused(lambda: key.use(role(allow("*"))))["Message"]
    assert message.endswith("because no resource-based policy allows the kms:GenerateDataKey action")


def test_a_key_is_used_through_one_service_only(client: Client, role: Roles) -> None:
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}}
    key = _key(client)
    key.guard(policy(allow("kms:*", "*", through, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})))
    of = role(allow("*"))
    secret = client("secretsmanager").create_secret(Name=new("s"), SecretString="s", KmsKeyId=key.resource)["ARN"]
    assert of("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == "s"
    assert refused(lambda: key.use(of))["Message"].endswith("allows the kms:GenerateDataKey action")


# --- repositories of other accounts


def test_a_repository_of_another_account_has_its_own_arn(role: Roles) -> None:
    shared = "444455556666"
    arn = f"arn:aws:ecr:{REGION}:{shared}:repository/shared"
    arguments: dict[str, Any] = {"repositoryName": "shared", "registryId": shared}
    ids = [{"imageTag": "1"}]
    ecr = role(allow("*"))("ecr")
    assert missing(lambda: ecr.batch_get_image(**arguments, imageIds=ids)) == f"ecr:BatchGetImage {arn}"


# --- services, which have no policies of their own


def service_policy(service: str, action: Any, resource: Any, condition: Any = None) -> Document:
    return allow(action, resource, condition, Principal={"Service": service})


LOGS = f"logs.{REGION}.amazonaws.com"
CRYPTO = ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
OF_ACCOUNT = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"}}


@pytest.mark.parametrize(
    "statement",
    [
        allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
        service_policy("logs.eu-central-1.amazonaws.com", CRYPTO, "*"),
        service_policy(LOGS, "kms:Decrypt*", "*"),
        service_policy(LOGS, CRYPTO, "*", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        service_policy(LOGS, CRYPTO, "*", {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "*:log-group:/other"}}),
    ],
    ids=["only the account", "another region", "too little", "a key that it does not send", "another group"],
)
def test_a_log_group_needs_a_key_that_lets_the_service_use_it(client: Client, statement: Document) -> None:
    key, name = _key(client), new("group")
    key.guard(policy(statement))
    error = refused(lambda: client("logs").create_log_group(logGroupName=name, kmsKeyId=key.resource))
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'")


def test_the_key_of_a_log_group_can_be_changed_to_one_that_lets_it(client: Client) -> None:
    key, name = _key(client), new("group")
    client("logs").create_log_group(logGroupName=name)
    key.guard(policy(service_policy("s3.amazonaws.com", "kms:*", "*")))
    associated = {"logGroupName": name, "kmsKeyId": key.resource}
    assert refused(lambda: client("logs").associate_kms_key(**associated))["Code"] == "AccessDeniedException"
    key.guard(policy(service_policy(LOGS, CRYPTO, "*", OF_ACCOUNT)))
    client("logs").associate_kms_key(**associated)

    def key_of_group() -> str:
        (group,) = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return str(group.get("kmsKeyId", ""))

    assert key_of_group() == key.resource
    client("logs").disassociate_kms_key(logGroupName=name)
    assert key_of_group() == ""
    assert refused(lambda: client("logs").disassociate_kms_key(logGroupName="x"))["Code"] == "ResourceNotFoundException"


@pytest.fixture(scope="module")
def balancer(client: Client, subnet_ids: list[str]) -> str:
    answer = client("elbv2").create_load_balancer(Name=new("lb"), Subnets=subnet_ids, Type="application")
    return str(answer["LoadBalancers"][0]["LoadBalancerArn"])


ELB = "logdelivery.elasticloadbalancing.amazonaws.com"


@pytest.mark.parametrize(
    ("path", "condition", "works"),
    [
        (f"/lb/AWSLogs/{ACCOUNT}/*", None, True),
        (f"/AWSLogs/{ACCOUNT}/*", None, False),
        ("/lb/AWSLogs/444455556666/*", None, False),
        (f"/lb/AWSLogs/{ACCOUNT}/*", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, False),
    ],
    ids=["right", "another folder", "another account", "a key that it does not send"],
)
def test_access_logs_need_a_bucket_that_lets_the_service_write(
    client: Client, balancer: str, path: str, condition: Any, works: bool
) -> None:
    guarded = _bucket(client)
    bucket = guarded.resource.rpartition(":")[2].partition("/")[0]
    guarded.guard(policy(service_policy(ELB, "s3:PutObject", f"arn:aws:s3:::{bucket}{path}", condition)))
    given = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": bucket, "access_logs.s3.prefix": "lb"}
    attributes = [{"Key": key, "Value": value} for key, value in given.items()]

    def switch_on() -> Any:
        return client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=attributes)

    if works:
        assert attributes[0] in switch_on()["Attributes"]
        return
    error = refused(switch_on)
    assert error["Code"] == "InvalidConfigurationRequest"
    assert error["Message"] == f"Access Denied for bucket: {bucket}. Please check S3bucket permission"


@pytest.mark.parametrize("prefix", ["", "lb/web"])
def test_the_storage_modules_policy_lets_the_service_write(client: Client, balancer: str, prefix: str) -> None:
    guarded = _bucket(client)
    bucket = guarded.resource.rpartition(":")[2].partition("/")[0]
    own = bucket_policy(
        f"arn:aws:s3:::{bucket}", Account(region=REGION, id=ACCOUNT), (LoadBalancerLogs(prefix=prefix),)
    )
    guarded.guard(json.loads(own))
    given = {"enabled": "true", "bucket": bucket, "prefix": prefix}
    attributes = [{"Key": f"access_logs.s3.{key}", "Value": value} for key, value in given.items()]
    client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=attributes)
