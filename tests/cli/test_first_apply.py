"""The first apply of the embedded AWS: what waits on the provider's clock is applied beside the database."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.running.first_apply import (
    CLUSTERS,
    DATA,
    LOAD_BALANCERS,
    NETWORK,
    RECORDS,
    SERVICE,
    ZONES,
    apply_side_by_side,
    everything_but,
    needed_from,
    of_types,
)
from cli.running.stack import Stack
from cli.running.terraform import find_terraform
from tests.cli.fake_terraform import FakeTerraform, error, planned, summary

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots" / "local"
LAYERS = (NETWORK, DATA, SERVICE)
CHANGES = {"when": ["plan"], "code": 2, "lines": [planned("aws_vpc.main", "create"), summary(add=1)]}
APPLIED = {"when": ["apply"], "lines": [summary(add=1)]}


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    """The generated JSON of `environments/local.toml`."""
    return {layer: json.loads((SNAPSHOTS / f"{layer}.json").read_text()) for layer in LAYERS}


@pytest.fixture
def stacks(terraform: FakeTerraform, tmp_path: Path, documents: dict[str, dict[str, Any]]) -> list[Stack]:
    """Its layers, with a Terraform that plays a script."""
    runner = find_terraform(work_folder=tmp_path / "work")
    stacks = []
    for layer in LAYERS:
        folder = tmp_path / layer
        folder.mkdir()
        (folder / "cdk.tf.json").write_text(json.dumps(documents[layer]))
        stacks.append(Stack(name=layer, folder=folder, terraform=runner))
    terraform.follow(CHANGES, APPLIED)
    return stacks


def plans(terraform: FakeTerraform) -> list[tuple[str, list[str]]]:
    """Layer and targets of each plan, in order."""
    return [
        (
            Path(call["folder"]).name,
            [word.removeprefix("-target=") for word in call["arguments"] if word.startswith("-target=")],
        )
        for call in terraform.calls("plan")
    ]


def test_the_zone_and_what_depends_on_it_are_left_for_later(documents: dict[str, dict[str, Any]]) -> None:
    first = everything_but(documents[NETWORK], ZONES)
    every = {f"{kind}.{name}" for kind, named in documents[NETWORK]["resource"].items() for name in named}
    assert {each.partition(".")[0] for each in every - set(first)} == {
        "aws_route53_zone",
        "aws_route53_record",
    }
    assert {
        "aws_vpc.networking_vpc",
        "aws_kms_key.key_key",
        "aws_acm_certificate.certificate_name-app-windlass-localhost",
    } <= set(first)


def test_a_load_balancer_needs_its_bucket_with_the_policy_and_not_the_lifecycle(
    documents: dict[str, dict[str, Any]],
) -> None:
    needed = needed_from(DATA, documents, of_types(documents[SERVICE], LOAD_BALANCERS))
    assert {"aws_s3_bucket.access-logs_bucket", "aws_s3_bucket_policy.access-logs_policy"} <= set(needed)
    assert all("access-logs" in each and "lifecycle" not in each for each in needed)


def test_what_needs_another_layer_is_not_applied_before_it() -> None:
    documents: dict[str, dict[str, Any]] = {
        DATA: {
            "resource": {
                "aws_s3_bucket": {"logs": {"bucket": "logs"}},
                "aws_s3_bucket_server_side_encryption_configuration": {
                    "logs": {"bucket": "${aws_s3_bucket.logs.bucket}", "rule": "${local.key}"}
                },
            },
            "locals": {"key": "${data.terraform_remote_state.network.outputs.key_arn}"},
            "output": {"bucket": {"value": "${aws_s3_bucket.logs.bucket}"}},
        },
        SERVICE: {
            "resource": {
                "aws_lb": {"main": {"access_logs": {"bucket": "${data.terraform_remote_state.data.outputs.bucket}"}}}
            }
        },
    }
    assert needed_from(DATA, documents, ["aws_lb.main"]) == ("aws_s3_bucket.logs",)


@pytest.mark.slow
def test_the_database_waits_for_no_zone_and_the_load_balancer_for_no_database(
    terraform: FakeTerraform, stacks: list[Stack], documents: dict[str, dict[str, Any]]
) -> None:
    slow = {"when": ["apply", "data-"], "lines": [summary(add=1)] * 3, "pause": 1.0}
    terraform.follow(CHANGES, slow, APPLIED)
    called = []
    outcomes = apply_side_by_side(stacks, before={SERVICE: lambda: called.append(len(plans(terraform)))})
    every = plans(terraform)
    assert sorted(layer for layer, _ in every[:2]) == [DATA, NETWORK]
    assert dict(every[:2])[NETWORK] == list(everything_but(documents[NETWORK], ZONES))
    early, records = (list(of_types(documents[SERVICE], types)) for types in ((*LOAD_BALANCERS, *CLUSTERS), RECORDS))
    beside = every[2:-1]
    assert sorted(beside) == sorted([(DATA, []), (NETWORK, []), (SERVICE, early), (SERVICE, records)])
    assert beside.index((SERVICE, records)) > beside.index((NETWORK, []))
    assert every[-1] == (SERVICE, [])
    assert called == [len(every) - 1]
    assert {layer for outcome in outcomes for layer in outcome.changed} == set(LAYERS)


def test_a_failure_beside_the_database_stops_before_the_services(terraform: FakeTerraform, stacks: list[Stack]) -> None:
    failing = {"when": ["plan", "aws_lb."], "code": 1, "lines": [error("no load balancer today")]}
    terraform.follow(failing, CHANGES, APPLIED)
    with pytest.raises(CommandError, match="no load balancer today"):
        apply_side_by_side(stacks)
    assert (SERVICE, []) not in plans(terraform)
    assert (DATA, []) in plans(terraform), "the database was finished"


def test_without_a_zone_and_a_load_balancer_the_layers_are_applied_in_turn(
    terraform: FakeTerraform, stacks: list[Stack]
) -> None:
    for stack in stacks:
        document = stack.document()
        for kind in (*ZONES, *LOAD_BALANCERS, *CLUSTERS, *RECORDS):
            document["resource"].pop(kind, None)
        (stack.folder / "cdk.tf.json").write_text(json.dumps(document))
    apply_side_by_side(stacks)
    assert [layer for layer, targets in plans(terraform) if not targets and layer != NETWORK] == [DATA, SERVICE]
    assert not any(layer in (DATA, SERVICE) for layer, targets in plans(terraform) if targets)
