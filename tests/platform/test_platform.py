"""Plans and applies by pipelines on the applied layers; `test_platform_teardown` destroys them (E10, I02)."""

import json

import pytest

from layers import LAYERS
from tests.permissions.pipeline import Pipeline
from tests.platform.queries import client, outputs, secret_values, states
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow]


def test_the_state_is_in_the_embedded_s3(layers: Platform) -> None:
    keys = {name.split("@")[0] for name in states(layers)}
    assert keys >= {f"windlass/local/{layer}/terraform.tfstate" for layer in LAYERS}
    assert "bootstrap/terraform.tfstate" in keys
    assert not list(layers.root.rglob("terraform.tfstate")) or all(
        json.loads(path.read_text()).get("resources") is None
        for path in layers.root.rglob("terraform.tfstate")
        if ".terraform" in path.parts
    )


def test_a_second_plan_of_every_layer_says_no_changes(pipeline: Pipeline) -> None:
    pipeline.run("plan-data", "plan", "local", "--no-lock", "--detailed-exitcode")


def test_the_database_url_holds_the_database_password(layers: Platform) -> None:
    secrets = secret_values(layers)
    address = outputs(layers, "data")["database_address"]
    password = secrets["windlass/local/database/password"]
    port = layers.variables["WINDLASS_DATABASE__PORT"]
    expected = f"postgresql://app:{password}@{address}:{port}/app"
    tls = "sslmode=verify-full&sslrootcert=/certificates/aws.pem"
    assert secrets["windlass/local/database/url"] == f"{expected}?{tls}"
    assert password.isalnum()


def test_the_cache_url_holds_the_cache_password(layers: Platform) -> None:
    secrets = secret_values(layers)
    address = outputs(layers, "data")["cache_address"]
    expected = f"rediss://default:{secrets['windlass/local/cache/password']}@{address}:6379/0"
    assert secrets["windlass/local/cache/url"] == expected


def test_both_colours_run_what_the_environment_file_says(layers: Platform) -> None:
    ecs, service_outputs = client(layers, "ecs"), outputs(layers, "service")
    names = [service_outputs["services"]["web"][colour]["service_name"] for colour in ("blue", "green")]
    services = ecs.describe_services(cluster=service_outputs["cluster_name"], services=names)["services"]
    counts = {service["serviceName"]: service["desiredCount"] for service in services}
    assert counts == {"windlass-local-web-blue": 2, "windlass-local-web-green": 0}
    for service in services:
        definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        containers = {container["name"]: container for container in definition["containerDefinitions"]}
        assert set(containers) == {"root-certificates", "web"}
        container = containers["web"]
        assert {secret["name"] for secret in container["secrets"]} == {"DATABASE_URL", "CACHE_URL"}
        assert definition["runtimePlatform"]["cpuArchitecture"] == "ARM64"


def rule_weights(layers: Platform) -> dict[str, int]:
    web = outputs(layers, "service")["services"]["web"]
    (rule,) = client(layers, "elbv2").describe_rules(RuleArns=[web["listener_rule_arn"]])["Rules"]
    weights = {
        target["TargetGroupArn"]: target["Weight"] for target in rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    }
    return {colour: weights[web[colour]["target_group_arn"]] for colour in ("blue", "green")}


def test_all_traffic_goes_to_blue_at_first(layers: Platform) -> None:
    assert rule_weights(layers) == {"blue": 100, "green": 0}


def test_a_colour_that_is_written_alone_shows_in_the_plan_and_the_next_apply_carries_it_out(
    layers: Platform, pipeline: Pipeline
) -> None:
    parameter = outputs(layers, "service")["services"]["web"]["colour_parameter"]
    client(layers, "ssm").put_parameter(Name=parameter, Value="green:10", Overwrite=True)
    pipeline.run("plan", "plan", "local", "--layer", "service", "--no-lock", "--detailed-exitcode", code=2)
    pipeline.run("apply", "apply", "local", "--layer", "service", "--yes")
    assert rule_weights(layers) == {"blue": 90, "green": 10}
    assert client(layers, "ssm").get_parameter(Name=parameter)["Parameter"]["Value"] == "green:10"
