"""Two pipelines (P03): one pushes the image with a dedicated role, the other checks DAGs without access to AWS."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.airflow_environment import ensure

ROOT = Path(__file__).resolve().parents[2]
PIPELINES = ROOT / "docker" / "airflow" / "pipelines"


def job(name: str) -> tuple[dict[Any, Any], dict[str, Any]]:
    workflow = yaml.safe_load((PIPELINES / f"{name}.yml").read_text())
    (only,) = workflow["jobs"].values()
    return workflow, only


def test_p03_the_image_is_built_for_the_tasks_platform_tagged_with_the_commit_and_pushed_without_keys() -> None:
    workflow, image = job("image")
    assert workflow["permissions"] == {"contents": "read", "id-token": "write"}
    build = image["steps"][-1]["run"]
    assert 'tag="$(git rev-parse --short HEAD)"' in build
    assert "--platform linux/arm64" in build
    assert (ROOT / image["steps"][-1]["working-directory"] / "Dockerfile").is_file()
    assert "secrets." not in (PIPELINES / "image.yml").read_text()


def test_p03_the_dags_pipeline_has_no_access_to_aws() -> None:
    workflow, dags = job("dags")
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("aws" in step.get("uses", "") for step in dags["steps"])


@pytest.mark.slow
@pytest.mark.parametrize(("text", "code"), [("raise ValueError('no')", 1), ("x = 1", 1), (None, 0)])
def test_p03_the_check_of_dags_finds_what_does_not_import(tmp_path: Path, text: str | None, code: int) -> None:
    _, dags = job("dags")
    folder = tmp_path / "dags"
    folder.mkdir()
    good = (ROOT / "tests" / "airflow" / "dags" / "proof_runs.py").read_text()
    (folder / "a.py").write_text(good if text is None else f"# airflow dag\n{text}\n")
    variables = {**dags["env"], "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db"}
    variables |= {"AIRFLOW_HOME": str(tmp_path), "HOME": str(tmp_path)}
    variables["PATH"] = f"{ensure(ROOT) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    script = dags["steps"][-1]["run"]
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=variables, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("no" in done.stdout) == ("ValueError" in (text or ""))
