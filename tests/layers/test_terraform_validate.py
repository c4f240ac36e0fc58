"""Terraform itself accepts every layer of every environment, without a warning (S04)."""

import json
import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import pytest

from cli.running.attached_provider import configures_once
from config.base import LOG_RETENTION_DAYS
from config.database import MonitoringIntervalSeconds
from tests.support.documents import ENVIRONMENTS, documents
from tests.support.options import NAMES
from tests.support.options import documents as documents_with_options
from tests.support.provider import attached_provider

pytestmark = pytest.mark.slow


VARIABLES: Mapping[str, str] = {**os.environ, "TF_IN_AUTOMATION": "1"}


def write(folder: Path, document: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(document))


def validate(folder: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    initialise(folder, document)
    return diagnostics(folder, VARIABLES)


def initialise(folder: Path, document: dict[str, Any]) -> None:
    write(folder, document)
    init = subprocess.run(
        ["terraform", "init", "-backend=false", "-input=false", "-no-color"],
        cwd=folder,
        env=VARIABLES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert init.returncode == 0, init.stdout + init.stderr


def diagnostics(folder: Path, variables: Mapping[str, str]) -> list[dict[str, Any]]:
    run = subprocess.run(
        ["terraform", "validate", "-json"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    return list(json.loads(run.stdout)["diagnostics"])


def initialise_all(folder: Path, stacks: Mapping[str, dict[str, Any]]) -> None:
    """Initialise one folder for each set of required providers; the others share what is installed there."""
    initialised: dict[str, Path] = {}
    for name, stack in stacks.items():
        first = initialised.setdefault(json.dumps(stack["terraform"]["required_providers"]), folder / name)
        if first == folder / name:
            initialise(first, stack)
            continue
        write(folder / name, stack)
        for installed in (".terraform", ".terraform.lock.hcl"):
            (folder / name / installed).symlink_to(first / installed)


def said_about(folder: Path, stacks: Mapping[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What Terraform says about stacks by name; those of which it says nothing are left out."""
    with ThreadPoolExecutor(2) as pool:
        initialise_all(folder, stacks)
        # Validating configures no provider, so one does for all of them.
        alone = next(name for name, stack in stacks.items() if configures_once(stack))
        with attached_provider(folder / alone, VARIABLES) as variables:
            runs = {name: pool.submit(diagnostics, folder / name, variables) for name in stacks}
            messages = {name: run.result() for name, run in runs.items()}
    return {name: said for name, said in messages.items() if said}


def test_every_layer_of_every_environment_is_valid_without_a_warning(tmp_path: Path) -> None:
    stacks = {f"{name}-{layer}": document for name in ENVIRONMENTS for layer, document in documents(name).items()}
    assert len(stacks) == 15
    assert said_about(tmp_path, stacks) == {}


def test_every_option_makes_what_terraform_takes(tmp_path: Path) -> None:
    stacks = {
        f"{name}-{layer}": document
        for name in NAMES
        for layer, document in documents_with_options(name).items()
        if layer != "bootstrap"
    }
    assert {"production-delivery", "no-egress-service", "own-vpc-network"} < set(stacks)
    stacks["values-of-lists"] = with_every_value_of(stacks["web-network"])
    assert said_about(tmp_path, stacks) == {}


def with_every_value_of(document: dict[str, Any]) -> dict[str, Any]:
    """A stack with the values of lists that are longer than the number of files."""
    groups = {f"days-{days}": {"name": f"days-{days}", "retention_in_days": days} for days in LOG_RETENTION_DAYS}
    instances = {
        f"seconds-{seconds}": {
            "identifier": f"seconds-{seconds}",
            "instance_class": "db.t4g.micro",
            "monitoring_interval": seconds,
        }
        for seconds in get_args(MonitoringIntervalSeconds)
    }
    resources = {"aws_cloudwatch_log_group": groups, "aws_db_instance": instances}
    return {"terraform": document["terraform"], "provider": document["provider"], "resource": resources}
