"""Services act as the roles that they were given: who may not be assumed is refused, and what they call is judged."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from local.schedules import PATH
from tests.local.iam.cases.case import Document, allow
from tests.local.iam.roles import ACCOUNT, REGION, Client, Roles, new, refused
from tests.local.iam.test_enforcement import recorded

SCHEDULER = "scheduler.amazonaws.com"
ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"


def trusted_by(service: str, **equal: str) -> Document:
    condition = {"ArnLike": equal} if equal else None
    return allow("sts:AssumeRole", None, condition, Principal={"Service": service})


def arn_of(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/app/{name}"


def denied(endpoint_url: str, role: str) -> list[tuple[str, str]]:
    return [(each["action"], each["resource"]) for each in recorded(endpoint_url)["denied"] if each["role"] == role]


# --- EventBridge Scheduler


def schedule(client: Client, role_arn: str, target: dict[str, Any], **more: Any) -> dict[str, str]:
    """A schedule in a group of its own."""
    group = new("group")
    client("scheduler").create_schedule_group(Name=group)
    client("scheduler").create_schedule(
        Name="one",
        GroupName=group,
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"RoleArn": role_arn, **target},
        **more,
    )
    return {"group": group, "name": "one", "region": REGION}


def run(endpoint_url: str, which: dict[str, str]) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(endpoint_url + PATH, json.dumps(which).encode(), method="POST")
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


STOP = {"Arn": "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance", "Input": '{"DbInstanceIdentifier": "hours"}'}
NOT_ASSUMED = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."


@pytest.mark.parametrize(
    "trust",
    [
        None,
        trusted_by("ecs-tasks.amazonaws.com"),
        trusted_by(SCHEDULER, **{"aws:SourceArn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/another"}),
        trusted_by(SCHEDULER, **{"aws:SourceArn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/*"}),
    ],
)
def test_a_schedule_needs_a_role_that_scheduler_may_assume(client: Client, role: Roles, trust: Document | None) -> None:
    arn = arn_of(role.make(allow("*"), trust=trust))
    error = refused(lambda: schedule(client, arn, STOP))
    assert (error["Code"], error["Message"], error["Status"]) == ("ValidationException", NOT_ASSUMED, 400)


def test_a_schedule_cannot_be_given_a_role_that_scheduler_may_not_assume(client: Client, role: Roles) -> None:
    which = schedule(client, arn_of(role.make(trust=trusted_by(SCHEDULER))), STOP)
    changed = {"ScheduleExpression": "rate(2 days)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    untrusting = {**STOP, "RoleArn": arn_of(role.make())}
    names = {"Name": which["name"], "GroupName": which["group"]}
    error = refused(lambda: client("scheduler").update_schedule(**names, **changed, Target=untrusting))
    assert error["Message"] == NOT_ASSUMED


def test_a_role_that_is_not_there_cannot_be_assumed(client: Client) -> None:
    assert refused(lambda: schedule(client, arn_of("nobody"), STOP))["Message"] == NOT_ASSUMED


def test_a_scheduled_call_is_made_with_the_role(client: Client, role: Roles, endpoint_url: str) -> None:
    client("rds").create_db_instance(
        DBInstanceIdentifier="hours",
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="windlass",
        MasterUserPassword="0123456789abcdef",
    )
    resource = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:hours"
    poor = role.make(allow("rds:StopDBInstance", f"{resource}-other"), trust=trusted_by(SCHEDULER))
    status, answer = run(endpoint_url, schedule(client, arn_of(poor), STOP))
    assert status == 403
    assert f"assumed-role/{poor}/schedule is not authorized to perform: rds:StopDBInstance" in answer["message"]
    assert denied(endpoint_url, poor) == [("rds:StopDBInstance", resource)]
    able = role.make(allow("rds:StopDBInstance", resource), trust=trusted_by(SCHEDULER))
    status, answer = run(endpoint_url, schedule(client, arn_of(able), STOP))
    assert (status, answer["answer"]["DBInstance"]["DBInstanceStatus"]) == (200, "stopped")


def test_an_encrypted_schedule_is_read_with_the_role(client: Client, role: Roles, endpoint_url: str) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    poor = role.make(allow("ecs:ListClusters"), trust=trusted_by(SCHEDULER))
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:ecs:listClusters"}
    assert run(endpoint_url, schedule(client, arn_of(poor), target, KmsKeyArn=key))[0] == 403
    assert denied(endpoint_url, poor) == [("kms:Decrypt", key)]
    own = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/*"
    condition = {"StringLike": {"kms:EncryptionContext:aws:scheduler:schedule:arn": own}}
    reading = allow("kms:Decrypt", key, condition)
    able = role.make(allow("ecs:ListClusters"), reading, trust=trusted_by(SCHEDULER))
    assert run(endpoint_url, schedule(client, arn_of(able), target, KmsKeyArn=key))[0] == 200


def test_a_scheduled_task_passes_the_roles_of_its_task_on(client: Client, role: Roles, endpoint_url: str) -> None:
    task_role = arn_of(role.make())
    client("ecs").create_cluster(clusterName="scheduled")
    definition = client("ecs").register_task_definition(
        family=new("family"),
        taskRoleArn=task_role,
        containerDefinitions=[{"name": "main", "image": "web", "memory": 128}],
    )["taskDefinition"]["taskDefinitionArn"]
    network = {"awsvpcConfiguration": {"Subnets": ["subnet-1"], "AssignPublicIp": "DISABLED"}}
    parameters = {"TaskDefinitionArn": definition, "LaunchType": "FARGATE", "NetworkConfiguration": network}
    target = {"Arn": f"{ECS}:cluster/scheduled", "EcsParameters": parameters}
    running = allow("ecs:RunTask", definition, {"ArnEquals": {"ecs:cluster": f"{ECS}:cluster/scheduled"}})
    half = role.make(running, trust=trusted_by(SCHEDULER))
    assert run(endpoint_url, schedule(client, arn_of(half), target))[0] == 403
    assert denied(endpoint_url, half) == [("iam:PassRole", task_role)]


def test_a_schedule_that_is_not_there_is_named(endpoint_url: str) -> None:
    status, answer = run(endpoint_url, {"group": "default", "name": "nothing", "region": REGION})
    assert status == 400
    assert "there is no schedule nothing in the group default" in answer["message"]


@pytest.mark.parametrize(
    ("call", "message"),
    [("rds:doesNothing", "rds has no operation doesNothing"), ("nothing:stop", "there is no service nothing")],
)
def test_a_call_that_does_not_exist_is_named(
    client: Client, role: Roles, endpoint_url: str, call: str, message: str
) -> None:
    arn = arn_of(role.make(trust=trusted_by("scheduler.amazonaws.com")))
    target = {"Arn": f"arn:aws:scheduler:::aws-sdk:{call}", "Input": "{}"}
    assert run(endpoint_url, schedule(client, arn, target)) == (403, {"message": message})


# --- CodeDeploy


def group_of(client: Client, role_arn: str) -> dict[str, str]:
    name = new("shop")
    client("codedeploy").create_application(applicationName=name, computePlatform="ECS")
    client("codedeploy").create_deployment_group(
        applicationName=name, deploymentGroupName=name, serviceRoleArn=role_arn
    )
    return {"applicationName": name, "currentDeploymentGroupName": name}


@pytest.mark.parametrize("trust", [None, trusted_by("ecs-tasks.amazonaws.com")])
def test_codedeploy_must_be_able_to_assume_the_role(client: Client, role: Roles, trust: Document | None) -> None:
    arn = arn_of(role.make(allow("*"), trust=trust))
    error = refused(lambda: group_of(client, arn))
    assert error["Code"] == "InvalidRoleException"
    assert error["Message"] == f"AWS CodeDeploy does not have the permissions required to assume the role {arn}."
    names = group_of(client, arn_of(role.make(trust=trusted_by("codedeploy.amazonaws.com"))))
    changed = refused(lambda: client("codedeploy").update_deployment_group(**names, serviceRoleArn=arn))
    assert changed["Code"] == "InvalidRoleException"


# --- RDS, enhanced monitoring


def test_rds_must_be_able_to_assume_the_monitoring_role(client: Client, role: Roles) -> None:
    def create(name: str, trust: Document | None) -> Any:
        return client("rds").create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="windlass",
            MasterUserPassword="0123456789abcdef",
            MonitoringInterval=60,
            MonitoringRoleArn=arn_of(role.make(trust=trust)),
        )

    for trust in (None, trusted_by("rds.amazonaws.com")):
        error = refused(lambda trust=trust: create("watched", trust))
        assert error["Code"] == "InvalidParameterValue"
        assert error["Message"].endswith("does not include the required permissions for: ENHANCED_MONITORING")
    own = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:watched*"
    create("watched", trusted_by("monitoring.rds.amazonaws.com", **{"aws:SourceArn": own}))
    with pytest.raises(client("rds").exceptions.ClientError):
        create("another", trusted_by("monitoring.rds.amazonaws.com", **{"aws:SourceArn": own}))


# --- VPC flow logs


def test_a_flow_log_needs_a_role_that_may_write(client: Client, role: Roles, endpoint_url: str) -> None:
    ec2, group = client("ec2"), new("flow")
    client("logs").create_log_group(logGroupName=group)
    destination = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    service, write = "vpc-flow-logs.amazonaws.com", ["logs:CreateLogStream", "logs:PutLogEvents"]

    def status(*statements: Document, trust: str = service) -> tuple[str, str, str]:
        name = role.make(*statements, trust=trusted_by(trust))
        vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
        (id_,) = ec2.create_flow_logs(
            ResourceIds=[vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestination=destination,
            DeliverLogsPermissionArn=arn_of(name),
        )["FlowLogIds"]
        (flow_log,) = ec2.describe_flow_logs(FlowLogIds=[id_])["FlowLogs"]
        ec2.delete_flow_logs(FlowLogIds=[id_])
        ec2.delete_vpc(VpcId=vpc)
        return name, flow_log["DeliverLogsStatus"], flow_log.get("DeliverLogsErrorMessage", "")

    find = allow("logs:DescribeLogGroups")
    assert status(find, allow(write, f"{destination}:*"))[1:] == ("SUCCESS", "")
    assert status(find, allow(write), trust="ec2.amazonaws.com")[1:] == ("FAILED", "Access error")
    poor, *result = status(find, allow(write[0]))
    assert result == ["FAILED", "Access error"]
    assert [action for action, _ in denied(endpoint_url, poor)] == ["logs:PutLogEvents"]
    # AWS asks for the listing on no single group.
    blind, *result = status(allow("logs:DescribeLogGroups", destination), allow(write, f"{destination}:*"))
    assert result == ["FAILED", "Access error"]
    assert [action for action, _ in denied(endpoint_url, blind)] == ["logs:DescribeLogGroups"]
