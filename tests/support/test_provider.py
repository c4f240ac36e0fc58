"""The provider that tests start by themselves goes with them, and is not taken where it would mix things up."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.documents import ROOT
from tests.support.provider import attached_provider, refuse_several_configurations
from tests.support.waiting import PATIENCE, wait_for

STAND_IN = """#!/bin/sh
echo $$ > pid
echo "CA bundle: $AWS_CA_BUNDLE" > seen
echo "  TF_REATTACH_PROVIDERS='{}'"
exec sleep 300
"""
DIES = """
import os, signal, sys
from pathlib import Path
from tests.support.provider import attached_provider

with attached_provider(Path(sys.argv[1]), os.environ):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As `terraform init` leaves it, with a stand-in for the provider."""
    binary = tmp_path / ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/any/terraform-provider-aws_x"
    binary.parent.mkdir(parents=True)
    binary.write_text(STAND_IN)
    binary.chmod(0o700)
    return tmp_path


def runs(folder: Path) -> bool:
    try:
        os.kill(int((folder / "pid").read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def test_it_runs_while_it_is_needed_and_no_longer(folder: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        attached_provider(folder, {**os.environ, "AWS_CA_BUNDLE": "/some/file"}) as variables,
    ):
        assert (variables["TF_REATTACH_PROVIDERS"], variables["AWS_CA_BUNDLE"]) == ("{}", "/some/file")
        assert runs(folder)
        raise KeyboardInterrupt
    assert not runs(folder)
    assert (folder / "seen").read_text() == "CA bundle: \n"


def test_it_ends_with_tests_that_are_killed(folder: Path) -> None:
    variables = {**os.environ, "TMPDIR": str(folder)}
    killed = subprocess.run([sys.executable, "-c", DIES, str(folder)], cwd=ROOT, env=variables, check=False)
    assert killed.returncode == -signal.SIGKILL
    wait_for("the end of the provider", lambda: not runs(folder), 5 * PATIENCE)


@pytest.mark.parametrize("configurations", [[{}, {"alias": "other"}], {"alias": "other"}])
def test_several_configurations_are_refused(configurations: object, folder: Path) -> None:
    (folder / "cdk.tf.json").write_text(json.dumps({"provider": {"aws": configurations}}))
    with pytest.raises(ValueError, match="configures the AWS provider more than once"):
        refuse_several_configurations(folder)
    with pytest.raises(ValueError, match="start it by itself"), attached_provider(folder, os.environ):
        pass
    assert not (folder / "pid").exists()
