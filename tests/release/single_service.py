"""A service without colours as Terraform would have created it, with boto3: rolling, or deployed by CodeDeploy."""

import itertools
from collections.abc import Callable
from typing import Any, Literal

import release
from release.strategies import CodeDeploy, Rolling
from tests.release.operator import Recorder, StubTerraform, quick
from tests.release.shared_resources import IMAGE, LOG_GROUP, REGION, SharedResources
from tests.support.service_roles import make_service_role

Strategy = Literal["rolling", "codedeploy"]
_numbers = itertools.count(1)
CODEDEPLOY = "codedeploy"
"""Name of the role of all deployment groups."""
DEPLOY = {
    "Effect": "Allow",
    "Action": ["ecs:*", "elasticloadbalancing:*", "cloudwatch:DescribeAlarms", "iam:PassRole"],
    "Resource": "*",
}


def end_one_off_task(container: str, cluster: str, exit_code: int = 0) -> str:
    """Let the running task of that container end on its own, as ECS would; return its task definition."""
    from moto.ecs.models import ecs_backends

    tasks = ecs_backends["123456789012"][REGION].tasks[cluster.rpartition("/")[2]].values()
    (task,) = [one for one in tasks if one.containers[0].name == container and one.last_status != "STOPPED"]
    task.containers[0].exitCode = exit_code
    task.stopped_reason, task.stop_code = "Essential container in task exited", "EssentialContainerExited"
    task.desired_status = task.last_status = "STOPPED"
    return str(task.task_definition_arn)


class SingleTestService:
    """Two tasks of version 1.0.0."""

    def __init__(self, shared: SharedResources, strategy: Strategy) -> None:
        self.shared, self.strategy, self.aws = shared, strategy, shared.aws
        number = next(_numbers)
        self.name = f"{'api' if strategy == 'rolling' else 'shop'}{number}"
        self.service_name = f"shop-dev-{self.name}-{strategy}"
        self.application = f"shop-dev-{self.name}"
        self.parameter = f"/shop/dev/{self.name}/image"
        self.alarm_name = f"shop-dev-{self.name}-5xx"
        self.recorder = Recorder()
        sides = ["only"] if strategy == "rolling" else ["a", "b"]
        self.group_arns = [self._target_group(f"{self.name}-{side}") for side in sides]
        rule = self._rule(5000 + number)
        self.client("ssm").put_parameter(Name=self.parameter, Value=f"{IMAGE}:1.0.0", Type="String")
        self.register(f"{IMAGE}:1.0.0")
        self._service()
        self.rule_arn = rule
        common = {
            "strategy": strategy,
            "url": "http://shop.test",
            "listener_rule_arn": rule,
            "image_parameter": self.parameter,
            "service_name": self.service_name,
        }
        own: dict[str, dict[str, str]] = {
            "rolling": {"target_group_arn": self.group_arns[0]},
            "codedeploy": {
                "application_name": self.application,
                "deployment_group_name": self.application,
                "task_definition_arn": self.described()["taskDefinition"],
                "test_listener_arn": shared.listener_arn,
            },
        }
        self.outputs: dict[str, Any] = {
            "cluster_name": shared.cluster_name,
            "services": {self.name: {**common, **own[strategy]}},
        }
        if strategy == "codedeploy":
            self._deployment_group()

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    def service(self, during: Callable[[], object] | None = None) -> Rolling | CodeDeploy:
        """The service as a command sees it; `during` happens in its first wait."""
        service = release.open(self.outputs, self.name, self.recorder.session(self.aws, quick(during)))
        assert isinstance(service, Rolling | CodeDeploy)
        return service

    def terraform(self, on_apply: Callable[[], object] | None = None) -> StubTerraform:
        """Terraform's part in a deployment."""
        return StubTerraform(on_apply=on_apply or self.apply, on_register=self.apply_task_definition)

    def register(self, image: str) -> str:
        answer = self.client("ecs").register_task_definition(
            family=self.service_name,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            executionRoleArn="arn:aws:iam::123456789012:role/shop-dev-shop-execution",
            cpu="256",
            memory="512",
            containerDefinitions=[
                {
                    "name": self.name,
                    "image": image,
                    "memory": 512,
                    "portMappings": [{"containerPort": 8000}],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": LOG_GROUP,
                            "awslogs-region": REGION,
                            "awslogs-stream-prefix": self.strategy,
                        },
                    },
                }
            ],
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    # --- what Terraform does in a deployment ---------------------------------------------------------------------

    def desired_image(self) -> str:
        return str(self.client("ssm").get_parameter(Name=self.parameter)["Parameter"]["Value"])

    def apply_task_definition(self) -> None:
        answer = self.client("ecs").describe_task_definition(taskDefinition=self.service_name)
        if answer["taskDefinition"]["containerDefinitions"][0]["image"] != self.desired_image():
            self.register(self.desired_image())

    def apply(self) -> None:
        self.apply_task_definition()
        if self.strategy == "rolling":
            self.client("ecs").update_service(
                cluster=self.shared.cluster_name, service=self.service_name, taskDefinition=self.service_name
            )

    # --- what happens beside it -----------------------------------------------------------------------------------

    def end_migration(self, exit_code: int = 0) -> list[str]:
        """Let the migration end; return the image that it ran."""
        return [self.image_of(end_one_off_task(self.name, self.shared.cluster_name, exit_code))]

    def alarm(self, state: str) -> None:
        cloudwatch = self.client("cloudwatch")
        metric = {"MetricName": "x", "Namespace": "x", "Period": 60, "Statistic": "Sum", "Threshold": 1}
        cloudwatch.put_metric_alarm(
            AlarmName=self.alarm_name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, **metric
        )
        cloudwatch.set_alarm_state(AlarmName=self.alarm_name, StateValue=state, StateReason="test")

    # --- its state -----------------------------------------------------------------------------------------------

    def image_of(self, task_definition: str) -> str:
        answer = self.client("ecs").describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        return str(answer["containerDefinitions"][0]["image"])

    def described(self) -> dict[str, Any]:
        answer = self.client("ecs").describe_services(cluster=self.shared.cluster_name, services=[self.service_name])
        return dict(answer["services"][0])

    def running(self) -> str:
        return self.image_of(self.described()["taskDefinition"])

    def rule_target(self) -> str:
        (rule,) = self.client("elbv2").describe_rules(RuleArns=[self.rule_arn])["Rules"]
        return str(rule["Actions"][0]["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"])

    def _target_group(self, name: str) -> str:
        elb = self.client("elbv2")
        answer = elb.create_target_group(
            Name=name, Protocol="HTTP", Port=8000, VpcId=self.shared.vpc_id, TargetType="ip"
        )
        arn = str(answer["TargetGroups"][0]["TargetGroupArn"])
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": f"10.9.5.{n}", "Port": 8000} for n in (1, 2)])
        return arn

    def _rule(self, priority: int) -> str:
        groups = [{"TargetGroupArn": self.group_arns[0], "Weight": 1}]
        answer = self.client("elbv2").create_rule(
            ListenerArn=self.shared.listener_arn,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": [f"/{self.name}/*"]}],
            Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
        )
        return str(answer["Rules"][0]["RuleArn"])

    def _service(self) -> None:
        how: dict[str, Any] = {"deploymentController": {"type": "CODE_DEPLOY"}}
        if self.strategy == "rolling":
            alarms = {"alarmNames": [self.alarm_name], "enable": True, "rollback": True}
            how = {"deploymentConfiguration": {"alarms": alarms, "maximumPercent": 200, "minimumHealthyPercent": 100}}
        self.client("ecs").create_service(
            cluster=self.shared.cluster_name,
            serviceName=self.service_name,
            taskDefinition=self.service_name,
            desiredCount=2,
            capacityProviderStrategy=[{"capacityProvider": "FARGATE", "base": 1, "weight": 1}],
            loadBalancers=[{"targetGroupArn": self.group_arns[0], "containerName": self.name, "containerPort": 8000}],
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": self.shared.subnet_ids,
                    "securityGroups": [self.shared.security_group_id],
                }
            },
            **how,
        )

    def _deployment_group(self) -> None:
        codedeploy = self.client("codedeploy")
        codedeploy.create_application(applicationName=self.application, computePlatform="ECS")
        groups = [{"name": f"{self.name}-{side}"} for side in "ab"]
        route = {"listenerArns": [self.shared.listener_arn]}
        codedeploy.create_deployment_group(
            applicationName=self.application,
            deploymentGroupName=self.application,
            deploymentConfigName="CodeDeployDefault.ECSCanary10Percent5Minutes",
            serviceRoleArn=make_service_role(self.client("iam"), CODEDEPLOY, "codedeploy", DEPLOY),
            alarmConfiguration={"enabled": True, "alarms": [{"name": self.alarm_name}]},
            ecsServices=[{"clusterName": self.shared.cluster_name, "serviceName": self.service_name}],
            loadBalancerInfo={"targetGroupPairInfoList": [{"targetGroups": groups, "prodTrafficRoute": route}]},
        )
