"""The whole platform on the embedded AWS: applied by one command, unchanged by a second, no secret seen, destroyed.

The tests build on each other's platform and run in the order they stand in; `test_platform_teardown` destroys it.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from layers import LAYERS
from tests.platform.looking import client, outputs, secret_values
from tests.support.forms import places
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow]


def states(platform: Platform) -> dict[str, str]:
    """Every version of every state that lies in the bucket."""
    s3 = client(platform, "s3")
    bucket = "windlass-state-123456789012-eu-west-1"
    versions = [
        v for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket) for v in page.get("Versions", [])
    ]
    return {
        f"{version['Key']}@{version['VersionId']}": s3.get_object(
            Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"]
        )["Body"]
        .read()
        .decode()
        for version in versions
    }


def test_one_command_applies_every_layer_and_says_what_stands_where(platform: Platform) -> None:
    assert platform.applied is not None
    for layer in LAYERS:
        assert f"local-{layer}" in platform.applied or layer in platform.applied
    assert "https://app.windlass.test" in platform.applied
    assert "./windlass plan local" in platform.applied
    assert "Warning" not in platform.applied


def test_the_state_really_lies_in_the_embedded_s3(platform: Platform) -> None:
    keys = {name.split("@")[0] for name in states(platform)}
    assert keys >= {f"windlass/local/{layer}/terraform.tfstate" for layer in LAYERS}
    assert "bootstrap/terraform.tfstate" in keys
    assert not list(platform.root.rglob("terraform.tfstate")) or all(
        json.loads(path.read_text()).get("resources") is None
        for path in platform.root.rglob("terraform.tfstate")
        if ".terraform" in path.parts
    )


def test_a_second_plan_of_every_layer_says_no_changes(platform: Platform) -> None:
    plan = platform.windlass("plan", "local", "--detailed-exitcode")
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_terraform_itself_sees_no_changes_in_the_stack_folder(platform: Platform) -> None:
    plan = subprocess.run(
        ["terraform", "plan", "-detailed-exitcode", "-input=false", "-no-color", "-lock=false"],
        cwd=platform.stack("service"),
        env={key: value for key, value in platform.variables.items() if not key.startswith("AWS_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert plan.returncode == 0, plan.stdout + plan.stderr
    assert "Warning" not in plan.stdout


def test_no_secret_is_in_any_state_plan_json_or_log(platform: Platform) -> None:
    secrets = secret_values(platform)
    assert {"windlass/local/database/password", "windlass/local/cache/password"} <= set(secrets)
    assert all(len(value) >= 16 for value in secrets.values())
    plans = {f"plan of {layer}": plan_as_json(platform, layer) for layer in ("data", "service")}
    searched = {**states(platform), **plans, "output": platform.applied or ""}
    searched |= {str(path): path.read_text(errors="replace") for path in files(platform.root)}
    assert len(searched) > 20
    for name, value in secrets.items():
        assert places(value, searched) == [], name


def plan_as_json(platform: Platform, layer: str) -> str:
    plan = platform.stack(layer) / "search.tfplan"
    for arguments in (["plan", "-input=false", "-lock=false", f"-out={plan}"], ["show", "-json", str(plan)]):
        run = subprocess.run(
            ["terraform", *arguments],
            cwd=platform.stack(layer),
            env=platform.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def files(root: Path) -> Iterator[Path]:
    """Everything that the run left on disk, but for the embedded AWS's own memory."""
    for folder in (root / "cdktf.out", root / ".windlass"):
        for path in folder.rglob("*"):
            if (
                path.is_file()
                and not path.is_symlink()
                and "providers" not in path.parts
                and path.stat().st_size < 50_000_000
            ):
                yield path


def test_the_database_url_holds_the_database_password(platform: Platform) -> None:
    secrets = secret_values(platform)
    address = outputs(platform, "data")["database_address"]
    password = secrets["windlass/local/database/password"]
    port = platform.variables["WINDLASS_DATABASE__PORT"]
    assert secrets["windlass/local/database/url"] == f"postgresql://app:{password}@{address}:{port}/app?sslmode=require"
    assert password.isalnum()


def test_the_cache_url_holds_the_cache_password(platform: Platform) -> None:
    secrets = secret_values(platform)
    address = outputs(platform, "data")["cache_address"]
    expected = f"rediss://default:{secrets['windlass/local/cache/password']}@{address}:6379/0"
    assert secrets["windlass/local/cache/url"] == expected


def test_both_colours_run_what_the_environment_file_says(platform: Platform) -> None:
    ecs, found = client(platform, "ecs"), outputs(platform, "service")
    names = [found["blue_service_names"]["web"], found["green_service_names"]["web"]]
    services = ecs.describe_services(cluster=found["cluster_name"], services=names)["services"]
    counts = {service["serviceName"]: service["desiredCount"] for service in services}
    assert counts == {"windlass-local-web-blue": 2, "windlass-local-web-green": 0}
    for service in services:
        definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        (container,) = definition["containerDefinitions"]
        assert {secret["name"] for secret in container["secrets"]} == {"DATABASE_URL", "CACHE_URL"}
        assert definition["runtimePlatform"]["cpuArchitecture"] == "ARM64"


def rule_weights(platform: Platform) -> dict[str, int]:
    found = outputs(platform, "service")
    (rule,) = client(platform, "elbv2").describe_rules(RuleArns=[found["listener_rule_arns"]["web"]])["Rules"]
    weights = {
        target["TargetGroupArn"]: target["Weight"] for target in rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    }
    return {colour: weights[found[f"{colour}_target_group_arns"]["web"]] for colour in ("blue", "green")}


def test_all_traffic_goes_to_blue_at_first(platform: Platform) -> None:
    assert rule_weights(platform) == {"blue": 100, "green": 0}


def test_a_colour_that_is_written_alone_shows_in_the_plan_and_the_next_apply_carries_it_out(platform: Platform) -> None:
    parameter = outputs(platform, "service")["colour_parameters"]["web"]
    client(platform, "ssm").put_parameter(Name=parameter, Value="green:10", Overwrite=True)
    assert platform.windlass("plan", "local", "--layer", "service", "--detailed-exitcode").returncode == 2
    applied = platform.windlass("apply", "local", "--layer", "service", "--yes")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert rule_weights(platform) == {"blue": 90, "green": 10}
    assert client(platform, "ssm").get_parameter(Name=parameter)["Parameter"]["Value"] == "green:10"


def test_a_live_switch_leaves_the_plan_empty(platform: Platform) -> None:
    found = outputs(platform, "service")
    client(platform, "ssm").put_parameter(Name=found["colour_parameters"]["web"], Value="green", Overwrite=True)
    groups = [
        {"TargetGroupArn": found["blue_target_group_arns"]["web"], "Weight": 0},
        {"TargetGroupArn": found["green_target_group_arns"]["web"], "Weight": 100},
    ]
    client(platform, "elbv2").modify_rule(
        RuleArn=found["listener_rule_arns"]["web"],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
    )
    client(platform, "ecs").update_service(
        cluster=found["cluster_name"], service=found["green_service_names"]["web"], desiredCount=3
    )
    plan = platform.windlass("plan", "local", "--layer", "service", "--detailed-exitcode")
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_of_two_applies_at_once_one_says_who_holds_the_lock_and_nothing_is_lost(platform: Platform) -> None:
    before = outputs(platform, "network")
    lock = {
        "ID": "0f0e0d0c-1111-2222-3333-444455556666",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "somebody@elsewhere",
        "Version": "1.11.4",
        "Created": "2026-01-01T00:00:00Z",
        "Path": "windlass-state-123456789012-eu-west-1/windlass/local/network/terraform.tfstate",
    }
    table = boto3.resource(
        "dynamodb",
        endpoint_url=platform.endpoint_url,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ).Table("windlass-state-locks")
    table.put_item(Item={"LockID": lock["Path"], "Info": json.dumps(lock)})
    try:
        refused = platform.windlass("apply", "local", "--layer", "network", "--yes")
    finally:
        table.delete_item(Key={"LockID": lock["Path"]})
    text = refused.stdout + refused.stderr
    assert refused.returncode == 1
    assert "somebody@elsewhere" in text
    assert lock["ID"] in text
    assert "force-unlock" in text
    assert outputs(platform, "network") == before


def test_two_real_applies_at_once_do_not_both_run(platform: Platform) -> None:
    def apply() -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["./windlass", "apply", "local", "--layer", "network", "--yes"],
            cwd=platform.root,
            env=platform.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    first = apply()
    time.sleep(0.3)
    second = apply()
    printed = [process.communicate(timeout=300)[0] for process in (first, second)]
    codes = sorted([first.returncode, second.returncode])
    assert codes[0] == 0, printed
    if codes[1] != 0:
        assert any("lock" in text.lower() for text in printed)
    assert platform.windlass("plan", "local", "--layer", "network", "--detailed-exitcode").returncode == 0


def test_the_same_command_again_says_that_there_is_nothing_to_change(platform: Platform) -> None:
    again = platform.windlass("local", "apply")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "nothing to change" in again.stdout + again.stderr
