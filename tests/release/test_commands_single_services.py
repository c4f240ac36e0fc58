"""The command line for services without colours: deploy and migrate work, the rest is refused as text."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.release.blue_green_service import MIGRATION
from tests.release.command_line import CommandLine, Ended
from tests.release.shared_resources import SharedResources
from tests.release.single_service import SingleTestService

NEW = "registry.example.com/shop/web:3.0.0"
Run = Callable[..., Ended]


@pytest.fixture(params=["rolling", "codedeploy"])
def service(request: pytest.FixtureRequest, shared: SharedResources) -> SingleTestService:
    return SingleTestService(shared, request.param)


@pytest.fixture
def windlass(
    service: SingleTestService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    command_line = CommandLine(root=tmp_path, monkeypatch=monkeypatch, capfd=capfd)
    command_line.write(service.outputs, endpoint_url=service.shared.endpoint_url, migrations={service.name: MIGRATION})
    command_line.replace_terraform(service.terraform())
    return command_line.run


def test_deploy_migrates_and_brings_the_image_and_status_shows_it(service: SingleTestService, windlass: Run) -> None:
    done = windlass(
        "deploy", "dev", service.name, "--image", NEW, "--reason", "release 3", during=service.end_migration
    )
    assert done.code == 0, done.err
    assert service.running() == NEW
    assert "migration done" in done.text
    done = windlass("status", "dev", service.name)
    assert done.code == 0
    for word in (service.name, service.strategy, NEW, "2/2", "release 3", "http://shop.test"):
        assert word in done.text


def test_the_database_can_be_migrated_alone(service: SingleTestService, windlass: Run) -> None:
    done = windlass("migrate", "dev", service.name, during=service.end_migration)
    assert (done.code, done.out) == (0, f"{service.name}: migration done.\n")
    done = windlass("migrate", "dev", service.name, "--stop")
    assert (done.code, done.text) == (0, "No migration is running.")


def test_migrate_as_json_says_what_was_done(service: SingleTestService, windlass: Run) -> None:
    done = windlass("migrate", "dev", service.name, "--json", during=service.end_migration)
    assert json.loads(done.out) == {"service": service.name, "migrated": True, "stopped": False}, done.err
    assert "migration done" in done.err
    done = windlass("migrate", "dev", service.name, "--stop", "--json")
    assert json.loads(done.out) == {"service": service.name, "migrated": False, "stopped": False}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["switch"], "it has no colours, so there is nothing to switch"),
        (["switch", "--rollback"], "--image PREVIOUS_IMAGE"),
        (["migrate", "blue"], "has no colours: leave blue out"),
        (["deploy", "--image", NEW, "--switch"], "it has no colours, so there is nothing to switch"),
        (["deploy", "--image", NEW, "--count", "3"], "--switch, --force and --count are for blue/green services"),
        (["deploy", "--image", NEW, "--force"], "--switch, --force and --count are for blue/green services"),
    ],
)
def test_what_needs_colours_ends_with_2_and_says_so(
    service: SingleTestService, windlass: Run, arguments: list[str], message: str
) -> None:
    command, *options = arguments
    done = windlass(command, "dev", service.name, *options)
    assert (done.code, message in done.text) == (2, True), done.text
    assert service.desired_image() != NEW
