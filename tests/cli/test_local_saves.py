"""What was applied on this machine stays: stopped and started, saved and loaded, killed and continued, or reset."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli import local_saves
from local.snapshot.store import Content
from tests.cli.fake_embedded_aws import FakeEmbeddedAws
from tests.cli.fake_project import FakeProject, environment
from tests.cli.fake_terraform import FakeTerraform, summary
from tests.cli.test_local import local
from tests.cli.test_work_lock import killed_holder

__all__ = ["local"]

Windlass = Callable[..., Any]


@pytest.fixture
def aws(local: FakeProject) -> FakeEmbeddedAws:
    """The embedded AWS, which runs, and whose account is saved."""
    assert isinstance(local.embedded_aws, FakeEmbeddedAws)
    local.embedded_aws.start()
    write(local.embedded_aws, b"first")
    return local.embedded_aws


def write(aws: FakeEmbeddedAws, pickled: bytes) -> None:
    body = aws.saved.write_body(b"state of " + pickled)
    aws.saved.write(Content(services=("s3",), pickled=pickled, bodies=frozenset({body})), datetime.now(UTC))


def saved(aws: FakeEmbeddedAws) -> bytes | None:
    snapshot = aws.saved.read()
    return snapshot[1] if snapshot else None


def test_a_command_that_changes_something_ends_when_it_is_saved(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    assert windlass("plan", "local", on=local).code == 0
    assert aws.saves == 0
    assert windlass("apply", "local", "--yes", on=local).code == 0
    assert aws.saves == 1
    aws.save_problem = "/x/account cannot be written: No space left on device"
    ended = windlass("apply", "local", "--yes", on=local)
    assert "local is not saved, so a crash would lose what was just done: /x/account cannot be written" in ended.err


@pytest.mark.parametrize(
    "words", [("switch", "web", "green"), ("deploy", "web", "--image", "x:1"), ("migrate", "web"), ("airflow", "info")]
)
def test_what_a_release_has_done_is_saved_even_when_it_then_fails(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws, words: tuple[str, ...]
) -> None:
    command, *rest = words
    assert windlass(command, "local", *rest, on=local).code != 0, "nothing is applied"
    assert aws.saves == 1


def test_down_keeps_what_was_applied_and_says_how_it_comes_back(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    local.containers.running = True
    ended = windlass("local", "down", on=local)
    assert (ended.code, aws.running, local.containers.running) == (0, False, False)
    assert "what was applied is saved. To bring it back: ./windlass local up" in ended.out
    assert saved(aws) == b"first"
    shown = windlass("local", "status", on=local)
    assert shown.code == 1
    assert "What was applied is saved" in shown.err
    assert "./windlass local up" in shown.err


def test_down_does_not_promise_what_could_not_be_saved(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    aws.save_problem = "Terraform is working on states/network"
    ended = windlass("local", "down", on=local)
    assert (ended.code, aws.running) == (0, False)
    assert "What was done last is not saved: Terraform is working on states/network." in ended.err
    assert "what was applied is saved" not in ended.out
    assert "To bring back what was saved before: ./windlass local up" in ended.out


def test_reset_forgets_what_was_applied_once_that_is_confirmed(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    assert windlass("local", "reset", on=local).code == 2
    assert saved(aws) == b"first"
    local.synthesis.write(local.environments.load("local"))
    ended = windlass("local", "reset", "--yes", on=local)
    assert ended.code == 0
    assert (aws.running, saved(aws)) == (False, None)
    assert not (local.workspace.root / "cdktf.out").exists()
    assert not terraform.calls("plan"), "nothing is destroyed piece by piece"
    assert "To apply everything: make local" in ended.out


def test_production_on_this_machine_needs_no_other_option_than_yes(
    windlass: Windlass, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    """`local reset` has no `--confirm`, so its message must not ask for it."""
    production = environment("prod", production=True, endpoint_url="http://127.0.0.1:5999")
    platform = FakeProject(root=local.root, known={"prod": production}, embedded_aws=aws)
    refused = windlass("local", "reset", "--environment", "prod", on=platform)
    assert (refused.code, "--confirm" in refused.err, "Add --yes" in refused.err) == (2, False, True)
    assert windlass("local", "reset", "--environment", "prod", "--yes", on=platform).code == 0
    assert saved(aws) is None


def test_platforms_are_saved_listed_and_loaded_by_name(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    assert "No platform is saved" in windlass("local", "load", on=local).out
    assert json.loads(windlass("local", "load", "--json", on=local).out) == []
    first = json.loads(windlass("local", "save", "before-upgrade", "--json", on=local).out)
    assert (first["name"], first["environment"]) == ("before-upgrade", "local")
    assert "before-upgrade" in windlass("local", "load", on=local).out
    write(aws, b"second")
    ended = windlass("local", "load", "before-upgrade", "--yes", on=local)
    assert ended.code == 0, ended.err
    assert (saved(aws), aws.running) == (b"first", True)
    (digest,) = [path.name for path in (aws.saved.folder / "bodies").iterdir()]
    assert aws.saved.read_body(digest) == b"state of first"


def test_a_platform_is_replaced_as_a_whole_or_not_at_all(
    windlass: Windlass,
    terraform: FakeTerraform,
    local: FakeProject,
    aws: FakeEmbeddedAws,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    windlass("local", "save", "one", on=local)
    write(aws, b"second")

    def full(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, "", "cp: error writing 'x': No space left on device\n")

    with monkeypatch.context() as broken:
        broken.setattr("local.saved_platforms.subprocess.run", full)
        ended = windlass("local", "load", "one", "--yes", on=local)
        assert ended.code == 1
        assert "one cannot be loaded: cp: error writing 'x': No space left on device" in ended.err
        assert saved(aws) == b"second"
        ended = windlass("local", "save", "one", on=local)
        assert ended.code == 1
        assert "No space left on device" in ended.err
    assert windlass("local", "load", "one", "--yes", on=local).code == 0
    assert saved(aws) == b"first"
    assert [path.name for path in (local.workspace.work_folder / "platforms").iterdir()] == ["one"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("save", "Before Upgrade"), "The name is 'Before Upgrade'; allowed: 1 to 40 lower-case letters"),
        (("save", "../x"), "The name is '../x'"),
        (("load", "nothing", "--yes"), "There is no saved platform 'nothing'; there are: one."),
        (("load", "../x", "--yes"), "There is no saved platform '../x'"),
    ],
)
def test_a_wrong_name_says_what_is_allowed(
    windlass: Windlass,
    terraform: FakeTerraform,
    local: FakeProject,
    aws: FakeEmbeddedAws,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    windlass("local", "save", "one", on=local)
    ended = windlass("local", *arguments, on=local)
    assert ended.code == 2
    assert said in ended.err


def test_a_platform_of_another_format_cannot_be_loaded(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    windlass("local", "save", "one", on=local)
    manifest = local.workspace.work_folder / "platforms" / "one" / "platform.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 2}))
    assert "There is no saved platform 'one'" in windlass("local", "load", "one", "--yes", on=local).err


def test_after_a_killed_apply_the_next_command_goes_back_to_what_was_before_it(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    killed_holder(local.workspace.work_folder / "locks", "local", "local apply")
    aws.locked = ("bucket/network",)
    ended = windlass("apply", "local", "--yes", on=local)
    assert ended.code == 0
    assert aws.restored == 1
    assert "The last command (local apply, process " in ended.err
    assert "local was restored to its state before that command, so nothing is half-applied." in ended.err
    windlass("apply", "local", "--yes", on=local)
    assert aws.restored == 1


def test_after_a_killed_terraform_the_next_command_goes_back_too(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    terraform.follow({"when": ["plan"], "code": 2, "lines": [summary(add=1)]}, {"when": ["apply"], "killed": True})
    ended = windlass("apply", "local", "--yes", on=local)
    assert ended.code == 1
    assert "terraform apply on network was killed (SIGKILL); this happens when memory runs out." in ended.err
    aws.locked = ("bucket/network",)
    terraform.follow()
    ended = windlass("apply", "local", "--yes", on=local)
    assert (ended.code, aws.restored) == (0, 1)
    assert "local was restored to its state before that command" in ended.err


@pytest.mark.parametrize("killed", [True, False])
def test_nothing_is_restored_without_need(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws, killed: bool
) -> None:
    if killed:
        killed_holder(local.workspace.work_folder / "locks", "local", "apply")
    else:
        aws.locked = ("bucket/network",)
    assert windlass("apply", "local", "--yes", on=local).code == 0
    assert aws.restored == 0


def test_what_cannot_be_restored_is_an_error_with_a_next_step(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    killed_holder(local.workspace.work_folder / "locks", "local", "apply")
    aws.locked, aws.save_problem = ("bucket/network",), "what was saved cannot be loaded"
    ended = windlass("apply", "local", "--yes", on=local)
    assert ended.code == 1
    assert "cannot return to what was before it: what was saved cannot be loaded" in ended.err
    assert "./windlass local reset" in ended.err
    assert not terraform.calls("plan")


def test_a_terraform_that_outlives_its_command_is_waited_for(
    windlass: Windlass,
    terraform: FakeTerraform,
    local: FakeProject,
    aws: FakeEmbeddedAws,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local_saves, "POLL_SECONDS", 0.01)
    killed_holder(local.workspace.work_folder / "locks", "local", "apply")
    folder = local.workspace.root / "cdktf.out" / "stacks" / "local-network"
    folder.mkdir(parents=True)
    program = local.workspace.root / "terraform"
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    with subprocess.Popen([program, "1"], cwd=folder) as still_at_work:
        ended = windlass("apply", "local", "--yes", on=local)
        assert still_at_work.poll() == 0
    assert ended.code == 0
    assert f"Terraform (process {still_at_work.pid}) of a killed command (apply, process " in ended.err


def test_a_start_names_a_snapshot_that_could_not_be_loaded(
    windlass: Windlass, terraform: FakeTerraform, local: FakeProject, aws: FakeEmbeddedAws
) -> None:
    aws.save_problem = "what was saved cannot be loaded, because it has 4 bytes instead of 7; it was moved to /x"
    ended = windlass("local", "up", "--bare", on=local)
    assert f"local: {aws.save_problem}." in ended.err
