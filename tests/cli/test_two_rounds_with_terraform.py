"""Real Terraform: what layers lose goes once their users are gone, and nothing is requested that AWS would refuse.

Small layers in place of an environment's: groups in `network`, and in `service` what AWS counts as their use.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.security_groups import SecurityGroupBackend

from cli.running.plan_layers import plan_layers
from cli.running.run_layers import apply_layers
from cli.running.stack import STACK_FILE, Stack
from cli.running.terraform import find_terraform
from local import environment_variables
from tests.local.terraform_configuration import PROVIDERS
from tests.support.embedded import embedded_aws

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is the one thing that a user brings"),
]

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("two-rounds") as url:
        yield url


@pytest.fixture(autouse=True)
def as_ec2_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """EC2 deletes no group that an interface is in, and takes no rule twice."""
    delete = SecurityGroupBackend._delete_security_group

    def in_use(backend: Any, vpc_id: str | None, group_id: str) -> Any:
        if any(group_id in {group.id for group in each.group_set} for each in backend.enis.values()):
            raise EC2ClientError("DependencyViolation", f"resource {group_id} has a dependent object")
        return delete(backend, vpc_id, group_id)

    monkeypatch.setattr(SecurityGroupBackend, "_delete_security_group", in_use)


class Layers:
    """Two layers with states in files."""

    def __init__(self, folder: Path, endpoint_url: str) -> None:
        variables = environment_variables(endpoint_url, REGION)
        terraform = find_terraform(folder / "work", variables=variables, shares_provider=True)
        self.network = Stack(name="network", folder=folder / "x-network", terraform=terraform)
        self.service = Stack(name="service", folder=folder / "x-service", terraform=terraform)

    def write(self, services: tuple[str, ...], *, egress: str = "smtp") -> "Layers":
        quickly = {"delete": "20s"}  # the provider asks EC2 again for as long
        groups = {
            f"group-{name}": {"name": name, "description": name, "vpc_id": "${aws_vpc.vpc.id}", "timeouts": quickly}
            for name in services
        }
        rule = {
            "security_group_id": "${aws_vpc.vpc.default_security_group_id}",
            "ip_protocol": "tcp",
            "from_port": 587,
            "to_port": 587,
            "cidr_ipv4": "203.0.113.0/24",
        }
        network = {
            "resource": {
                "aws_vpc": {"vpc": {"cidr_block": "10.0.0.0/16"}},
                "aws_subnet": {"subnet": {"vpc_id": "${aws_vpc.vpc.id}", "cidr_block": "10.0.0.0/24"}},
                "aws_security_group": groups,
                "aws_vpc_security_group_egress_rule": {egress: rule},
            },
            "output": {
                "groups": {"value": {name: f"${{aws_security_group.group-{name}.id}}" for name in services}},
                "subnet": {"value": "${aws_subnet.subnet.id}"},
            },
        }
        outputs = "data.terraform_remote_state.network.outputs"
        state = {"backend": "local", "config": {"path": str(self.network.folder / "layer.tfstate")}}
        service = {
            "data": {"terraform_remote_state": {"network": state}},
            "resource": {
                "aws_network_interface": {
                    name: {"subnet_id": f"${{{outputs}.subnet}}", "security_groups": [f"${{{outputs}.groups.{name}}}"]}
                    for name in services
                }
            },
        }
        for stack, document in ((self.network, network), (self.service, service)):
            terraform = {**PROVIDERS["terraform"], "backend": {"local": {"path": "layer.tfstate"}}}
            stack.folder.mkdir(parents=True, exist_ok=True)
            (stack.folder / STACK_FILE).write_text(json.dumps({**PROVIDERS, **document, "terraform": terraform}))
        return self

    def apply(self, **hooks: Any) -> None:
        apply_layers([self.network, self.service], ask=None, **hooks)

    def changes(self) -> list[str]:
        plans = plan_layers([self.network, self.service], quiet=True)
        return [address for plan in plans for address in (plan.ui.planned if plan.ui else [plan.layer])]


@pytest.fixture
def layers(tmp_path: Path, endpoint_url: str) -> Layers:
    layers = Layers(tmp_path, endpoint_url).write(("web", "api"))
    layers.apply()
    return layers


@pytest.fixture
def before_the_second_round(layers: Layers) -> Callable[[], bool]:
    """A hook that finds the former group after the service layer is applied."""

    def look() -> bool:
        held = {each["name"] for each in layers.network.state()["resources"] if each["type"] == "aws_security_group"}
        assert "group-api" in held
        return True

    return look


def test_what_is_renamed_and_taken_out_goes_last_and_leaves_an_empty_plan(
    layers: Layers, before_the_second_round: Callable[[], bool]
) -> None:
    layers.write(("web", "rest"))
    layers.apply(after={"service": before_the_second_round})
    assert layers.changes() == []
    layers.write(("web",))
    assert layers.changes() == ["aws_security_group.group-rest", "aws_network_interface.rest"]
    layers.apply()
    assert layers.changes() == []


def test_after_a_kill_between_the_rounds_the_next_apply_goes_on(layers: Layers) -> None:
    def kill() -> bool:
        raise KeyboardInterrupt

    layers.write(("web",))
    with pytest.raises(KeyboardInterrupt):
        layers.apply(after={"service": kill})
    assert layers.changes() == ["aws_security_group.group-api"]
    layers.apply()
    assert layers.changes() == []


def test_a_rule_with_another_name_is_moved(layers: Layers) -> None:
    (before,) = _rules(layers)
    layers.write(("web", "api"), egress="mail")
    layers.apply()
    (after,) = _rules(layers)
    assert (before["name"], after["name"]) == ("smtp", "mail")
    assert before["instances"][0]["attributes"]["id"] == after["instances"][0]["attributes"]["id"]
    assert layers.changes() == []


def _rules(layers: Layers) -> list[dict[str, Any]]:
    resources = layers.network.state()["resources"]
    return [each for each in resources if each["type"] == "aws_vpc_security_group_egress_rule"]
