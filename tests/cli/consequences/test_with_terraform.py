"""Real Terraform: its plans have what the table looks for, and an apply changes nothing that is not accepted.

What can be created in seconds really is; of the rest there is a state, and a plan without a call of AWS.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.running.consequences.consent import Consent
from cli.running.consequences.consequence import Kind
from cli.running.consequences.of_plan import consequences_of
from cli.running.plan_layers import plan_layers
from cli.running.run_layers import apply_layers
from cli.running.stack import STACK_FILE, Stack
from cli.running.terraform import Terraform, find_terraform
from local import environment_variables
from tests.local.terraform_configuration import PROVIDERS
from tests.support.embedded import embedded_aws

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is the one thing that a user brings"),
]

REGION = "eu-west-1"
Resources = Mapping[str, Mapping[str, Any]]
STORES: Resources = {
    "aws_cloudwatch_log_group": {"logs": {"name": "/ecs/shop"}},
    "aws_ecr_repository": {"web": {"name": "shop/web", "force_delete": True}},
}
LOST = ("aws_cloudwatch_log_group.logs", "aws_ecr_repository.web")
DATABASE = {
    "engine": "postgres",
    "engine_version": "16",
    "instance_class": "db.t4g.small",
    "allocated_storage": 100,
    "max_allocated_storage": 0,
    "db_name": "shop",
    "username": "shop",
    "password": "0123456789abcdef",
    "skip_final_snapshot": True,
    "apply_immediately": False,
}
VALKEY = {
    "replication_group_id": "shop",
    "description": "shop",
    "engine": "valkey",
    "engine_version": "8.0",
    "node_type": "cache.t4g.small",
    "num_cache_clusters": 2,
    "automatic_failover_enabled": True,
    "port": 6379,
}
RULE = {
    "listener_arn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/1/2",
    "priority": 100,
    "action": [{"type": "fixed-response", "fixed_response": [{"content_type": "text/plain", "status_code": "404"}]}],
    "condition": [{"host_header": [{"values": ["shop.example.com"]}]}],
}
GROUP = {"name": "shop", "port": 80, "protocol": "HTTP", "target_type": "ip", "vpc_id": "vpc-1"}
ROUTE = {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}
APPLIED: Resources = {
    "aws_db_instance": {
        "class": DATABASE,
        "shrinking": DATABASE,
        "major": DATABASE,
        "upgraded": DATABASE,
        "renamed": DATABASE,
        "growing": DATABASE,
    },
    "aws_elasticache_replication_group": {
        "nodes": VALKEY | {"security_group_names": []},
        "port": VALKEY | {"security_group_names": []},
    },
    "aws_kms_key": {"key": {"deletion_window_in_days": 7}},
    "aws_lb_listener_rule": {"moved": RULE},
    "aws_lb_target_group": {"group": GROUP},
    "aws_route": {"route": ROUTE},
    "aws_s3_bucket": {"bucket": {"bucket": "shop", "force_destroy": True}},
    "aws_secretsmanager_secret": {"secret": {"name": "shop/secret", "recovery_window_in_days": 7}},
}
CHANGED: Resources = {
    "aws_db_instance": {
        "class": DATABASE | {"instance_class": "db.m7g.large"},
        "shrinking": DATABASE | {"allocated_storage": 50},
        "major": DATABASE | {"engine_version": "17"},
        "upgraded": DATABASE | {"engine_version": "17", "allow_major_version_upgrade": True},
        "renamed": DATABASE | {"db_name": "orders"},
        "growing": DATABASE | {"allocated_storage": 200},
    },
    "aws_elasticache_replication_group": {
        "nodes": VALKEY | {"node_type": "cache.m7g.large"},
        "port": VALKEY | {"port": 6380},
    },
    "aws_lb_listener_rule": {"moved": RULE | {"listener_arn": RULE["listener_arn"] + "3"}},
    "aws_lb_target_group": {"group": GROUP | {"port": 81}},
    "aws_route": {"route": ROUTE | {"nat_gateway_id": "nat-2"}},
}


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    with embedded_aws("consequences") as url:
        folder = tmp_path_factory.mktemp("terraform")
        yield find_terraform(folder, variables=environment_variables(url, REGION), shares_provider=True)


def write(folder: Path, terraform: Terraform, layer: str, resources: Resources) -> Stack:
    stack = Stack(name=layer, folder=folder / f"x-{layer}", terraform=terraform)
    stack.folder.mkdir(parents=True, exist_ok=True)
    settings = {"backend": {"local": {"path": "layer.tfstate"}}}
    providers = {} if layer == "service" and set(resources) == {"terraform_data"} else PROVIDERS
    document = {**providers, "resource": resources, "terraform": {**providers.get("terraform", {}), **settings}}
    (stack.folder / STACK_FILE).write_text(json.dumps(document))
    return stack


def write_state(stack: Stack, resources: Resources) -> None:
    """What an apply would have left."""
    held = [
        {
            "mode": "managed",
            "type": kind,
            "name": name,
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 2 if kind in TWO else 0, "attributes": {"id": name, **attributes}}],
        }
        for kind, bodies in resources.items()
        for name, attributes in bodies.items()
    ]
    document = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "shop", "resources": held}
    (stack.folder / "layer.tfstate").write_text(json.dumps(document))


TWO = ("aws_db_instance", "aws_elasticache_replication_group")
"""Types whose attributes the provider has changed twice."""


def test_what_would_be_lost_is_refused_until_it_is_given_up(tmp_path: Path, terraform: Terraform) -> None:
    data = write(tmp_path, terraform, "data", STORES)
    service = write(tmp_path, terraform, "service", {"terraform_data": {"version": {"input": "1"}}})
    apply_layers([data, service], ask=None)

    write(tmp_path, terraform, "data", {"terraform_data": {"nothing": {}}})
    write(tmp_path, terraform, "service", {"terraform_data": {"version": {"input": "2"}}})
    (planned, _) = plan_layers([data, service], quiet=True)
    assert [(each.kind, each.address) for each in planned.consequences] == [
        (Kind.DATA_LOSS, address) for address in LOST
    ]
    before = data.state(), service.state()
    with pytest.raises(CommandError, match="apply ENV --accept-loss aws_cloudwatch"):
        apply_layers([data, service], ask=None, consent=Consent(accepts_outage=True, accepted_losses=LOST[1:]))
    assert (data.state(), service.state()) == before

    apply_layers([data, service], ask=None, consent=Consent(accepted_losses=LOST))
    assert [each["type"] for each in data.state()["resources"]] == ["terraform_data"]
    assert not any(each.has_changes for each in plan_layers([data, service], quiet=True))


def test_terraform_plans_what_the_table_looks_for(tmp_path: Path, terraform: Terraform) -> None:
    stack = write(tmp_path, terraform, "service", CHANGED)
    write_state(stack, APPLIED)
    with stack.plan(options=["-refresh=false"]) as plan:
        costs = consequences_of(stack, plan)
    assert {(each.kind, each.address.partition(".")[2]) for each in costs} == {
        (Kind.OUTAGE, "class"),
        (Kind.HALF_WAY, "shrinking"),
        (Kind.HALF_WAY, "major"),
        (Kind.OUTAGE, "upgraded"),
        (Kind.DATA_LOSS, "renamed"),
        (Kind.NOTE, "growing"),
        (Kind.OUTAGE, "nodes"),
        (Kind.DATA_LOSS, "port"),
        (Kind.OUTAGE, "moved"),
        (Kind.HALF_WAY, "group"),
        (Kind.OUTAGE, "route"),
        (Kind.DATA_LOSS, "key"),
        (Kind.DATA_LOSS, "bucket"),
        (Kind.NOTE, "secret"),
    }
