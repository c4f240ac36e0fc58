"""S04: a warning of Terraform, cdktf, Node or Python is an error. Each kind is caused once; the project causes none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.layers.test_terraform_validate import validate
from tests.support.documents import ENVIRONMENTS, ROOT, documents

pytestmark = pytest.mark.slow

OLD = "import warnings; warnings.warn('old', DeprecationWarning, stacklevel=1)"


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Python with every warning an error, in a separate process, which pytest's filters do not affect."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINDLASS_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, "PYTHONWARNINGS": "error", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_deprecated_argument_is_reported(tmp_path: Path) -> None:
    document = json.loads(json.dumps(documents("prod")["network"]))
    document["resource"]["aws_eip"]["old"] = {"vpc": True}
    warnings = validate(tmp_path / "network", document)
    assert [(each["severity"], "eprecated" in each["summary"]) for each in warnings] == [("warning", True)]


def test_a_deprecated_call_in_a_separate_process_is_reported() -> None:
    run = python("-c", OLD)
    assert run.returncode == 1
    assert "DeprecationWarning" in run.stderr


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_synth_says_nothing_at_all(name: str, tmp_path: Path) -> None:
    """Neither Python nor Node nor cdktf has anything to say: old versions, deprecated calls, end-of-life banners."""
    run = python("main.py", WINDLASS_ENVIRONMENT=name, CDKTF_OUTDIR=str(tmp_path))
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert (tmp_path / "stacks" / f"{name}-service" / "cdk.tf.json").exists()


@pytest.mark.parametrize("module", ["cli.app", "release.switch", "release.deploy", "local.embedded", "local.dataplane"])
def test_what_commands_import_warns_of_nothing(module: str) -> None:
    run = python("-c", f"import {module}")
    assert (run.returncode, run.stderr) == (0, "")
