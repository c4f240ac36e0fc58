"""Terraform itself accepts every layer of every environment, without a warning (S04)."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import ENVIRONMENTS, documents

pytestmark = pytest.mark.slow


def validate(folder: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(document))
    variables = {**os.environ, "TF_IN_AUTOMATION": "1"}
    init = subprocess.run(
        ["terraform", "init", "-backend=false", "-input=false", "-no-color"],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert init.returncode == 0, init.stdout + init.stderr
    run = subprocess.run(
        ["terraform", "validate", "-json"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    return list(json.loads(run.stdout)["diagnostics"])


def test_every_layer_of_every_environment_is_valid_without_a_warning(tmp_path: Path) -> None:
    stacks = {f"{name}-{layer}": document for name in ENVIRONMENTS for layer, document in documents(name).items()}
    assert len(stacks) == 15
    with ThreadPoolExecutor(2) as pool:
        runs = {name: pool.submit(validate, tmp_path / name, document) for name, document in stacks.items()}
        found = {name: run.result() for name, run in runs.items()}
    assert {name: diagnostics for name, diagnostics in found.items() if diagnostics} == {}
