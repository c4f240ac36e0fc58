"""Blue/green on the embedded AWS with real Terraform: a switch is not undone, and nothing is hidden."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from modules.alb import BlueGreenRoute, BlueGreenRouteInputs, RuleInputs, TargetGroupSettings, TargetHealthCheck
from modules.web import LiveColour, LiveColourInputs
from tests.support.answers import assert_faithful
from tests.support.provider import attached_provider
from tests.support.stack import module_stack, write_stack

pytestmark = pytest.mark.slow

REGION = "eu-west-1"
PARAMETER = "/windlass/acme/test/web/colour"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "local.server", "--port", "0"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().split()[-1]
            yield url
            assert_faithful(url)
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def environment(endpoint: str) -> dict[str, str]:
    aws = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TF_IN_AUTOMATION": "1",
    }
    return {**os.environ, **aws}


class Clients:
    """Clients of the AWS API, to change resources outside Terraform."""

    def __init__(self, endpoint: str) -> None:
        arguments: dict[str, Any] = {
            "endpoint_url": endpoint,
            "region_name": REGION,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        self.ec2 = boto3.client("ec2", **arguments)
        self.elb = boto3.client("elbv2", **arguments)
        self.ssm = boto3.client("ssm", **arguments)

    def vpc_and_listener(self) -> tuple[str, str]:
        """A VPC and a listener, as the layers below would provide them."""
        vpc_id = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            self.ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")
            for n, zone in enumerate("ab")
        ]
        ids = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
        balancer = self.elb.create_load_balancer(Name="acme", Subnets=ids)["LoadBalancers"][0]
        listener = self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        )
        return vpc_id, listener["Listeners"][0]["ListenerArn"]

    def write_parameter(self, value: str) -> None:
        self.ssm.put_parameter(Name=PARAMETER, Value=value, Overwrite=True)

    def write_rule(self, outputs: dict[str, str], blue: int, green: int) -> None:
        groups = [
            {"TargetGroupArn": outputs["blue"], "Weight": blue},
            {"TargetGroupArn": outputs["green"], "Weight": green},
        ]
        self.elb.modify_rule(
            RuleArn=outputs["rule"], Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
        )

    def weights(self, outputs: dict[str, str]) -> tuple[int, int]:
        rule = self.elb.describe_rules(RuleArns=[outputs["rule"]])["Rules"][0]
        groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        actual = {group["TargetGroupArn"]: int(group["Weight"]) for group in groups}
        return actual[outputs["blue"]], actual[outputs["green"]]


class Terraform:
    """Terraform in one folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *arguments, "-input=false", "-no-color"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def apply(self) -> None:
        result = self.run("apply", "-auto-approve")
        assert result.returncode == 0, result.stderr

    def plan(self) -> subprocess.CompletedProcess[str]:
        return self.run("plan", "-detailed-exitcode")

    def outputs(self) -> dict[str, str]:
        state = json.loads((self.folder / "terraform.tfstate").read_text())
        return {name: output["value"] for name, output in state["outputs"].items()}


@pytest.fixture(scope="module")
def aws(endpoint: str) -> Clients:
    return Clients(endpoint)


@pytest.fixture(scope="module")
def terraform(
    aws: Clients, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terraform]:
    vpc_id, listener_arn = aws.vpc_and_listener()
    with module_stack(REGION) as stack:
        live = LiveColour(stack, "live", LiveColourInputs(service="web", parameter_name=PARAMETER)).outputs
        route = BlueGreenRoute(
            stack,
            "route",
            BlueGreenRouteInputs(
                name="acme-test-web",
                rule=RuleInputs(listener_arn=listener_arn, priority=100, path_patterns=["/*"]),
                targets=TargetGroupSettings(vpc_id=vpc_id, health_check=TargetHealthCheck(path="/health")),
                blue_weight=live.weights["blue"],
                green_weight=live.weights["green"],
            ),
        ).outputs
        for flag in ("skip_credentials_validation", "skip_metadata_api_check", "skip_requesting_account_id"):
            stack.add_override(f"provider.aws.0.{flag}", True)
        arns = {colour: group.arn for colour, group in route.target_groups.items()}
        for name, value in {**arns, "rule": route.listener_rule_arn}.items():
            stack.add_override(f"output.{name}", {"value": value})
        folder = write_stack(stack, tmp_path_factory.mktemp("switch"))
    text = (folder / "cdk.tf.json").read_text()
    (folder / "cdk.tf.json").write_text(text.replace('"source": "aws"', '"source": "hashicorp/aws"'))
    initialised = Terraform(folder, environment).run("init")
    assert initialised.returncode == 0, initialised.stderr
    with attached_provider(folder, environment) as attached:
        terraform = Terraform(folder, attached)
        terraform.apply()
        yield terraform


def test_at_first_blue_gets_everything_and_a_second_plan_is_empty(aws: Clients, terraform: Terraform) -> None:
    assert aws.weights(terraform.outputs()) == (100, 0)
    assert terraform.plan().returncode == 0


def test_e07_after_a_switch_of_parameter_and_rule_the_plan_is_empty(aws: Clients, terraform: Terraform) -> None:
    aws.write_parameter("green")
    aws.write_rule(terraform.outputs(), 0, 100)
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout


def test_a_parameter_that_is_written_alone_converges_at_the_next_apply(aws: Clients, terraform: Terraform) -> None:
    aws.write_parameter("green:10")
    terraform.apply()
    assert aws.weights(terraform.outputs()) == (90, 10)


def test_a_rule_that_is_changed_by_hand_alone_shows_in_the_plan(aws: Clients, terraform: Terraform) -> None:
    aws.write_parameter("blue")
    aws.write_rule(terraform.outputs(), 50, 50)
    plan = terraform.plan()
    assert plan.returncode == 2, plan.stdout
    assert "aws_lb_listener_rule" in plan.stdout


def test_a_value_that_means_nothing_stops_the_plan_with_a_clear_sentence(aws: Clients, terraform: Terraform) -> None:
    aws.write_parameter("purple")
    plan = terraform.plan()
    assert plan.returncode == 1
    assert 'The live colour of web is "purple"' in " ".join(plan.stderr.split())
    aws.write_parameter("blue")
