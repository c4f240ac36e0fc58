"""`make local`: the first run creates everything, the second changes nothing, and no secret is left anywhere (D03)."""

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers import LAYERS
from tests.platform.queries import secret_values, states
from tests.support.forms import places
from tests.support.platform import Platform

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]


def test_one_command_applies_every_layer_and_ends_with_the_addresses(platform: Platform) -> None:
    assert platform.applied is not None
    for layer in LAYERS:
        assert f"{layer}: apply" in platform.applied
    assert f"https://app.windlass.localhost:{platform.https_port}" in platform.applied
    assert f"https://airflow.windlass.localhost:{platform.https_port}" in platform.applied
    assert "all services with tasks are healthy (6)" in platform.applied
    assert "./windlass status local" in platform.applied
    assert "Warning" not in platform.applied


def test_status_says_that_airflow_and_every_container_is_healthy(platform: Platform) -> None:
    airflow = json.loads(platform.windlass("status", "local", "--json").stdout)["airflow"]
    assert airflow["url"] == f"https://airflow.windlass.localhost:{platform.https_port}"
    assert {component["component"] for component in airflow["components"]} >= {"api-server", "worker-default"}
    local = platform.windlass("local", "status", "--json")
    assert local.returncode == 0, local.stdout
    assert all(service["steady"] for service in json.loads(local.stdout)["data_plane"]["services"])


def test_the_same_command_again_says_that_there_is_nothing_to_change(platform: Platform) -> None:
    again = platform.windlass("local", "apply")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "nothing to change" in again.stdout + again.stderr


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
    assert_only_the_owner_reads(saved_account(platform.root))
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


def saved_account(root: Path) -> Path:
    """The saved embedded AWS: its Secrets Manager and IAM are in it, as they are inside AWS."""
    return root / ".windlass" / "embedded-aws" / "saved"


def assert_only_the_owner_reads(folder: Path) -> None:
    assert (folder / "account").is_file()
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0, folder


def files(root: Path) -> Iterator[Path]:
    """Everything that the run left on disk, but for the embedded AWS's own memory and what it saved of it."""
    for folder in (root / "cdktf.out", root / ".windlass"):
        for path in folder.rglob("*"):
            if (
                path.is_file()
                and not path.is_symlink()
                and "providers" not in path.parts
                and not path.is_relative_to(saved_account(root))
                and path.stat().st_size < 50_000_000
            ):
                yield path
