"""The shipped production environment on the embedded AWS: applied step by step, running, taken down by its runbook.

Account, endpoint, ports and zone are the test's; everything else is as `environments/prod.toml` has it. Containers of
Airflow do not run: those of `local.toml` do in other tests, from the same task definitions.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs import runbooks
from tests.long.workspace import Workspace
from tests.release.registry.images import Image, write_folder
from tests.support.platform import ROOT

pytestmark = pytest.mark.slow

COPIES = "eu-central-1"
DESTROY = runbooks.FOLDER / "destroy.md"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """An empty account with a hosted zone, which the file names."""
    folder = tmp_path_factory.mktemp("production") / "project"
    workspace = Workspace.make(folder, ROOT / "environments" / "prod.toml")
    try:
        workspace.windlass("local", "up", "--empty", "--environment", "prod")
        zone = workspace.client("route53").create_hosted_zone(Name="example.com", CallerReference="production")
        workspace.variables["WINDLASS_DNS__ZONE_ID"] = zone["HostedZone"]["Id"].rpartition("/")[2]
        yield workspace
    finally:
        workspace.windlass("local", "reset", "--yes", "--environment", "prod")


def test_the_layers_below_the_services_apply(production: Workspace) -> None:
    production.windlass("check", "prod")
    production.windlass("bootstrap", "prod", "--yes")
    production.windlass("apply", "prod", "--layer", "network", "--yes")
    production.windlass("apply", "prod", "--layer", "data", "--yes")
    production.windlass("local", "delegate", "example.com", "--environment", "prod")
    (copy,) = production.client("rds", COPIES).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert copy["DBInstanceIdentifier"] == "windlass-prod"


def test_the_services_start_once_images_and_secrets_are_there(production: Workspace, tmp_path: Path) -> None:
    said = production.windlass("apply", "prod", "--yes", code=1)
    for missing in ("push prod web --tag 1.0.0", "push prod airflow --tag 3.1.8", "secrets prod set git-dags"):
        assert missing in said
    layout = write_folder(tmp_path / "layout", Image.of("amd64", "arm64").layout())
    production.windlass("push", "prod", "web", "--image", str(layout), "--tag", "1.0.0")
    production.windlass("push", "prod", "airflow", "--image", str(layout), "--tag", "3.1.8")
    production.windlass("secrets", "prod", "set", "git-dags", given="a-token\n")
    production.windlass("apply", "prod", "--yes")


def test_then_nothing_is_left_to_change(production: Workspace) -> None:
    production.windlass("plan", "prod", "--detailed-exitcode")


def test_the_web_service_becomes_healthy_with_all_its_tasks(production: Workspace) -> None:
    production.windlass("local", "up", "--environment", "prod", "--with", "web")
    (web,) = json.loads(production.windlass("status", "prod", "web", "--json"))["services"]
    live = web["colours"][web["value"]]
    assert (live["running_count"], live["healthy_targets"]) == (3, 3)


def test_a_destroy_begins_with_nothing_while_something_is_protected(production: Workspace) -> None:
    said = production.windlass("destroy", "prod", "--confirm", "prod", code=1)
    for key in ("load_balancer.deletion_protection", "database.deletion_protection"):
        assert f"{key} = false" in said
    assert "Nothing was destroyed" in said and "docs/runbooks/destroy.md" in said
    production.windlass("plan", "prod", "--detailed-exitcode")


def test_the_runbook_takes_it_down_and_leaves_what_it_says(production: Workspace) -> None:
    for key, value in re.findall(r"^\| `([a-z_.]+)` \| `([^`]+)`", DESTROY.read_text(), re.MULTILINE):
        production.variables[f"WINDLASS_{key.upper().replace('.', '__')}"] = value.strip('"')
    protected = ("KIND", "LOAD_BALANCER__DELETION_PROTECTION", "DATABASE__DELETION_PROTECTION")
    assert {f"WINDLASS_{key}" for key in protected} < set(production.variables)
    commands = [command for block in runbooks.blocks(DESTROY) for command in block.commands]
    answers = "y\n" * 4  # network, data, service, and what goes from data
    for command in (each for each in commands if each.startswith("./windlass ")):
        production.typed(
            runbooks.filled(command, {"ENV": "prod"}), answers=answers if " apply " in command else "prod\n"
        )

    rds = production.client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    (snapshot,) = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"] == "windlass-prod-final"
    for region, used_by in (("eu-west-1", "windlass-prod"), (COPIES, "windlass-prod-backups")):
        keys = production.client("kms", region)
        aliases = {one["AliasName"]: one.get("TargetKeyId") for one in keys.list_aliases()["Aliases"]}
        states = [keys.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in keys.list_keys()["Keys"]]
        assert any(one["KeyState"] == "Enabled" and "prod" in one["Description"] for one in states), (used_by, aliases)
    assert production.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert production.client("ecs").list_clusters()["clusterArns"] == []
    assert production.client("secretsmanager").list_secrets()["SecretList"] == []
    assert production.client("secretsmanager", COPIES).list_secrets()["SecretList"] == []
    assert production.client("ecr").describe_repositories()["repositories"] == []
    vpcs = production.client("ec2").describe_vpcs()["Vpcs"]
    assert [vpc for vpc in vpcs if not vpc["IsDefault"]] == []
    zones = [zone["Name"] for zone in production.client("route53").list_hosted_zones()["HostedZones"]]
    assert zones == ["example.com."]
    (record_types,) = [
        {record["Type"] for record in page["ResourceRecordSets"]}
        for page in production.client("route53")
        .get_paginator("list_resource_record_sets")
        .paginate(HostedZoneId=production.variables["WINDLASS_DNS__ZONE_ID"])
    ]
    assert record_types == {"NS", "SOA"}
