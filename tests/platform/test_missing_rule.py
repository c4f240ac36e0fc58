"""Without one ingress rule of the shipped local environment, the proof and a container's connection say the same (N03).

The rule is that of the database for the web service. What is open stays open, as on AWS, so nothing else notices.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from guards.reachability import Network, Path, paths, read
from terraform.document import Stacks
from tests.platform.queries import client
from tests.support.documents import documents
from tests.support.platform import Platform
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

CLUSTER = "windlass-local"
SERVICE = f"{CLUSTER}-web-blue"
OTHER_PORT = 1
THROUGH, TIMED_OUT = 0, 124
"""Exit codes of `timeout`; bash ends with 1 when a connection is refused."""


def of_the_web_service(network: Network) -> list[Path]:
    """Its paths to the database."""
    return [
        path
        for path in paths(network)
        if getattr(path.source, "kind", "") == "task"
        and "web" in getattr(path.source, "address", "")
        and getattr(path.target, "kind", "") == "database"
    ]


class Probe:
    """A task like those of the web service, which opens a connection to the database and ends."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.ecs, self.ec2 = platform, client(platform, "ecs"), client(platform, "ec2")
        (self.service,) = self.ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
        instances = client(platform, "rds").describe_db_instances()["DBInstances"]
        (self.instance,) = [each for each in instances if "ReadReplicaSourceDBInstanceIdentifier" not in each]

    def exit_code(self) -> int:
        endpoint = self.instance["Endpoint"]
        shell = f"exec 3<>/dev/tcp/{endpoint['Address']}/{endpoint['Port']}"
        name = self.service["loadBalancers"][0]["containerName"]
        override = {"name": name, "command": ["timeout", "3", "bash", "-c", shell]}
        (task,) = self.ecs.run_task(
            cluster=CLUSTER,
            taskDefinition=self.service["taskDefinition"],
            launchType="FARGATE",
            networkConfiguration=self.service["networkConfiguration"],
            overrides={"containerOverrides": [override]},
        )["tasks"]

        def ended() -> Any:
            (described,) = self.ecs.describe_tasks(cluster=CLUSTER, tasks=[task["taskArn"]])["tasks"]
            return described if described["lastStatus"] == "STOPPED" else None

        containers = wait_for("the probe to end", ended, 60)["containers"]
        return int(next(each["exitCode"] for each in containers if each["name"] == name))

    @contextmanager
    def without_the_rule(self) -> Iterator[None]:
        """Take the database's rule for the service's group away, and bring it back."""
        of_database = {each["VpcSecurityGroupId"] for each in self.instance["VpcSecurityGroups"]}
        of_service = set(self.service["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"])
        rules = self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": sorted(of_database)}])[
            "SecurityGroupRules"
        ]
        (rule,) = [
            each
            for each in rules
            if not each["IsEgress"] and each.get("ReferencedGroupInfo", {}).get("GroupId") in of_service
        ]
        # Turned into one for another port: its id stays, which Terraform's state has.
        request = {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort", "Description") if key in rule}
        request["ReferencedGroupId"] = rule["ReferencedGroupInfo"]["GroupId"]
        self._change(rule, {**request, "FromPort": OTHER_PORT, "ToPort": OTHER_PORT})
        try:
            yield
        finally:
            self._change(rule, request)

    def _change(self, rule: dict[str, Any], request: dict[str, Any]) -> None:
        change = {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": request}
        self.ec2.modify_security_group_rules(GroupId=rule["GroupId"], SecurityGroupRules=[change])
        self.platform.data_plane().wait_until_steady(60)


def test_a_connection_without_its_ingress_rule_times_out_as_the_proof_says(platform: Platform) -> None:
    network = read(Stacks(documents=documents("local")))
    known = of_the_web_service(network)
    assert known
    needed = {path.rules[1] for path in known}
    without = replace(network, rules=tuple(rule for rule in network.rules if rule.address not in needed))
    assert len(needed) == len(network.rules) - len(without.rules) == 1, needed
    assert of_the_web_service(without) == []

    probe = Probe(platform)
    assert probe.exit_code() == THROUGH
    with probe.without_the_rule():
        assert probe.exit_code() == TIMED_OUT
        log = platform.root / ".windlass" / "data-plane" / "network" / "judge.log"
        assert "no ingress rule of " in log.read_text().splitlines()[-1]
    assert probe.exit_code() == THROUGH
