from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.app import main
from cli.running.terraform import _version
from tests.cli.fake_project import FakeProject
from tests.cli.fake_terraform import FakeTerraform


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command line ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTerraform:
    """A stand-in for Terraform that the commands will find."""
    _version.cache_clear()
    fake = FakeTerraform.in_folder(tmp_path / "bin")
    monkeypatch.setenv("TERRAFORM", str(fake.binary))
    monkeypatch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)
    return fake


@pytest.fixture
def project(tmp_path: Path) -> FakeProject:
    return FakeProject(root=tmp_path / "project")


@pytest.fixture
def windlass(project: FakeProject, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command line of `./windlass`."""

    def run(*arguments: str, on: Any = None) -> Ended:
        capfd.readouterr()
        code = main(list(arguments), project=on or project)
        captured = capfd.readouterr()
        return Ended(code=code, out=captured.out, err=captured.err)

    return run
