"""Terraform itself accepts every layer of every environment, without a warning (S04)."""

import json
import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import ENVIRONMENTS, documents
from tests.support.provider import attached_provider

pytestmark = pytest.mark.slow


VARIABLES: Mapping[str, str] = {**os.environ, "TF_IN_AUTOMATION": "1"}


def validate(folder: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    initialise(folder, document)
    return diagnostics(folder, VARIABLES)


def initialise(folder: Path, document: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(document))
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


def test_every_layer_of_every_environment_is_valid_without_a_warning(tmp_path: Path) -> None:
    stacks = {f"{name}-{layer}": document for name in ENVIRONMENTS for layer, document in documents(name).items()}
    assert len(stacks) == 15
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(initialise, [tmp_path / name for name in stacks], stacks.values()))
        # Validating configures no provider, so one does for all of them.
        with attached_provider(tmp_path / "dev-network", VARIABLES) as variables:
            runs = {name: pool.submit(diagnostics, tmp_path / name, variables) for name in stacks}
            messages = {name: run.result() for name, run in runs.items()}
    assert {name: said for name, said in messages.items() if said} == {}
