"""The output `services`: what the service layer publishes of a web service is what a release reads back."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from release.outputs import (
    BlueGreenOutputs,
    CodeDeployOutputs,
    ColourOutputs,
    RollingOutputs,
    WebServiceOutputs,
    parse_web_service,
)

ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"


def colour(name: str) -> ColourOutputs:
    return ColourOutputs(
        image_parameter=f"/shop/dev/web/{name}/image",
        service_name=f"shop-dev-web-{name}",
        target_group_arn=f"{ARN}:targetgroup/{name}/1",
    )


SERVICES: Mapping[str, WebServiceOutputs] = {
    "web": BlueGreenOutputs(
        url="https://shop.test",
        listener_rule_arn=f"{ARN}:listener-rule/app/shop/1/2/3",
        colour_parameter="/shop/dev/web/colour",
        blue=colour("blue"),
        green=colour("green"),
    ),
    "api": RollingOutputs(
        url="https://api.test",
        listener_rule_arn=f"{ARN}:listener-rule/app/shop/1/2/4",
        image_parameter="/shop/dev/api/image",
        service_name="shop-dev-api-rolling",
        target_group_arn=f"{ARN}:targetgroup/api/1",
    ),
    "shop": CodeDeployOutputs(
        url="https://shop.test/basket",
        listener_rule_arn=f"{ARN}:listener-rule/app/shop/1/2/5",
        image_parameter="/shop/dev/shop/image",
        service_name="shop-dev-shop-codedeploy",
        task_definition_arn="arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:1",
        application_name="shop-dev-shop",
        deployment_group_name="shop-dev-shop",
        test_listener_arn=f"{ARN}:listener/app/shop/1/6",
    ),
}


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_published_is_read_back(name: str) -> None:
    assert parse_web_service(json.loads(json.dumps(asdict(SERVICES[name])))) == SERVICES[name]


@pytest.mark.parametrize("name", SERVICES)
def test_a_missing_key_is_named(name: str) -> None:
    for key in asdict(SERVICES[name]):
        value = asdict(SERVICES[name])
        del value[key]
        with pytest.raises(ValueError, match=key):
            parse_web_service(value)


@pytest.mark.slow
def test_the_objects_go_through_a_state_of_terraforms_unchanged(tmp_path: Path) -> None:
    """Each service has a type of its own there: objects of several shapes in one output are no Terraform map."""
    document = {"output": {"services": {"value": {name: asdict(value) for name, value in SERVICES.items()}}}}
    (tmp_path / "main.tf.json").write_text(json.dumps(document))
    for arguments in (["init", "-input=false"], ["apply", "-auto-approve", "-input=false"]):
        subprocess.run(["terraform", *arguments], cwd=tmp_path, check=True, capture_output=True)
    state: Any = json.loads((tmp_path / "terraform.tfstate").read_text())["outputs"]["services"]
    assert {name: parse_web_service(value) for name, value in state["value"].items()} == dict(SERVICES)
    kind, types = state["type"]
    assert kind == "object"
    assert types["web"][1]["blue"] == [
        "object",
        {"image_parameter": "string", "service_name": "string", "target_group_arn": "string"},
    ]
