"""The command line for services without colours: deploy and migrate work, the rest is refused in words."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import click
import pytest

from cli import app, release_session
from cli.commands import deploy, migrate, status, switch
from tests.release.one_sided import OneSided
from tests.release.platform import MIGRATION
from tests.release.shared import REGION, Shared

NEW = "registry.example.com/shop/web:3.0.0"
Run = Callable[..., tuple[int, str]]


@pytest.fixture(params=["rolling", "codedeploy"])
def service(request: pytest.FixtureRequest, shared: Shared) -> OneSided:
    return OneSided(shared, request.param)


@pytest.fixture
def windlass(service: OneSided, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line; Terraform's state and its applies are stood in for."""
    published = {key: {"value": value} for key, value in service.outputs.items()}
    state = {"serial": 1, "lineage": "one", "resources": [], "outputs": published}
    environment = SimpleNamespace(
        name="dev",
        kind="production",
        aws=SimpleNamespace(region=REGION, account_id="123456789012", endpoint_url=service.shared.endpoint_url),
        services={service.name: SimpleNamespace(migration_command=MIGRATION)},
        state=SimpleNamespace(backend="s3", bucket="state"),
    )
    project: Any = SimpleNamespace(
        environments=SimpleNamespace(load=lambda _: environment),
        local=SimpleNamespace(is_reachable=lambda _: True),
        synthesis=SimpleNamespace(layers=lambda _: ("service",), folder=lambda *_: ""),
    )
    session = SimpleNamespace(
        project=project,
        environment=environment,
        state=lambda _layer: state,
        outputs=lambda _layer: published,
        stacks=lambda _layer: [SimpleNamespace()],
    )
    patch = monkeypatch.setattr
    patch(deploy, "open_for_change", lambda *_, **__: session)
    for module in (migrate, status, switch):
        patch(module, "open_readonly", lambda *_, **__: session)
    patch(deploy, "apply_layers", lambda *_, **__: service.apply())
    patch(deploy, "register_task_definition", lambda _stack, _family: service.apply_task_definition())
    for module in (deploy, migrate):
        patch(module, "one_sided_context_of", lambda *_: service.context(during=service.end_migration))
    for module in (release_session, status):
        patch(module, "aws_of", lambda _: service.aws)
    commands = (deploy.deploy, migrate.migrate, switch.switch, status.status)
    patch(app, "windlass", click.Group(commands={str(one.name): one for one in commands}))

    def run(*arguments: str) -> tuple[int, str]:
        capfd.readouterr()
        code = app.main(list(arguments), project=project)
        printed = capfd.readouterr()
        return code, " ".join((printed.out + printed.err).split())

    return run


def test_deploy_migrates_and_brings_the_image_and_status_shows_it(service: OneSided, windlass: Run) -> None:
    code, said = windlass("deploy", "dev", service.name, "--image", NEW, "--reason", "release 3")
    assert code == 0, said
    assert service.running() == NEW
    assert "migration done" in service.recorder.told
    code, said = windlass("status", "dev", service.name)
    assert code == 0
    for word in (service.name, service.strategy, NEW, "2/2", "release 3", "http://shop.test"):
        assert word in said


def test_the_database_can_be_migrated_alone(service: OneSided, windlass: Run) -> None:
    assert windlass("migrate", "dev", service.name)[0] == 0
    assert "migration done" in service.recorder.told
    assert windlass("migrate", "dev", service.name, "--stop") == (0, "No migration runs.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["switch"], "it has no colours, so there is nothing to switch"),
        (["switch", "--rollback"], "--image PREVIOUS_IMAGE"),
        (["migrate", "blue"], "has no colours: leave blue out"),
        (["deploy", "--image", NEW, "--switch"], "--switch, --force and --count are for blue/green services"),
        (["deploy", "--image", NEW, "--count", "3"], "--switch, --force and --count are for blue/green services"),
    ],
)
def test_what_needs_colours_ends_with_2_and_says_so(
    service: OneSided, windlass: Run, arguments: list[str], said: str
) -> None:
    command, *options = arguments
    code, text = windlass(command, "dev", service.name, *options)
    assert (code, said in text) == (2, True), text
    assert service.wanted() != NEW
