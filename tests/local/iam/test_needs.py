"""What calls of each service need: actions, resources, condition keys, keys of encryption, and roles that are passed on."""

import json
import uuid
from typing import Any

import pytest

from tests.local.iam.cases.case import allow, deny, policy
from tests.local.iam.roles import ACCOUNT, REGION, Client, Roles
from tests.local.iam.test_enforcement import new, refused

ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"


def missing(call: Any) -> str:
    """The action and the resource that a refused call lacks."""
    message: str = refused(call)["Message"]
    action, _, rest = message.partition("perform: ")[2].partition(" on resource: ")
    return f"{action} {rest.partition(' ')[0]}"


# --- S3


@pytest.fixture
def bucket(client: Client) -> str:
    name = new("needs")
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3").put_object(Bucket=name, Key="logs/a.txt", Body=b"a")
    return name


@pytest.mark.parametrize(
    ("call", "action", "key"),
    [
        (lambda s3, b: s3.get_object(Bucket=b, Key="k"), "s3:GetObject", "/k"),
        (lambda s3, b: s3.get_object(Bucket=b, Key="k", VersionId="1"), "s3:GetObjectVersion", "/k"),
        (lambda s3, b: s3.put_object(Bucket=b, Key="k/ü +.txt"), "s3:PutObject", "/k/ü"),
        (lambda s3, b: s3.list_objects_v2(Bucket=b), "s3:ListBucket", ""),
        (lambda s3, b: s3.list_objects(Bucket=b), "s3:ListBucket", ""),
        (lambda s3, b: s3.list_object_versions(Bucket=b), "s3:ListBucketVersions", ""),
        (lambda s3, b: s3.create_multipart_upload(Bucket=b, Key="k"), "s3:PutObject", "/k"),
        (lambda s3, b: s3.delete_objects(Bucket=b, Delete={"Objects": [{"Key": "k"}]}), "s3:DeleteObject", "/k"),
        (lambda s3, b: s3.get_bucket_encryption(Bucket=b), "s3:GetEncryptionConfiguration", ""),
        (lambda s3, b: s3.get_public_access_block(Bucket=b), "s3:GetBucketPublicAccessBlock", ""),
        (lambda s3, b: s3.get_bucket_lifecycle_configuration(Bucket=b), "s3:GetLifecycleConfiguration", ""),
        (lambda s3, b: s3.delete_bucket_cors(Bucket=b), "s3:PutBucketCORS", ""),
        (lambda s3, b: s3.list_bucket_metrics_configurations(Bucket=b), "s3:GetMetricsConfiguration", ""),
        (lambda s3, b: s3.get_bucket_policy(Bucket=b), "s3:GetBucketPolicy", ""),
    ],
)
def test_actions_of_s3_are_not_named_like_its_operations(
    role: Roles, bucket: str, call: Any, action: str, key: str
) -> None:
    assert missing(lambda: call(role()("s3"), bucket)) == f"{action} arn:aws:s3:::{bucket}{key}"


def test_a_copy_reads_and_writes(role: Roles, bucket: str) -> None:
    def copy(s3: Any) -> Any:
        return s3.copy_object(Bucket=bucket, Key="b.txt", CopySource={"Bucket": bucket, "Key": "logs/a.txt"})

    assert missing(lambda: copy(role(allow("s3:PutObject"))("s3"))).startswith("s3:GetObject ")
    assert missing(lambda: copy(role(allow("s3:GetObject"))("s3"))).startswith("s3:PutObject ")
    copy(role(allow(["s3:GetObject", "s3:PutObject"]))("s3"))


def test_a_listing_is_limited_by_its_prefix(role: Roles, bucket: str) -> None:
    listing = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"StringLike": {"s3:prefix": "logs/*"}})
    s3 = role(listing)("s3")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="logs/2026")["KeyCount"] == 0
    for prefix in ("", "other/"):
        assert refused(lambda prefix=prefix: s3.list_objects_v2(Bucket=bucket, Prefix=prefix))["Code"] == "AccessDenied"


def test_a_bucket_policy_grants_a_role_of_the_account(client: Client, role: Roles, bucket: str) -> None:
    name = role.make()
    s3 = role.session(name)("s3")
    arn = f"arn:aws:iam::{ACCOUNT}:role/app/{name}"
    granted = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": arn})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(granted)))
    assert s3.get_object(Bucket=bucket, Key="logs/a.txt")["ContentLength"] == 1
    assert refused(lambda: s3.delete_object(Bucket=bucket, Key="logs/a.txt"))["Code"] == "AccessDenied"


def test_a_bucket_policy_denies_what_the_role_may(client: Client, role: Roles, bucket: str) -> None:
    s3 = role(allow("s3:*"))("s3")
    encrypted = {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    denied = deny("s3:PutObject", f"arn:aws:s3:::{bucket}/*", encrypted, Principal="*")
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(denied)))
    error = refused(lambda: s3.put_object(Bucket=bucket, Key="b", ServerSideEncryption="AES256"))
    assert error["Message"].endswith("with an explicit deny in a resource-based policy")
    s3.get_object(Bucket=bucket, Key="logs/a.txt")


# --- KMS, by itself and through other services


@pytest.fixture
def key(client: Client) -> str:
    arn: str = client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def through(service: str) -> dict[str, Any]:
    return {"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}}


def test_an_encrypted_bucket_needs_its_key(client: Client, role: Roles, bucket: str, key: str) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    client("s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    objects = allow(["s3:GetObject", "s3:PutObject"])
    s3 = role(objects)("s3")
    assert missing(lambda: s3.put_object(Bucket=bucket, Key="b", Body=b"b")) == f"kms:GenerateDataKey {key}"
    assert s3.get_object(Bucket=bucket, Key="logs/a.txt")["ContentLength"] == 1  # written before
    allowed = role(objects, allow(["kms:GenerateDataKey", "kms:Decrypt"], key, through("s3")))("s3")
    allowed.put_object(Bucket=bucket, Key="b", Body=b"b")
    assert allowed.get_object(Bucket=bucket, Key="b")["ContentLength"] == 1
    assert missing(lambda: s3.get_object(Bucket=bucket, Key="b")) == f"kms:Decrypt {key}"
    assert s3.head_object(Bucket=bucket, Key="b")["ContentLength"] == 1
    of_bucket = {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}"}}
    role(objects, allow("kms:Decrypt", key, of_bucket))("s3").get_object(Bucket=bucket, Key="b")


def test_a_secret_needs_its_key(client: Client, role: Roles, key: str) -> None:
    name = new("secret")
    arn = client("secretsmanager").create_secret(Name=name, SecretString="s", KmsKeyId=key)["ARN"]
    reading = allow("secretsmanager:GetSecretValue", arn)
    error = refused(lambda: role(reading)("secretsmanager").get_secret_value(SecretId=name))
    assert (error["Code"], error["Message"]) == ("AccessDeniedException", "Access to KMS is not allowed")
    of = role(reading, allow("kms:Decrypt", key, through("secretsmanager")))
    assert of("secretsmanager").get_secret_value(SecretId=name)["SecretString"] == "s"
    assert of("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "s"
    other = role(reading, allow("kms:Decrypt", key, through("ssm")))("secretsmanager")
    assert refused(lambda: other.get_secret_value(SecretId=name))["Message"] == "Access to KMS is not allowed"


def test_a_secret_of_another_name_is_denied(client: Client, role: Roles) -> None:
    names = [new("app/a"), new("app/b")]
    arns = [client("secretsmanager").create_secret(Name=name, SecretString="s")["ARN"] for name in names]
    secrets = role(allow("secretsmanager:GetSecretValue", arns[0]))("secretsmanager")
    secrets.get_secret_value(SecretId=names[0])
    assert missing(lambda: secrets.get_secret_value(SecretId=names[1])) == f"secretsmanager:GetSecretValue {arns[1]}"
    secrets = role(
        allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{names[0]}-??????")
    )
    secrets("secretsmanager").get_secret_value(SecretId=names[0])


def test_a_parameter_needs_its_key(client: Client, role: Roles, key: str) -> None:
    name = f"/{new('app')}/password"
    client("ssm").put_parameter(Name=name, Value="v", Type="SecureString", KeyId=key)
    reading = allow(["ssm:GetParameter", "ssm:GetParameters"], f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}")
    ssm = role(reading)("ssm")
    assert ssm.get_parameter(Name=name)["Parameter"]["Name"] == name
    assert missing(lambda: ssm.get_parameter(Name=name, WithDecryption=True)) == f"kms:Decrypt {key}"
    decrypting = allow("kms:Decrypt", key, through("ssm"))
    assert role(reading, decrypting)("ssm").get_parameters(Names=[name], WithDecryption=True)["Parameters"]
    parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/other"
    assert missing(lambda: ssm.get_parameters(Names=[name, "/other"])) == f"ssm:GetParameters {parameter}"


def test_a_key_of_aws_needs_no_permission(client: Client, role: Roles) -> None:
    name = f"/{new('app')}/password"
    client("ssm").put_parameter(Name=name, Value="v", Type="SecureString")
    ssm = role(allow("ssm:GetParameter"))("ssm")
    assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "v"


def test_the_policy_of_a_key_must_allow(client: Client, role: Roles) -> None:
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    of_account = allow("kms:*", Principal=root)
    only_admin = allow("kms:*", condition={"StringEquals": {"aws:PrincipalType": "User"}}, Principal=root)
    keys = [
        client("kms").create_key(Policy=json.dumps(policy(each)))["KeyMetadata"]["Arn"]
        for each in (of_account, only_admin)
    ]
    kms = role(allow("kms:Encrypt"))("kms")
    kms.encrypt(KeyId=keys[0], Plaintext=b"p")
    message = refused(lambda: kms.encrypt(KeyId=keys[1], Plaintext=b"p"))["Message"]
    assert message.endswith("because no resource-based policy allows the kms:Encrypt action")


def test_a_ciphertext_names_its_key_and_a_context_can_be_asked_for(client: Client, role: Roles, key: str) -> None:
    kms = client("kms")
    context = {"app": "web"}
    blob = kms.encrypt(KeyId=key, Plaintext=b"p", EncryptionContext=context)["CiphertextBlob"]
    decrypting = allow("kms:Decrypt", key, {"StringEquals": {"kms:EncryptionContext:app": "web"}})
    of = role(decrypting)("kms")
    assert of.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"p"
    other = kms.encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
    assert missing(lambda: of.decrypt(CiphertextBlob=other)) == f"kms:Decrypt {key}"


def test_an_alias_names_its_key(client: Client, role: Roles, key: str) -> None:
    alias = f"alias/{new('app')}"
    client("kms").create_alias(AliasName=alias, TargetKeyId=key)
    describing = allow("kms:DescribeKey", key, {"StringEquals": {"kms:RequestAlias": alias}})
    kms = role(describing)("kms")
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == key
    assert missing(lambda: kms.describe_key(KeyId=key)) == f"kms:DescribeKey {key}"
    by_alias = allow("kms:DescribeKey", "*", {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}})
    assert role(by_alias)("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key


# --- ECS and the roles that it gets


@pytest.fixture(scope="module")
def definition(client: Client, role: Roles) -> str:
    roles = [f"arn:aws:iam::{ACCOUNT}:role/app/{role.make()}" for _ in range(2)]
    registered = client("ecs").register_task_definition(
        family=new("family"),
        taskRoleArn=roles[0],
        executionRoleArn=roles[1],
        networkMode="awsvpc",
        containerDefinitions=[{"name": "main", "image": "web", "memory": 128}],
    )
    arn: str = registered["taskDefinition"]["taskDefinitionArn"]
    return arn


def test_run_task_passes_both_roles_on(client: Client, role: Roles, definition: str) -> None:
    cluster = new("cluster")
    client("ecs").create_cluster(clusterName=cluster)
    described = client("ecs").describe_task_definition(taskDefinition=definition)["taskDefinition"]
    roles = [described["taskRoleArn"], described["executionRoleArn"]]
    in_cluster = {"ArnEquals": {"ecs:cluster": f"{ECS}:cluster/{cluster}"}}
    running = allow("ecs:RunTask", definition, in_cluster)
    passing = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    arguments: dict[str, Any] = {"cluster": cluster, "taskDefinition": definition.rpartition("/")[2]}
    assert missing(lambda: role()("ecs").run_task(**arguments)) == f"ecs:RunTask {definition}"
    assert missing(lambda: role(running)("ecs").run_task(**arguments)) == f"iam:PassRole {roles[0]}"
    half = role(running, allow("iam:PassRole", roles[0], passing))
    assert missing(lambda: half("ecs").run_task(**arguments)) == f"iam:PassRole {roles[1]}"
    whole = role(running, allow("iam:PassRole", roles, passing))("ecs")
    assert missing(lambda: whole.run_task(**{**arguments, "cluster": "other"})) == f"ecs:RunTask {definition}"
    tagged = {**arguments, "tags": [{"key": "team", "value": "data"}]}
    assert missing(lambda: whole.run_task(**tagged)).startswith("ecs:TagResource ")


def test_a_registered_definition_passes_its_roles_on(role: Roles) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/app/{role.make()}"
    containers = [{"name": "main", "image": "web", "memory": 128}]
    arguments: dict[str, Any] = {"family": new("family"), "taskRoleArn": arn, "containerDefinitions": containers}
    registering = allow("ecs:RegisterTaskDefinition")
    assert missing(lambda: role(registering)("ecs").register_task_definition(**arguments)) == f"iam:PassRole {arn}"
    role(registering, allow("iam:PassRole", arn))("ecs").register_task_definition(**arguments)


def test_calls_of_ecs_name_services_tasks_and_clusters(role: Roles) -> None:
    ecs = role()("ecs")
    cluster = f"{ECS}:cluster/web"
    assert (
        missing(lambda: ecs.describe_services(cluster=cluster, services=["a"]))
        == f"ecs:DescribeServices {ECS}:service/web/a"
    )
    assert missing(lambda: ecs.update_service(cluster="web", service="a")) == f"ecs:UpdateService {ECS}:service/web/a"
    assert missing(lambda: ecs.describe_tasks(cluster="web", tasks=["1"])) == f"ecs:DescribeTasks {ECS}:task/web/1"
    assert missing(lambda: ecs.describe_clusters(clusters=["web"])) == f"ecs:DescribeClusters {cluster}"
    assert missing(lambda: ecs.describe_task_definition(taskDefinition="a")) == "ecs:DescribeTaskDefinition *"
    assert missing(lambda: ecs.list_tasks(cluster="web")) == f"ecs:ListTasks {ECS}:container-instance/web/*"


def test_every_named_service_must_be_allowed(role: Roles) -> None:
    ecs = role(allow("ecs:DescribeServices", f"{ECS}:service/web/a"))("ecs")
    assert missing(lambda: ecs.describe_services(cluster="web", services=["a", "b"])).endswith("service/web/b")


def test_a_schedule_passes_its_role_on(role: Roles) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/app/{role.make()}"
    arguments: dict[str, Any] = {
        "Name": new("schedule"),
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": f"{ECS}:cluster/web", "RoleArn": arn},
    }
    creating = allow("scheduler:CreateSchedule", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/*/{arguments['Name']}")
    assert missing(lambda: role(creating)("scheduler").create_schedule(**arguments)) == f"iam:PassRole {arn}"
    passing = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    role(creating, allow("iam:PassRole", arn, passing))("scheduler").create_schedule(**arguments)


# --- IAM and STS


def test_a_boundary_can_be_demanded_of_whoever_makes_roles(client: Client, role: Roles) -> None:
    made = client("iam").create_policy(PolicyName=new("boundary"), PolicyDocument=json.dumps(policy(allow("s3:*"))))
    boundary = made["Policy"]["Arn"]
    with_boundary = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    actions = ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"]
    iam = role(allow(actions, f"arn:aws:iam::{ACCOUNT}:role/app/*", with_boundary))("iam")
    trust = json.dumps(policy(allow("sts:AssumeRole", None, Principal={"Service": "ecs-tasks.amazonaws.com"})))
    names = [new("made"), new("made")]
    arguments: dict[str, Any] = {"Path": "/app/", "AssumeRolePolicyDocument": trust}
    resource = f"arn:aws:iam::{ACCOUNT}:role/app/{names[0]}"
    assert missing(lambda: iam.create_role(RoleName=names[0], **arguments)) == f"iam:CreateRole {resource}"
    iam.create_role(RoleName=names[0], PermissionsBoundary=boundary, **arguments)
    iam.put_role_policy(RoleName=names[0], PolicyName="p", PolicyDocument=json.dumps(policy(allow("s3:*"))))
    client("iam").create_role(RoleName=names[1], **arguments)
    document = json.dumps(policy(allow("*")))
    denied = missing(lambda: iam.put_role_policy(RoleName=names[1], PolicyName="p", PolicyDocument=document))
    assert denied == f"iam:PutRolePolicy arn:aws:iam::{ACCOUNT}:role/app/{names[1]}"


def test_a_role_that_assumes_another_needs_its_trust(role: Roles) -> None:
    caller = role.make()
    caller_arn = f"arn:aws:iam::{ACCOUNT}:role/app/{caller}"
    of_account = role.make()
    of_caller = role.make(trust=allow("sts:AssumeRole", None, Principal={"AWS": caller_arn}))
    of_service = role.make(trust=allow("sts:AssumeRole", None, Principal={"Service": "ecs-tasks.amazonaws.com"}))
    sts = role.session(caller)("sts")

    def assume(name: str) -> Any:
        return sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/app/{name}", RoleSessionName="test")

    assert assume(of_caller)["Credentials"]
    assert refused(lambda: assume(of_account))["Message"].endswith(
        "no identity-based policy allows the sts:AssumeRole action"
    )
    assert refused(lambda: assume(of_service))["Message"].endswith(
        "no resource-based policy allows the sts:AssumeRole action"
    )


# --- tags, logs, queues, topics, images, alarms


def test_tags_of_request_and_resource_are_condition_keys(client: Client, role: Roles) -> None:
    condition = {"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}}
    of = role(
        allow(["secretsmanager:CreateSecret", "secretsmanager:TagResource"], "*", condition), tags={"team": "data"}
    )
    secrets = of("secretsmanager")
    secrets.create_secret(Name=new("secret"), SecretString="s", Tags=[{"Key": "team", "Value": "data"}])
    denied = missing(
        lambda: secrets.create_secret(Name="denied", SecretString="s", Tags=[{"Key": "team", "Value": "web"}])
    )
    assert denied.startswith("secretsmanager:CreateSecret ")
    names = {team: new(team) for team in ("data", "web")}
    for team, name in names.items():
        client("secretsmanager").create_secret(Name=name, SecretString="s", Tags=[{"Key": "team", "Value": team}])
    tagged = {"StringEquals": {"aws:ResourceTag/team": "data"}}
    reading = role(allow("secretsmanager:GetSecretValue", "*", tagged))("secretsmanager")
    assert reading.get_secret_value(SecretId=names["data"])["SecretString"] == "s"
    assert missing(lambda: reading.get_secret_value(SecretId=names["web"])).startswith("secretsmanager:GetSecretValue ")


def test_log_streams_are_named_below_their_group(client: Client, role: Roles) -> None:
    group = f"/{new('app')}"
    client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    logs = role(allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:*"))("logs")
    logs.create_log_stream(logGroupName=group, logStreamName="web/1")
    logs.put_log_events(logGroupName=group, logStreamName="web/1", logEvents=[{"timestamp": 1, "message": "m"}])
    denied = missing(lambda: logs.get_log_events(logGroupName=group, logStreamName="web/1"))
    assert denied == f"logs:GetLogEvents {arn}:log-stream:web/1"
    # Without `:*` a policy means the group, and none of its streams.
    bare = role(allow("logs:PutLogEvents", arn))("logs")
    assert missing(lambda: bare.put_log_events(logGroupName=group, logStreamName="web/1", logEvents=[])).startswith(
        "logs:PutLogEvents "
    )


def test_policies_of_queues_and_topics_count(client: Client, role: Roles) -> None:
    name = role.make()
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app/{name}"}
    queue = client("sqs").create_queue(QueueName=new("queue"))["QueueUrl"]
    sqs, sns = role.session(name)("sqs"), role.session(name)("sns")
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue.rpartition('/')[2]}"
    assert missing(lambda: sqs.send_message(QueueUrl=queue, MessageBody="m")) == f"sqs:SendMessage {arn}"
    granted = json.dumps(policy(allow("sqs:SendMessage", arn, Principal=principal)))
    client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": granted})
    sqs.send_message(QueueUrl=queue, MessageBody="m")
    topic = client("sns").create_topic(Name=new("topic"))["TopicArn"]
    assert missing(lambda: sns.publish(TopicArn=topic, Message="m")) == f"SNS:Publish {topic}".replace("SNS", "sns")
    granted = json.dumps(policy(allow("sns:Publish", topic, Principal=principal)))
    client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=granted)
    sns.publish(TopicArn=topic, Message="m")


def test_the_policy_of_a_repository_and_of_a_secret_count(client: Client, role: Roles) -> None:
    name = role.make()
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app/{name}"}
    repository = new("repository")
    client("ecr").create_repository(repositoryName=repository)
    ecr = role.session(name)("ecr")
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}"
    assert missing(lambda: ecr.describe_images(repositoryName=repository)) == f"ecr:DescribeImages {arn}"
    granted = json.dumps(policy(allow("ecr:DescribeImages", None, Principal=principal)))
    client("ecr").set_repository_policy(repositoryName=repository, policyText=granted)
    assert ecr.describe_images(repositoryName=repository)["imageDetails"] == []
    secret = client("secretsmanager").create_secret(Name=new("secret"), SecretString="s")["ARN"]
    denied = json.dumps(policy(deny("secretsmanager:GetSecretValue", "*", Principal=principal)))
    client("secretsmanager").put_resource_policy(SecretId=secret, ResourcePolicy=denied)
    client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy(allow("*"))))
    message = refused(lambda: role.session(name)("secretsmanager").get_secret_value(SecretId=secret))["Message"]
    assert message.endswith("with an explicit deny in a resource-based policy")


@pytest.mark.parametrize(
    ("service", "call", "needed"),
    [
        (
            "cloudwatch",
            lambda c: c.describe_alarms(AlarmNames=["a"]),
            f"cloudwatch:DescribeAlarms arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:a",
        ),
        (
            "cloudwatch",
            lambda c: c.describe_alarms(),
            f"cloudwatch:DescribeAlarms arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*",
        ),
        (
            "cloudwatch",
            lambda c: c.get_dashboard(DashboardName="d"),
            f"cloudwatch:GetDashboard arn:aws:cloudwatch::{ACCOUNT}:dashboard/d",
        ),
        (
            "dynamodb",
            lambda c: c.get_item(TableName="t", Key={"LockID": {"S": "x"}}),
            f"dynamodb:GetItem arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t",
        ),
        (
            "rds",
            lambda c: c.describe_db_instances(DBInstanceIdentifier="d"),
            f"rds:DescribeDBInstances arn:aws:rds:{REGION}:{ACCOUNT}:db:d",
        ),
        (
            "codedeploy",
            lambda c: c.get_deployment_group(applicationName="a", deploymentGroupName="g"),
            f"codedeploy:GetDeploymentGroup arn:aws:codedeploy:{REGION}:{ACCOUNT}:deploymentgroup:a/g",
        ),
        (
            "application-autoscaling",
            lambda c: c.describe_scalable_targets(ServiceNamespace="ecs"),
            "application-autoscaling:DescribeScalableTargets *",
        ),
        (
            "ec2",
            lambda c: c.delete_vpc(VpcId="vpc-0123456789abcdef0"),
            f"ec2:DeleteVpc arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-0123456789abcdef0",
        ),
        (
            "route53",
            lambda c: c.list_resource_record_sets(HostedZoneId="Z1"),
            "route53:ListResourceRecordSets arn:aws:route53:::hostedzone/Z1",
        ),
        (
            "ssm",
            lambda c: c.get_parameters_by_path(Path="/a/b/"),
            f"ssm:GetParametersByPath arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b",
        ),
        ("secretsmanager", lambda c: c.get_random_password(), "secretsmanager:GetRandomPassword *"),
        (
            "stepfunctions",
            lambda c: c.describe_state_machine(stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"),
            f"states:DescribeStateMachine arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m",
        ),
    ],
)
def test_what_a_call_needs(role: Roles, service: str, call: Any, needed: str) -> None:
    assert (
        missing(lambda: call(role()(service))).removeprefix("You are not authorized to perform this operation. ")
        == needed
    )


def test_metrics_are_limited_by_their_namespace(role: Roles) -> None:
    cloudwatch = role(allow("cloudwatch:PutMetricData", "*", {"StringEquals": {"cloudwatch:namespace": "app"}}))(
        "cloudwatch"
    )
    data = [{"MetricName": "m", "Value": 1.0}]
    cloudwatch.put_metric_data(Namespace="app", MetricData=data)
    assert (
        missing(lambda: cloudwatch.put_metric_data(Namespace="other", MetricData=data)) == "cloudwatch:PutMetricData *"
    )


def test_a_lock_is_limited_to_its_table(client: Client, role: Roles) -> None:
    table = f"locks-{uuid.uuid4().hex[:6]}"
    client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "states/web/*"}}
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}"
    dynamodb = role(allow(["dynamodb:GetItem"], arn, own))("dynamodb")
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"LockID": {"S": "states/web/network"}})
    denied = missing(lambda: dynamodb.get_item(TableName=table, Key={"LockID": {"S": "states/other/network"}}))
    assert denied == f"dynamodb:GetItem {arn}"
