"""A small platform in an embedded AWS: cluster, load balancer, two colours of the sample web service, a database."""

import json
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from aws.root_certificates import root_certificates
from local.image_registry import add_tags
from modules.containers import (
    ROOT_CERTIFICATES_FILE,
    ROOT_CERTIFICATES_VOLUME,
    AwsLogs,
    Container,
    container_definitions,
    root_certificates_container,
    with_root_certificates,
)
from tests.dataplane.roles import task_roles
from tests.dataplane.vpc import Vpc
from tests.support.waiting import wait_for

REGION = "eu-west-1"
HOST = "app.windlass.localhost"
COLOURS = ("blue", "green")
REPOSITORY = "windlass-test/web"
IMAGE = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{REPOSITORY}"
DATABASE = {"MasterUsername": "app", "DBName": "app", "Engine": "postgres", "EngineVersion": "16"}


class Account(Vpc):
    """Makes the platform in its VPC; afterwards the methods change it as people and Terraform do."""

    def __init__(self, endpoint_url: str, *, database_port: int, https_port: int, http_port: int) -> None:
        self.endpoint_url = endpoint_url
        self.https_port, self.http_port = https_port, http_port
        self.database_port = database_port
        self.ecs, self.elbv2, self.ec2, self.rds, self.secrets, self.iam, self.ecr = (
            boto3.client(
                name,
                endpoint_url=endpoint_url,
                region_name=REGION,
                aws_access_key_id="testing",
                aws_secret_access_key="testing",
                config=Config(proxies={}, retries={"max_attempts": 1}),
            )
            for name in ("ecs", "elbv2", "ec2", "rds", "secretsmanager", "iam", "ecr")
        )
        super().__init__(self.ec2, REGION)
        self.target_groups: dict[str, str] = {}
        self._make()

    def _make(self) -> None:
        self.allow("balancer", "web", 8000)
        self.allow("web", "database", self.database_port)
        self.rds.create_db_subnet_group(
            DBSubnetGroupName="test", DBSubnetGroupDescription="test", SubnetIds=self.subnet_ids
        )
        self.rds.create_db_instance(
            DBInstanceIdentifier="test",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUserPassword="first-password",
            Port=self.database_port,
            DBSubnetGroupName="test",
            VpcSecurityGroupIds=[self.groups["database"]],
            **DATABASE,
        )
        instance = self.rds.describe_db_instances(DBInstanceIdentifier="test")["DBInstances"][0]
        self.database_name = str(instance["Endpoint"]["Address"])
        self.secret_arn = self.secrets.create_secret(
            Name="test/database/url", SecretString=self.database_url("first-password")
        )["ARN"]
        self.ecr.create_repository(repositoryName=REPOSITORY)
        self.cluster = self.ecs.create_cluster(clusterName="test")["cluster"]["clusterArn"]
        balancer = self.elbv2.create_load_balancer(
            Name="test", Subnets=self.subnet_ids, Type="application", SecurityGroups=[self.groups["balancer"]]
        )
        balancer_arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        for colour in COLOURS:
            self.target_groups[colour] = self._target_group(self.vpc_id, colour)
        not_found = {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "Not found"}
        https = self.elbv2.create_listener(
            LoadBalancerArn=balancer_arn,
            Port=self.https_port,
            Protocol="HTTPS",
            Certificates=[{"CertificateArn": "arn:aws:iam::123456789012:server-certificate/none"}],
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": not_found}],
        )
        redirect = {"Protocol": "HTTPS", "Port": str(self.https_port), "StatusCode": "HTTP_301"}
        redirect |= {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
        self.elbv2.create_listener(
            LoadBalancerArn=balancer_arn,
            Port=self.http_port,
            Protocol="HTTP",
            DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}],
        )
        self.rule = self.elbv2.create_rule(
            ListenerArn=https["Listeners"][0]["ListenerArn"],
            Priority=100,
            Conditions=[
                {"Field": "host-header", "HostHeaderConfig": {"Values": [HOST]}},
                {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}},
            ],
            Actions=self._forward(100, 0),
        )["Rules"][0]["RuleArn"]
        self.roles = task_roles(self.iam, "test")
        for colour in COLOURS:
            self.register(colour, "1")
            self._service(colour, desired=2 if colour == "blue" else 0)

    def database_url(self, password: str, *, host: str = "") -> str:
        """As containers have it; `host` is for those who have neither the names of containers nor their files."""
        tls = "sslmode=require" if host else f"sslmode=verify-full&sslrootcert={ROOT_CERTIFICATES_FILE}"
        return f"postgresql://app:{password}@{host or self.database_name}:{self.database_port}/app?{tls}"

    def rotate(self, password: str) -> None:
        """A new password of the master user, in the instance and in the secret."""
        self.rds.modify_db_instance(DBInstanceIdentifier="test", MasterUserPassword=password, ApplyImmediately=True)
        self.secrets.put_secret_value(SecretId=self.secret_arn, SecretString=self.database_url(password))

    def register(self, colour: str, version: str, *, roles: dict[str, str] | None = None, **container: Any) -> str:
        """A new revision of a colour's task definition, as the web service's module writes it; its image is pushed."""
        add_tags(self.ecr, [(REPOSITORY, version)])
        reader, writer = container_definitions(
            [
                with_root_certificates(Container(name="web", image=f"{IMAGE}:{version}")),
                root_certificates_container(f"{IMAGE}:{version}", root_certificates(REGION)),
            ],
            AwsLogs(group="/test/web", region=REGION, stream_prefix="web"),
            volumes=[ROOT_CERTIFICATES_VOLUME],
        )
        del writer["logConfiguration"]
        definition = {
            "name": "web",
            "image": f"{IMAGE}:{version}",
            "essential": True,
            "portMappings": [{"containerPort": 8000, "protocol": "tcp"}],
            "environment": [
                {"name": "COLOUR", "value": colour},
                {"name": "PORT", "value": "8000"},
                {"name": "VERSION", "value": version},
                {"name": "WEB_CONCURRENCY", "value": "1"},
            ],
            "secrets": [{"name": "DATABASE_URL", "valueFrom": self.secret_arn}],
            "mountPoints": [
                {"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False},
                *reader["mountPoints"],
            ],
            "dependsOn": reader["dependsOn"],
            "stopTimeout": 60,
            "healthCheck": {
                "command": ["CMD", "python", "-m", "web.healthcheck"],
                "interval": 15,
                "timeout": 5,
                "retries": 3,
                "startPeriod": 120,
            },
            **container,
        }
        answer = self.ecs.register_task_definition(
            family=f"test-web-{colour}",
            containerDefinitions=[definition, writer],
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            volumes=[{"name": "tmp"}, {"name": ROOT_CERTIFICATES_VOLUME}],
            **(roles or self.roles),
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def weights(self, blue: int, green: int) -> None:
        self.elbv2.modify_rule(RuleArn=self.rule, Actions=self._forward(blue, green))

    def scale(self, colour: str, desired: int) -> None:
        self.ecs.update_service(cluster="test", service=f"web-{colour}", desiredCount=desired)

    def deploy(self, colour: str, task_definition: str) -> None:
        self.ecs.update_service(cluster="test", service=f"web-{colour}", taskDefinition=task_definition)

    def service(self, colour: str) -> dict[str, Any]:
        return dict(self.ecs.describe_services(cluster="test", services=[f"web-{colour}"])["services"][0])

    def health(self, colour: str) -> list[str]:
        answer = self.elbv2.describe_target_health(TargetGroupArn=self.target_groups[colour])
        return sorted(each["TargetHealth"]["State"] for each in answer["TargetHealthDescriptions"])

    def run(self, command: list[str], seconds: float = 30.0, *, definition: str = "test-web-blue:1") -> dict[str, Any]:
        """Run a one-off task to completion; returns its description."""
        arn = self.start(command, definition=definition)

        def stopped() -> Any:
            task = self.ecs.describe_tasks(cluster="test", tasks=[arn])["tasks"][0]
            return task if task["lastStatus"] == "STOPPED" else None

        return dict(wait_for(f"{command} to end", stopped, seconds))

    def start(
        self, command: list[str], *, definition: str = "test-web-blue:1", network: dict[str, Any] | None = None
    ) -> str:
        """Start a one-off task, in the network of the services unless another is given; returns its ARN."""
        overrides = {"containerOverrides": [{"name": "web", "command": command}]}
        answer = self.ecs.run_task(
            cluster="test",
            taskDefinition=definition,
            launchType="FARGATE",
            overrides=overrides,
            networkConfiguration={"awsvpcConfiguration": network or self.network},
        )
        return str(answer["tasks"][0]["taskArn"])

    def tasks(self, colour: str) -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="test", serviceName=f"web-{colour}")["taskArns"]
        return self.ecs.describe_tasks(cluster="test", tasks=arns)["tasks"] if arns else []

    def pids(self, colour: str) -> dict[str, int]:
        """Task → process id."""
        pids = {}
        for task in self.tasks(colour):
            runtime_id = task["containers"][0].get("runtimeId")
            if runtime_id:
                pids[task["taskArn"]] = int(runtime_id.rpartition("-")[2])
        return pids

    def protected(self, tasks: list[str]) -> set[str]:
        """Those of the tasks that are protected from being stopped by their service."""
        answer = self.ecs.get_task_protection(cluster="test", tasks=tasks)
        return {each["taskArn"] for each in answer["protectedTasks"] if each["protectionEnabled"]}

    def _target_group(self, vpc: str, colour: str) -> str:
        answer = self.elbv2.create_target_group(
            Name=f"test-{colour}",
            Protocol="HTTP",
            Port=80,
            VpcId=vpc,
            TargetType="ip",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=30,
            HealthCheckTimeoutSeconds=5,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=3,
            Matcher={"HttpCode": "200"},
        )
        arn = str(answer["TargetGroups"][0]["TargetGroupArn"])
        attributes = {
            "deregistration_delay.timeout_seconds": "30",
            "load_balancing.algorithm.type": "least_outstanding_requests",
        }
        self.elbv2.modify_target_group_attributes(
            TargetGroupArn=arn, Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()]
        )
        return arn

    def _forward(self, blue: int, green: int) -> list[dict[str, Any]]:
        weights = zip(COLOURS, (blue, green), strict=True)
        groups = [{"TargetGroupArn": self.target_groups[colour], "Weight": weight} for colour, weight in weights]
        return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]

    def _service(self, colour: str, *, desired: int) -> None:
        self.ecs.create_service(
            cluster="test",
            serviceName=f"web-{colour}",
            taskDefinition=f"test-web-{colour}",
            desiredCount=desired,
            launchType="FARGATE",
            loadBalancers=[
                {"targetGroupArn": self.target_groups[colour], "containerName": "web", "containerPort": 8000}
            ],
            healthCheckGracePeriodSeconds=60,
            networkConfiguration={"awsvpcConfiguration": self.network},
            deploymentConfiguration={
                "minimumHealthyPercent": 100,
                "maximumPercent": 200,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
        )


def variables_of(pid: int) -> dict[str, str]:
    """The environment that a process was started with."""
    text = Path(f"/proc/{pid}/environ").read_text()
    return dict(pair.split("=", 1) for pair in text.split("\0") if pair)


def shown(document: Any) -> str:
    """For messages of failed assertions."""
    return json.dumps(document, default=str, indent=1)
