"""Reads the emulated account by the AWS API, and tells it by the embedded AWS's own pages what really runs."""

import http.client
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.dataplane.definitions import TaskDefinition, task_definition_from
from local.dataplane.surroundings import MissingSecretError
from local.dataplane.wishes import Database, Listener, Service, TargetBinding, TargetGroup, Wishes
from local.embedded import environment_variables
from local.extensions.dataplane import CHANGES_PATH, OBSERVED_PATH, WAIT_SECONDS

READ_FOR = {
    "ecs": ("ecs",),
    "elbv2": ("elbv2",),
    "acm": ("elbv2",),
    "rds": ("rds",),
    "secretsmanager": ("secrets",),
    "ssm": ("secrets",),
}
"""A service that changed → what has to be read again."""
EVERYTHING = frozenset({"ecs", "elbv2", "rds", "secrets"})


class Account:
    """One region of the embedded AWS.

    Args:
        endpoint_url: where it answers.
        region: the region of the platform.
    """

    def __init__(self, endpoint_url: str, region: str) -> None:
        self.variables = environment_variables(endpoint_url, region)
        """What a container's AWS SDK needs."""
        parts = urlsplit(endpoint_url)
        self._address = (str(parts.hostname), int(parts.port or 80))
        config = Config(connect_timeout=5, read_timeout=15, retries={"max_attempts": 1}, proxies={})
        # Named, so that no credentials of the person at the keyboard are ever looked for.
        session = boto3.Session(
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
            region_name=region,
        )
        for name in ("ecs", "elbv2", "rds", "secretsmanager", "ssm", "acm"):
            setattr(self, f"_{name}", session.client(name, endpoint_url=endpoint_url, config=config))
        self._definitions: dict[str, TaskDefinition] = {}

    # The clients are made in a loop; this is for the type checker.
    _ecs: Any
    _elbv2: Any
    _rds: Any
    _secretsmanager: Any
    _ssm: Any
    _acm: Any

    def wait_for_change(self, after: str) -> dict[str, Any]:
        """The counters, at once where they differ from those of the token, else after 20 s at the latest.

        Raises:
            OSError: the embedded AWS does not answer, or has no such page.
        """
        return self._page("GET", f"{CHANGES_PATH}?after={after}", timeout=WAIT_SECONDS + 10)

    def tell(self, observed: dict[str, Any] | None) -> None:
        """Say what runs; `None` says that nobody looks any more.

        Raises:
            OSError: the embedded AWS does not answer.
        """
        if observed is None:
            self._page("DELETE", OBSERVED_PATH, timeout=10)
        else:
            self._page("PUT", OBSERVED_PATH, timeout=10, body=json.dumps(observed))

    def read(self, before: Wishes, parts: Iterable[str]) -> Wishes:
        """The wishes, with some parts (`ecs`, `elbv2`, `rds`, `secrets`) read again."""
        wishes = before
        for part in parts:
            if part == "ecs":
                services = {service.arn: service for service in self._services()}
                tasks = self._single_tasks()
                wanted = {each.task_definition_arn for each in services.values()}
                wanted |= {each["taskDefinitionArn"] for each in tasks.values()}
                wishes = replace(
                    wishes,
                    services=services,
                    single_tasks=tasks,
                    definitions={arn: self._definition(arn) for arn in wanted},
                )
            elif part == "elbv2":
                groups = {each.arn: each for each in self._target_groups()}
                wishes = replace(wishes, target_groups=groups, listeners=tuple(self._listeners()))
            elif part == "rds":
                wishes = replace(wishes, databases=tuple(self._databases()))
            elif part == "secrets":
                wishes = replace(wishes, secrets_revision=wishes.secrets_revision + 1)
        return wishes

    def read_secret(self, name: str) -> str:
        """The text of a secret, or of a parameter.

        Raises:
            MissingSecretError: there is none of that name.
        """
        try:
            if ":secretsmanager:" in name:
                return str(self._secretsmanager.get_secret_value(SecretId=name)["SecretString"])
            name = "/" + name.partition(":parameter/")[2] if ":parameter/" in name else name
            return str(self._ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        except (ClientError, KeyError) as error:
            raise MissingSecretError(f"{name}: {error}") from error

    def set_task_definition(self, service: Service, task_definition_arn: str) -> None:
        """Roll a service back, as ECS does itself when its circuit breaker opens."""
        self._ecs.update_service(cluster=service.cluster_arn, service=service.name, taskDefinition=task_definition_arn)

    def _services(self) -> Iterable[Service]:
        for cluster in self._ecs.list_clusters()["clusterArns"]:
            arns = [
                arn
                for page in self._ecs.get_paginator("list_services").paginate(cluster=cluster)
                for arn in page["serviceArns"]
            ]
            for start in range(0, len(arns), 10):
                answer = self._ecs.describe_services(cluster=cluster, services=arns[start : start + 10])
                yield from (_service(each) for each in answer["services"] if each["status"] == "ACTIVE")

    def _single_tasks(self) -> dict[str, dict[str, Any]]:
        found = {}
        for cluster in self._ecs.list_clusters()["clusterArns"]:
            for status in ("RUNNING", "STOPPED"):
                arns = self._ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]
                for start in range(0, len(arns), 100):
                    tasks = self._ecs.describe_tasks(cluster=cluster, tasks=arns[start : start + 100])["tasks"]
                    found.update({each["taskArn"]: each for each in tasks if _is_wish(each)})
        return found

    def _definition(self, arn: str) -> TaskDefinition:
        # A revision never changes.
        if arn not in self._definitions:
            answer = self._ecs.describe_task_definition(taskDefinition=arn)
            self._definitions[arn] = task_definition_from(answer["taskDefinition"])
        return self._definitions[arn]

    def _target_groups(self) -> Iterable[TargetGroup]:
        for each in self._elbv2.describe_target_groups()["TargetGroups"]:
            answer = self._elbv2.describe_target_group_attributes(TargetGroupArn=each["TargetGroupArn"])
            yield _target_group(each, {pair["Key"]: pair["Value"] for pair in answer["Attributes"]})

    def _listeners(self) -> Iterable[Listener]:
        for balancer in self._elbv2.describe_load_balancers()["LoadBalancers"]:
            if balancer["Type"] != "application":
                continue
            arn = balancer["LoadBalancerArn"]
            answer = self._elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)
            attributes = {pair["Key"]: pair["Value"] for pair in answer["Attributes"]}
            for each in self._elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
                rules = self._elbv2.describe_rules(ListenerArn=each["ListenerArn"])["Rules"]
                yield Listener(
                    arn=each["ListenerArn"],
                    port=each["Port"],
                    is_https=each["Protocol"] == "HTTPS",
                    certificate_names=tuple(self._certificate_names(each.get("Certificates") or [])),
                    idle_timeout_seconds=int(attributes.get("idle_timeout.timeout_seconds", "60")),
                    rules=tuple(sorted(rules, key=_priority)),
                )

    def _certificate_names(self, certificates: list[dict[str, Any]]) -> Iterable[str]:
        for each in certificates:
            try:
                found = self._acm.describe_certificate(CertificateArn=each["CertificateArn"])["Certificate"]
            except ClientError:
                continue  # an IAM certificate, or one that was imported by hand: the names of the rules will do
            yield from dict.fromkeys([found["DomainName"], *found.get("SubjectAlternativeNames", [])])

    def _databases(self) -> Iterable[Database]:
        for each in self._rds.describe_db_instances()["DBInstances"]:
            if (
                each["Engine"] == "postgres"
                and "Endpoint" in each
                and "ReadReplicaSourceDBInstanceIdentifier" not in each
            ):
                yield Database(
                    identifier=each["DBInstanceIdentifier"],
                    address=each["Endpoint"]["Address"],
                    port=int(each["Endpoint"]["Port"]),
                    major_version=int(str(each["EngineVersion"]).partition(".")[0]),
                    username=each["MasterUsername"],
                    database_name=each.get("DBName"),
                )

    def _page(self, method: str, path: str, *, timeout: float, body: str | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(*self._address, timeout=timeout)
        try:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                raise OSError(f"{method} {path.partition('?')[0]}: status {response.status}")
            answer = json.loads(text)
        except (http.client.HTTPException, ValueError) as error:
            raise OSError(f"{method} {path.partition('?')[0]}: {error}") from error
        finally:
            connection.close()
        if not isinstance(answer, dict):
            raise OSError(f"{method} {path}: no JSON object")
        return answer


def _service(document: dict[str, Any]) -> Service:
    settings = document.get("deploymentConfiguration") or {}
    breaker = settings.get("deploymentCircuitBreaker") or {}
    deployments = document.get("deployments") or [{"id": document["taskDefinition"]}]
    return Service(
        arn=document["serviceArn"],
        name=document["serviceName"],
        cluster_arn=document["clusterArn"],
        task_definition_arn=document["taskDefinition"],
        deployment_id=deployments[0]["id"],
        desired_count=int(document["desiredCount"]),
        minimum_healthy_percent=int(settings.get("minimumHealthyPercent", 100)),
        maximum_percent=int(settings.get("maximumPercent", 200)),
        targets=tuple(
            TargetBinding(
                target_group_arn=each["targetGroupArn"],
                container=each["containerName"],
                port=int(each["containerPort"]),
            )
            for each in document.get("loadBalancers") or []
            if each.get("targetGroupArn")
        ),
        grace_period_seconds=float(document.get("healthCheckGracePeriodSeconds") or 0),
        circuit_breaker=bool(breaker.get("enable")),
        rollback=bool(breaker.get("rollback")),
    )


def _target_group(document: dict[str, Any], attributes: dict[str, str]) -> TargetGroup:
    return TargetGroup(
        arn=document["TargetGroupArn"],
        name=document["TargetGroupName"],
        path=document.get("HealthCheckPath") or "/",
        matcher=(document.get("Matcher") or {}).get("HttpCode") or "200",
        interval_seconds=float(document.get("HealthCheckIntervalSeconds") or 30),
        timeout_seconds=float(document.get("HealthCheckTimeoutSeconds") or 5),
        healthy_threshold=int(document.get("HealthyThresholdCount") or 5),
        unhealthy_threshold=int(document.get("UnhealthyThresholdCount") or 2),
        deregistration_delay_seconds=float(attributes.get("deregistration_delay.timeout_seconds", "300")),
        least_outstanding_requests=attributes.get("load_balancing.algorithm.type") == "least_outstanding_requests",
    )


def _is_wish(task: dict[str, Any]) -> bool:
    """Whether somebody wants something that is not so yet."""
    if task["desiredStatus"] == "STOPPED":
        return bool(task["lastStatus"] != "STOPPED")
    return bool(task["lastStatus"] == "PROVISIONING")


def _priority(rule: Mapping[str, Any]) -> int:
    return 1_000_000 if rule["IsDefault"] else int(rule["Priority"])
