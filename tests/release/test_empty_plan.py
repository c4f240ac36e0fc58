"""With real Terraform: after every step of a release the plan is empty; what is half done or by hand shows in it."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aws.colour import COLOURS, LIVE_COLOUR_PATTERN, colour_weight_expression
from release.switch_request import SwitchRequest
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator
from tests.release.shared_resources import REGION
from tests.support.provider import attached_provider

pytestmark = pytest.mark.slow

EMPTY, CHANGES = 0, 2


def configuration(web: BlueGreenTestService) -> dict[str, Any]:
    """The parameters and the rule as the service layer writes them."""
    value = "aws_ssm_parameter.colour.insecure_value"
    forward = {
        "target_group": [
            {
                "arn": f"${{aws_lb_target_group.{colour}.arn}}",
                "weight": f"${{{colour_weight_expression(value, colour)}}}",
            }
            for colour in COLOURS
        ]
    }
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}},
        "provider": {"aws": {"region": REGION, "skip_credentials_validation": True, "skip_metadata_api_check": True}},
        "resource": {
            "aws_ssm_parameter": {
                "colour": {
                    "name": "/shop/terraform/web/colour",
                    "type": "String",
                    "description": "Live colour of web",
                    "insecure_value": "blue",
                    "allowed_pattern": LIVE_COLOUR_PATTERN,
                    "lifecycle": {"ignore_changes": ["insecure_value", "description"]},
                }
            },
            "aws_lb_target_group": {
                colour: {
                    "name": f"terraform-{colour}",
                    "port": 8000,
                    "protocol": "HTTP",
                    "target_type": "ip",
                    "vpc_id": web.shared.vpc_id,
                }
                for colour in COLOURS
            },
            "aws_lb_listener_rule": {
                "web": {
                    "listener_arn": web.shared.listener_arn,
                    "priority": 9_000,
                    "condition": [{"path_pattern": [{"values": ["/terraform/*"]}]}],
                    "action": [{"type": "forward", "forward": [forward]}],
                }
            },
        },
        "output": {
            "rule": {"value": "${aws_lb_listener_rule.web.arn}"},
            **{colour: {"value": f"${{aws_lb_target_group.{colour}.arn}}"} for colour in COLOURS},
        },
    }


class Terraform:
    def __init__(self, folder: Path, endpoint_url: str) -> None:
        self._folder = folder
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
        self.environment = {**os.environ, **keys, "AWS_ENDPOINT_URL": endpoint_url, "AWS_REGION": REGION}

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self._folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done

    def apply(self) -> dict[str, str]:
        self.run("apply", "-auto-approve", "-input=false")
        outputs = json.loads(self.run("output", "-json").stdout)
        return {name: one["value"] for name, one in outputs.items()}

    def plan(self) -> int:
        return self.run("plan", "-detailed-exitcode", "-input=false", codes=(EMPTY, CHANGES)).returncode


def test_terraform_has_nothing_to_undo_after_any_step(web: BlueGreenTestService, tmp_path: Path) -> None:
    terraform = Terraform(tmp_path, web.shared.endpoint_url)
    (tmp_path / "main.tf.json").write_text(json.dumps(configuration(web)))
    terraform.run("init", "-input=false")
    with attached_provider(tmp_path, terraform.environment) as terraform.environment:
        check_steps(web, terraform)


def check_steps(web: BlueGreenTestService, terraform: Terraform) -> None:
    outputs = terraform.apply()
    web.published = replace(
        web.published,
        colour_parameter="/shop/terraform/web/colour",
        listener_rule_arn=outputs["rule"],
        blue=replace(web.published.blue, target_group_arn=outputs["blue"]),
        green=replace(web.published.green, target_group_arn=outputs["green"]),
    )
    web.healthy("blue", 2)
    web.ready("green")

    Operator(web).service.switch(SwitchRequest(steps=(10,)))
    assert web.weights() == {"blue": 90, "green": 10}
    assert terraform.plan() == EMPTY

    Operator(web).service.switch(SwitchRequest(reason="release 1.2"))
    assert terraform.plan() == EMPTY

    Operator(web).service.switch(SwitchRequest(rollback=True))
    assert terraform.plan() == EMPTY

    operator = Operator(web)
    live_colour = operator.service.live_colour
    base = live_colour.read().effective
    live_colour.write("green", base=base, action="switch", author=operator.author)
    assert terraform.plan() == CHANGES, "the parameter alone: apply carries the switch out"
    terraform.apply()
    assert web.weights() == {"blue": 0, "green": 100}
    assert terraform.plan() == EMPTY

    web.set_weights(blue=100, green=0)
    assert terraform.plan() == CHANGES, "the rule by hand shows"
