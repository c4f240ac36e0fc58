"""What calls of ECS, Scheduler, IAM and STS need: roles that are passed on, created, or assumed."""

import json
from typing import Any

import pytest

from tests.local.iam.cases.case import allow, policy
from tests.local.iam.roles import ACCOUNT, REGION, Client, Roles, missing, new, refused

ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"


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
    trust = allow("sts:AssumeRole", None, Principal={"Service": "scheduler.amazonaws.com"})
    arn = f"arn:aws:iam::{ACCOUNT}:role/app/{role.make(trust=trust)}"
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


def test_a_boundary_can_be_demanded_of_a_caller_that_creates_roles(client: Client, role: Roles) -> None:
    created = client("iam").create_policy(PolicyName=new("boundary"), PolicyDocument=json.dumps(policy(allow("s3:*"))))
    boundary = created["Policy"]["Arn"]
    with_boundary = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    actions = ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"]
    iam = role(allow(actions, f"arn:aws:iam::{ACCOUNT}:role/app/*", with_boundary))("iam")
    trust = json.dumps(policy(allow("sts:AssumeRole", None, Principal={"Service": "ecs-tasks.amazonaws.com"})))
    names = [new("role"), new("role")]
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


PASSED = f"arn:aws:iam::{ACCOUNT}:role/app/passed"


@pytest.mark.parametrize(
    ("service", "call", "passed_to"),
    [
        (
            "codedeploy",
            lambda it: it.create_deployment_group(applicationName="a", deploymentGroupName="g", serviceRoleArn=PASSED),
            "codedeploy.amazonaws.com",
        ),
        (
            "ec2",
            lambda it: it.create_flow_logs(
                ResourceIds=["vpc-0123456789abcdef0"],
                ResourceType="VPC",
                TrafficType="ALL",
                LogDestination=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:flow",
                DeliverLogsPermissionArn=PASSED,
            ),
            "vpc-flow-logs.amazonaws.com",
        ),
        (
            "rds",
            lambda it: it.create_db_proxy(
                DBProxyName="p",
                EngineFamily="POSTGRESQL",
                Auth=[{"AuthScheme": "SECRETS"}],
                RoleArn=PASSED,
                VpcSubnetIds=["subnet-1"],
            ),
            "rds.amazonaws.com",
        ),
        (
            "rds",
            lambda it: it.modify_db_instance(DBInstanceIdentifier="d", MonitoringInterval=60, MonitoringRoleArn=PASSED),
            "monitoring.rds.amazonaws.com",
        ),
        (
            "ecs",
            lambda it: it.create_service(
                cluster="web",
                serviceName="s",
                loadBalancers=[
                    {
                        "containerName": "web",
                        "containerPort": 80,
                        "advancedConfiguration": {"alternateTargetGroupArn": "a", "roleArn": PASSED},
                    }
                ],
            ),
            "ecs.amazonaws.com",
        ),
        (
            "scheduler",
            lambda it: it.update_schedule(
                Name="s",
                ScheduleExpression="rate(1 day)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={"Arn": f"{ECS}:cluster/web", "RoleArn": PASSED},
            ),
            "scheduler.amazonaws.com",
        ),
    ],
    ids=["deployment group", "flow logs", "proxy", "monitoring", "load balancer of a service", "schedule"],
)
def test_who_gives_a_role_to_a_service_must_be_allowed_to_pass_it_there(
    role: Roles, service: str, call: Any, passed_to: str
) -> None:
    # Denied exactly where the condition key has this value.
    elsewhere = {"StringNotEquals": {"iam:PassedToService": passed_to}}
    rest = {**allow("*"), "NotAction": "iam:PassRole"}
    del rest["Action"]
    assert missing(lambda: call(role(rest, allow("iam:PassRole", "*", elsewhere))(service))) == f"iam:PassRole {PASSED}"


def test_a_task_definition_is_of_no_cluster(role: Roles) -> None:
    family = new("family")
    container = {"name": "app", "image": "app:1", "memory": 64}
    other = {"ecs:cluster": f"{ECS}:cluster/other"}
    if_exists = allow("ecs:RegisterTaskDefinition", "*", {"ArnEqualsIfExists": other})
    role(if_exists)("ecs").register_task_definition(family=family, containerDefinitions=[container])
    required = role(allow("ecs:RegisterTaskDefinition", "*", {"ArnEquals": other}))("ecs")
    refusal = missing(lambda: required.register_task_definition(family=family, containerDefinitions=[container]))
    assert refusal == f"ecs:RegisterTaskDefinition {ECS}:task-definition/{family}:*"
