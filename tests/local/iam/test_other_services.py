"""What calls of other services need: tags, log streams, queues, topics, repositories, alarms."""

import json
from typing import Any

import pytest

from tests.local.iam.cases.case import allow, deny, policy
from tests.local.iam.roles import ACCOUNT, REGION, Client, Roles, missing, new, refused

EVENTS = [{"timestamp": 1, "message": "m"}]


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


def test_what_is_about_no_resource_has_no_tags(role: Roles) -> None:
    ecs = role(allow("ecs:*", "*", {"StringEquals": {"aws:ResourceTag/team": "data"}}))("ecs")
    assert missing(lambda: ecs.list_clusters()) == "ecs:ListClusters *"


def test_log_streams_are_named_below_their_group(client: Client, role: Roles) -> None:
    group = f"/{new('app')}"
    client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    logs = role(allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:*"))("logs")
    logs.create_log_stream(logGroupName=group, logStreamName="web/1")
    logs.put_log_events(logGroupName=group, logStreamName="web/1", logEvents=EVENTS)
    denied = missing(lambda: logs.get_log_events(logGroupName=group, logStreamName="web/1"))
    assert denied == f"logs:GetLogEvents {arn}:log-stream:web/1"
    # Without `:*` a policy means the group, and none of its streams.
    bare = role(allow("logs:PutLogEvents", arn))("logs")
    assert missing(lambda: bare.put_log_events(logGroupName=group, logStreamName="web/1", logEvents=EVENTS)).startswith(
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
    assert missing(lambda: sns.publish(TopicArn=topic, Message="m")) == f"sns:Publish {topic}"
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
        ("cloudwatch", lambda it: it.describe_alarms(AlarmNames=["a"]), "DescribeAlarms :alarm:a"),
        ("cloudwatch", lambda it: it.describe_alarms(), "DescribeAlarms :alarm:*"),
        ("cloudwatch", lambda it: it.get_dashboard(DashboardName="d"), "GetDashboard ::dashboard/d"),
        ("dynamodb", lambda it: it.get_item(TableName="t", Key={"LockID": {"S": "x"}}), "GetItem :table/t"),
        ("rds", lambda it: it.describe_db_instances(DBInstanceIdentifier="d"), "DescribeDBInstances :db:d"),
        (
            "codedeploy",
            lambda it: it.get_deployment_group(applicationName="a", deploymentGroupName="g"),
            "GetDeploymentGroup :deploymentgroup:a/g",
        ),
        (
            "application-autoscaling",
            lambda it: it.describe_scalable_targets(ServiceNamespace="ecs"),
            "DescribeScalableTargets *",
        ),
        (
            "ec2",
            lambda it: it.delete_vpc(VpcId="vpc-0123456789abcdef0"),
            "DeleteVpc :vpc/vpc-0123456789abcdef0",
        ),
        ("ssm", lambda it: it.get_parameters_by_path(Path="/a/b/"), "GetParametersByPath :parameter/a/b"),
        ("secretsmanager", lambda it: it.get_random_password(), "GetRandomPassword *"),
        ("route53", lambda it: it.get_hosted_zone(Id="Z1"), "GetHostedZone arn:aws:route53:::hostedzone/Z1"),
        (
            "stepfunctions",
            lambda it: it.describe_state_machine(stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"),
            "DescribeStateMachine :stateMachine:m",
        ),
    ],
)
def test_what_a_call_needs(role: Roles, service: str, call: Any, needed: str) -> None:
    action, _, resource = needed.partition(" ")
    prefix = {"stepfunctions": "states"}.get(service, service)
    if resource.startswith(":"):
        region = "" if resource.startswith("::") else REGION
        resource = f"arn:aws:{prefix}:{region}:{ACCOUNT}:{resource.lstrip(':')}"
    assert missing(lambda: call(role()(service))) == f"{prefix}:{action} {resource}"


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
    table = new("locks")
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
