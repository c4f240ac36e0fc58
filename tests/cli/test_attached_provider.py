"""One process of the provider serves the commands on the embedded AWS, and goes with those that need it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.running.attached_provider import REATTACH, attached_provider, configures_once
from tests.cli.fake_terraform import FakeTerraform
from tests.cli.test_apply import APPLIED, HOLDS_SOMETHING, PLANNED
from tests.support.documents import ROOT
from tests.support.waiting import PATIENCE, wait_for

STAND_IN = f"""#!/bin/sh
echo $$ >> {{home}}/pids
echo "$AWS_CA_BUNDLE in $PWD" > {{home}}/seen
touch "$TMPDIR/socket"
echo "$TMPDIR" > {{home}}/sockets
echo "with SecretString" >&2
echo "  {REATTACH}='{{{{}}}}'"
exec sleep 300
"""
STARTS_ONE = """
import os, sys
from pathlib import Path
from cli.running.attached_provider import attached_provider
from cli.running.process import run

folder = Path(sys.argv[1])
with attached_provider() as provider:
    provider.variables(folder, os.environ)
    run(sys.argv[2:], folder=folder, environment=os.environ, log=folder / "terraform.log",
        held_open=provider.held_open, on_line=print)
"""


def put_stand_in(folder: Path, home: Path, program: str = STAND_IN) -> None:
    """As `terraform init` leaves the folder, with a stand-in for the provider."""
    binary = folder / ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/any/terraform-provider-aws_x"
    binary.parent.mkdir(parents=True, exist_ok=True)
    binary.write_text(program.format(home=home))
    binary.chmod(0o700)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put_stand_in(tmp_path, tmp_path)
    return tmp_path


def started(home: Path) -> list[int]:
    pids = home / "pids"
    return [int(line) for line in pids.read_text().split()] if pids.exists() else []


def runs(home: Path) -> bool:
    (pid,) = started(home)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_starts_once_and_ends_with_the_block(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    environment = {**os.environ, "AWS_CA_BUNDLE": "/some/file"}
    with pytest.raises(KeyboardInterrupt), attached_provider() as provider:
        assert not started(folder), "nobody needs it yet"
        assert provider.variables(folder, environment) == {REATTACH: "{}"}
        assert provider.variables(folder / "another", environment) == {REATTACH: "{}"}
        assert runs(folder)
        raise KeyboardInterrupt
    assert not runs(folder)
    assert (folder / "seen").read_text() == f" in {folder}\n"
    assert capfd.readouterr() == ("", ""), "what it says holds secrets"
    assert not Path((folder / "sockets").read_text().strip()).exists()


def test_terraform_starts_its_own_where_somebody_attached_one(folder: Path) -> None:
    with attached_provider() as provider:
        assert provider.variables(folder, {**os.environ, REATTACH: "{}"}) == {}
    assert not started(folder)


def test_terraform_starts_its_own_where_somebody_wants_its_log(folder: Path) -> None:
    with attached_provider() as provider:
        assert provider.variables(folder, {**os.environ, "TF_LOG_PROVIDER": "debug"}) == {}
    assert not started(folder)


@pytest.mark.parametrize("program", ["#!/bin/sh\nexit 1\n", "no program"])
def test_terraform_starts_its_own_where_this_one_does_not_start(tmp_path: Path, program: str) -> None:
    put_stand_in(tmp_path, tmp_path, program)
    with attached_provider() as provider:
        assert provider.variables(tmp_path, os.environ) == {}


def test_terraform_starts_its_own_where_init_has_fetched_none(tmp_path: Path) -> None:
    with attached_provider() as provider:
        assert provider.variables(tmp_path, os.environ) == {}


def test_terraform_starts_its_own_after_a_crash(folder: Path) -> None:
    with attached_provider() as provider:
        assert provider.variables(folder, os.environ)
        os.kill(*started(folder), signal.SIGKILL)
        wait_for("the crash to be seen", lambda: provider.variables(folder, os.environ) == {}, 5 * PATIENCE)


def test_it_stays_for_a_terraform_whose_windlass_is_killed(folder: Path) -> None:
    go_on = folder / "go-on"
    terraform = ["/bin/sh", "-c", f"touch {folder}/applying; until [ -e {go_on} ]; do sleep 0.05; done"]
    windlass = subprocess.Popen([sys.executable, "-c", STARTS_ONE, str(folder), *terraform], cwd=ROOT)
    try:
        wait_for("the apply", (folder / "applying").exists, 10 * PATIENCE)
    finally:
        windlass.kill()
        windlass.wait()
    time.sleep(0.5)
    assert runs(folder), "it ended under a Terraform that was at work"
    go_on.touch()
    wait_for("the end of the provider", lambda: not runs(folder), 5 * PATIENCE)
    wait_for("its socket to go", lambda: not Path((folder / "sockets").read_text().strip()).exists(), 5 * PATIENCE)


@pytest.mark.parametrize("provider", [{}, {"aws": [{}, {"alias": "other"}]}, {"aws": {"alias": "other"}}])
def test_one_process_is_not_for_several_configurations(provider: object) -> None:
    assert not configures_once({"provider": provider})
    assert configures_once({"provider": {"aws": [{"region": "eu-west-1"}]}})


class TestCommands:
    """What plan, apply and destroy do with it."""

    @pytest.fixture
    def home(self, project, terraform: FakeTerraform, tmp_path: Path) -> Path:
        terraform.follow(PLANNED, APPLIED, HOLDS_SOMETHING)
        for name in ("local", "dev"):
            for folder in project.synthesis.write(project.environments.load(name)).values():
                put_stand_in(folder, tmp_path)
        return tmp_path

    @pytest.mark.parametrize("command", ["plan", "apply", "destroy"])
    def test_all_layers_have_one(self, windlass, terraform: FakeTerraform, home: Path, command: str) -> None:
        assert windlass(command, "local", *(["--yes"] if command != "plan" else [])).code == 0
        assert len(started(home)) == 1
        assert not runs(home)
        calls = [call for each in ("plan", "apply") for call in terraform.calls(each)]
        assert len(calls) == (3 if command == "plan" else 6)
        assert {call["environment"][REATTACH] for call in calls} == {"{}"}
        assert not any(REATTACH in call["environment"] for call in terraform.calls("init")), "init would fetch none"

    def test_a_stack_with_two_regions_does_without(self, windlass, terraform, home, project, monkeypatch) -> None:
        from tests.cli import fake_project

        def two_regions(layer: str, document=fake_project.stack_document) -> dict:
            regions = [{"region": "eu-west-1"}, {"region": "eu-central-1", "alias": "backups"}]
            return {**document(layer), "provider": {"aws": regions if layer == "data" else regions[:1]}}

        monkeypatch.setattr(fake_project, "stack_document", two_regions)
        assert windlass("plan", "local").code == 0
        attached = {
            call["folder"].rsplit("-", 1)[1]: REATTACH in call["environment"] for call in terraform.calls("plan")
        }
        assert attached == {"network": True, "data": False, "service": True}

    def test_on_the_real_aws_terraform_starts_its_own(self, windlass, terraform, home: Path) -> None:
        assert windlass("apply", "dev", "--yes").code == 0
        assert not started(home)
        assert not any(REATTACH in call["environment"] for call in terraform.calls("apply"))
