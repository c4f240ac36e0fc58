"""A blue/green service as Terraform would have created it, created with boto3 in a second."""

import itertools
import time
from typing import Any

from aws.colour import COLOURS, LIVE_COLOUR_PATTERN, Colour
from local.image_registry import add_tags
from release.outputs import BlueGreenOutputs, parse_web_service
from release.strategies.blue_green_status import BlueGreenStatus
from tests.release.operator import Operator, StubTerraform, applying
from tests.release.shared_resources import ACCOUNT_ID, IMAGE, LOG_GROUP, REGION, SharedResources

MIGRATION = ("python", "-m", "web.migrate")

_numbers = itertools.count(1)


class BlueGreenTestService:
    """One web service with a name of its own: blue is live with two tasks, green has none."""

    def __init__(self, shared: SharedResources) -> None:
        self.shared = shared
        self.number = next(_numbers)
        self.name = f"web{self.number}"
        self.aws = shared.aws
        self._create()

    def client(self, service: str) -> Any:
        return self.aws.client(service)

    @property
    def terraform(self) -> StubTerraform:
        """Terraform's part in a deployment."""
        return applying(self.terraform_apply)

    def status(self) -> BlueGreenStatus:
        return Operator(self).service.status()

    def _create(self) -> None:
        elb, ssm, ecs = self.client("elbv2"), self.client("ssm"), self.client("ecs")
        groups = {
            colour: elb.create_target_group(
                Name=f"{self.name}-{colour}", Protocol="HTTP", Port=8000, VpcId=self.shared.vpc_id, TargetType="ip"
            )["TargetGroups"][0]["TargetGroupArn"]
            for colour in COLOURS
        }
        rule = elb.create_rule(
            ListenerArn=self.shared.listener_arn,
            Priority=self.number,
            Conditions=[{"Field": "path-pattern", "Values": [f"/{self.name}/*"]}],
            Actions=[
                {
                    "Type": "forward",
                    "ForwardConfig": {
                        "TargetGroups": [
                            {"TargetGroupArn": groups["blue"], "Weight": 100},
                            {"TargetGroupArn": groups["green"], "Weight": 0},
                        ]
                    },
                }
            ],
        )["Rules"][0]["RuleArn"]
        parameter = f"/shop/dev/{self.name}/colour"
        self._create_parameter(parameter)
        for colour in COLOURS:
            ssm.put_parameter(Name=f"/shop/dev/{self.name}/{colour}/image", Value=f"{IMAGE}:1.0.0", Type="String")
            self.register(colour, f"{IMAGE}:1.0.0")
            ecs.create_service(
                cluster=self.shared.cluster_name,
                serviceName=f"shop-dev-{self.name}-{colour}",
                taskDefinition=f"shop-dev-{self.name}-{colour}",
                desiredCount=2 if colour == "blue" else 0,
                capacityProviderStrategy=[{"capacityProvider": "FARGATE", "base": 1, "weight": 1}],
                networkConfiguration={
                    "awsvpcConfiguration": {
                        "subnets": self.shared.subnet_ids,
                        "securityGroups": [self.shared.security_group_id],
                        "assignPublicIp": "DISABLED",
                    }
                },
            )
        self.outputs: dict[str, Any] = {
            "cluster_name": self.shared.cluster_name,
            "services": {
                self.name: {
                    "strategy": "blue-green",
                    "url": "http://shop.test",
                    "listener_rule_arn": rule,
                    "colour_parameter": parameter,
                    **{
                        colour: {
                            "image_parameter": f"/shop/dev/{self.name}/{colour}/image",
                            "service_name": f"shop-dev-{self.name}-{colour}",
                            "target_group_arn": groups[colour],
                        }
                        for colour in COLOURS
                    },
                }
            },
        }
        published = parse_web_service(self.outputs["services"][self.name])
        assert isinstance(published, BlueGreenOutputs)
        self.published = published
        self.healthy("blue", 2)

    def _create_parameter(self, name: str) -> None:
        self.client("ssm").put_parameter(
            Name=name, Value="blue", Type="String", Description="Live colour", AllowedPattern=LIVE_COLOUR_PATTERN
        )

    # --- what happens beside a release ----------------------------------------------------------------------------

    def register(self, colour: Colour, image: str) -> None:
        """A new revision of the task definition, as Terraform registers it."""
        self.client("ecs").register_task_definition(
            family=f"shop-dev-{self.name}-{colour}",
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
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": LOG_GROUP,
                            "awslogs-region": REGION,
                            "awslogs-stream-prefix": colour,
                        },
                    },
                }
            ],
        )

    def terraform_apply(self) -> None:
        """What an apply of the service layer does here: images from parameters, weights from the parameter."""
        from release.traffic import LiveColour

        ssm, ecs = self.client("ssm"), self.client("ecs")
        for colour, side in self.published.colours.items():
            image = ssm.get_parameter(Name=side.image_parameter)["Parameter"]["Value"]
            family = f"shop-dev-{self.name}-{colour}"
            known = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
            if known["containerDefinitions"][0]["image"] != image:
                self.register(colour, image)
                ecs.update_service(cluster=self.shared.cluster_name, service=side.service_name, taskDefinition=family)
        weights = LiveColour.parse(self.value()).weights
        if self.weights() != weights:
            self.set_weights(**weights)

    def as_new(self) -> None:
        """Blue is live, without a history."""
        self.client("ssm").delete_parameter(Name=self.published.colour_parameter)
        self._create_parameter(self.published.colour_parameter)
        self.set_weights(blue=100, green=0)

    def healthy(self, colour: Colour, count: int) -> None:
        """So many targets, all healthy."""
        elb, arn = self.client("elbv2"), self.published.colours[colour].target_group_arn
        targets = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        if targets:
            elb.deregister_targets(TargetGroupArn=arn, Targets=[one["Target"] for one in targets])
        second = 3 if colour == "blue" else 4
        if count:
            elb.register_targets(
                TargetGroupArn=arn, Targets=[{"Id": f"10.9.{second}.{n + 1}", "Port": 8000} for n in range(count)]
            )

    def ready(self, colour: Colour, count: int = 2) -> None:
        """Tasks that run, and targets that are healthy."""
        side = self.published.colours[colour]
        self.client("ecs").update_service(
            cluster=self.shared.cluster_name, service=side.service_name, desiredCount=count
        )
        self.healthy(colour, count)

    def alarm(self, colour: Colour, what: str, state: str, *, service: str | None = None) -> str:
        name = f"shop-dev-{service or self.name}-{colour}-{what}"
        cloudwatch = self.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName="x",
            Namespace="x",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")
        return name

    def push_image(self, tag: str) -> str:
        add_tags(self.client("ecr"), [("shop-dev/web", tag)])
        return f"{IMAGE}:{tag}"

    def end_task(
        self,
        exit_code: int | None = 0,
        *,
        reason: str = "Essential container in task exited",
        container_reason: str = "",
        stop_code: str = "EssentialContainerExited",
        logs: tuple[str, ...] = (),
    ) -> None:
        """Let the one-off task of this service end as ECS would; without an exit code its container never ran."""
        (task,) = [one for one in self.tasks() if one.status == "RUNNING"]
        if logs:
            family = task.task_definition_arn.rpartition("/")[2].rpartition(":")[0]
            stream = f"{family.rpartition('-')[2]}/{self.name}/{task.id}"
            client, now = self.client("logs"), int(time.time() * 1000)
            client.create_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)
            events = [{"timestamp": now + number, "message": line} for number, line in enumerate(logs)]
            client.put_log_events(logGroupName=LOG_GROUP, logStreamName=stream, logEvents=events)
        task.containers[0].exitCode = exit_code
        task.containers[0].reason = container_reason or None
        task.stopped_reason, task.stop_code = reason, stop_code
        task.desired_status = task.last_status = "STOPPED"

    def tasks(self) -> list[Any]:
        """The one-off tasks of this service, as moto keeps them."""
        from moto.ecs.models import ecs_backends

        tasks = ecs_backends[ACCOUNT_ID][REGION].tasks.get(self.shared.cluster_name, {}).values()
        return [task for task in tasks if task.containers[0].name == self.name]

    # --- its state -----------------------------------------------------------------------------------------------

    def value(self) -> str:
        return str(self.client("ssm").get_parameter(Name=self.published.colour_parameter)["Parameter"]["Value"])

    def put(self, value: str) -> None:
        """By hand."""
        self.client("ssm").put_parameter(Name=self.published.colour_parameter, Value=value, Overwrite=True)

    def rule(self) -> dict[str, Any]:
        answer = self.client("elbv2").describe_rules(RuleArns=[self.published.listener_rule_arn])["Rules"][0]
        return dict(answer)

    def weights(self) -> dict[str, int]:
        groups = self.rule()["Actions"][-1]["ForwardConfig"]["TargetGroups"]
        colours = {side.target_group_arn: colour for colour, side in self.published.colours.items()}
        return {colours[group["TargetGroupArn"]]: int(group["Weight"]) for group in groups}

    def set_weights(self, **weights: int) -> None:
        """By hand, or by Terraform."""
        self.client("elbv2").modify_rule(
            RuleArn=self.published.listener_rule_arn,
            Actions=[
                {
                    "Type": "forward",
                    "ForwardConfig": {
                        "TargetGroups": [
                            {
                                "TargetGroupArn": self.published.colours[colour].target_group_arn,
                                "Weight": weights[colour],
                            }
                            for colour in COLOURS
                        ]
                    },
                }
            ],
        )

    def desired(self, colour: Colour) -> int:
        side = self.published.colours[colour]
        answer = self.client("ecs").describe_services(cluster=self.shared.cluster_name, services=[side.service_name])
        return int(answer["services"][0]["desiredCount"])
