"""The local platform is not stopped while a command needs it, and every command says what it changes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.command import Command
from cli.errors import CommandError
from cli.local_commands import apply_command, clean_command
from cli.local_platform import LocalPlatform
from cli.running.platform_use import platform_use, refuse_while_in_use
from tests.cli.fake_project import FakeProject, environment
from tests.cli.fake_terraform import FakeTerraform
from tests.cli.test_help import COMMANDS
from tests.cli.test_local import local
from workspace import WINDLASS_FOLDER, Workspace

__all__ = ["local"]


@pytest.mark.parametrize("words", [("down",), ("reset", "--yes"), ("clean", "--yes"), ("load", "x", "--yes")])
def test_a_platform_that_is_in_use_is_not_stopped(
    windlass: Callable[..., Any], terraform: FakeTerraform, local: FakeProject, words: tuple[str, ...]
) -> None:
    local.embedded_aws.start()
    locks = local.workspace.work_folder / "locks"
    with platform_use(locks, "local", "deploy"):
        refused = windlass("local", *words, on=local)
        assert refused.code == 1
        assert re.search(r"local is in use by deploy, process \d+, since [-\d: ]+ UTC\. Nothing was ch", refused.err)
        assert local.embedded_aws.running
    assert windlass("local", "down", on=local).code == 0
    assert not local.embedded_aws.running


def test_others_are_not_held_up(windlass: Callable[..., Any], terraform: FakeTerraform, local: FakeProject) -> None:
    local.embedded_aws.start()
    with platform_use(local.workspace.work_folder / "locks", "local", "deploy"):
        assert windlass("plan", "local", on=local).code == 0
        assert windlass("apply", "local", "--yes", on=local).code == 0


def test_what_a_killed_command_left_is_no_use(tmp_path: Path) -> None:
    users = tmp_path / "local.users"
    users.mkdir()
    (users / "4711").write_text("half a")
    refuse_while_in_use(tmp_path, "local")
    assert list(users.iterdir()) == []


def test_every_command_says_what_it_changes_needs_and_stops() -> None:
    commands = {" ".join(path): each for path, each in COMMANDS.items() if isinstance(each, Command)}
    releases = {"deploy", "switch", "migrate", "airflow", "push", "secrets", "local delegate", "local image"}
    assert {name for name, each in commands.items() if each.changes == "release"} == releases
    assert {name for name, each in commands.items() if each.needs_platform} == {"plan", *releases}
    stops = {"local down", "local reset", "local clean", "local load"}
    assert {name for name, each in commands.items() if each.stops_platform} == stops
    changes = {"apply", "bootstrap", "destroy", "local apply", "local up", "local save", *stops}
    assert {name for name, each in commands.items() if each.changes == "environment"} == changes


@pytest.mark.parametrize("part", ["aws", "data_plane", "client"])
def test_what_is_on_this_machine_is_refused_for_an_environment_on_aws(tmp_path: Path, part: str) -> None:
    platform = LocalPlatform(workspace=Workspace(root=tmp_path))
    with pytest.raises(CommandError, match="dev is on the real AWS") as raised:
        getattr(platform, part)(environment("dev"), *(["ecr"] if part == "client" else []))
    assert raised.value.exit_code == 2


def test_the_makefile_is_named_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(WINDLASS_FOLDER)
    assert (apply_command("local"), clean_command("local")) == ("make local", "make clean-local")
    assert apply_command("shop") == "./windlass local apply --environment shop"
    monkeypatch.chdir(tmp_path)
    assert (apply_command("local"), clean_command("local")) == ("./windlass local apply", "./windlass local clean")


def test_json_suggests_no_option_that_the_command_lacks(windlass: Callable[..., Any], terraform: FakeTerraform) -> None:
    assert "--json needs --yes: a script" in windlass("apply", "dev", "--json").err
    assert "--json needs --yes (production: --confirm ENV): a script" in windlass("destroy", "dev", "--json").err
