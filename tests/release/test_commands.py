"""The command line: what it takes, how it ends, what it says."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import click
import pytest

from cli import app, release_session
from cli.commands import deploy, migrate, switch
from tests.release.platform import MIGRATION, Platform
from tests.release.shared import REGION


class Ended(SimpleNamespace):
    code: int
    err: str


@pytest.fixture
def windlass(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Run a command line on the platform of the test; Terraform's state is stood in for."""
    published = {key: {"value": value} for key, value in platform.outputs.items()}
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    environment = SimpleNamespace(
        name="dev",
        kind="production",
        aws=SimpleNamespace(region=REGION, endpoint_url=platform.shared.endpoint_url),
        services={
            platform.name: SimpleNamespace(migration_command=()),
            "migrates": SimpleNamespace(migration_command=MIGRATION),
        },
    )
    project = SimpleNamespace(
        environments=SimpleNamespace(load=lambda _: environment), local=SimpleNamespace(variables=lambda _: keys)
    )
    session = SimpleNamespace(
        project=project, environment=environment, outputs=lambda _layer: published, stacks=lambda _layer: []
    )
    monkeypatch.setattr(deploy, "open_for_change", lambda _project, _name: session)
    for module in (migrate, switch):
        monkeypatch.setattr(module, "open_readonly", lambda _project, _name: session)
    monkeypatch.setattr(deploy, "apply_layers", lambda _stacks, ask: platform.terraform_apply())
    monkeypatch.setattr(release_session, "aws_of", lambda _session: platform.aws)
    commands = (deploy.deploy, migrate.migrate, switch.switch)
    group = click.Group(commands={str(command.name): command for command in commands})
    monkeypatch.setattr(app, "windlass", group)

    def run(*arguments: str) -> Ended:
        capfd.readouterr()
        code = app.main(list(arguments), project=project)  # type: ignore[arg-type]
        return Ended(code=code, err=capfd.readouterr().err)

    return run


def test_deploy_and_switch_in_one_command(platform: Platform, windlass: Callable[..., Ended]) -> None:
    platform.healthy("green", 2)
    image = platform.push_image(f"3.0.{platform.number}")
    done = windlass(
        "deploy", "dev", platform.name, "--image", image, "--switch", "--canary", "50,100", "--bake", "0s",
        "--scale-down", "--soak", "0s",
    )  # fmt: skip
    assert (done.code, platform.value(), platform.desired("blue")) == (0, "green", 0)
    assert "\x1b" not in done.err


def test_switch_and_back(platform: Platform, windlass: Callable[..., Ended]) -> None:
    platform.ready("green")
    assert windlass("switch", "dev", platform.name, "green", "--weight", "10", "--reason", "try").code == 0
    assert platform.value() == "green:10"
    assert windlass("switch", "dev", platform.name, "--rollback").code == 0
    assert platform.value() == "blue"


def test_a_service_without_a_migration_command_has_nothing_to_migrate(
    platform: Platform, windlass: Callable[..., Ended]
) -> None:
    done = windlass("migrate", "dev", platform.name)
    assert (done.code, "has no migration_command" in done.err) == (2, True)
    assert windlass("migrate", "dev", platform.name, "--stop").err == "No migration runs.\n"


def test_a_refusal_ends_with_1_and_no_traceback(platform: Platform, windlass: Callable[..., Ended]) -> None:
    done = windlass("switch", "dev", platform.name)
    assert done.code == 1
    assert "green has 0 of 0 targets healthy" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["switch", "dev", "web", "red"], "'red' is not one of"),
        (["switch", "dev", "nothing"], "dev has no web service 'nothing'"),
        (["switch", "dev", "web", "--weight", "10", "--canary", "10,100"], "choose one"),
        (["switch", "dev", "web", "--weight", "0"], "1<=x<=100"),
        (["switch", "dev", "web", "--canary", "ten"], "are no shares"),
        (["switch", "dev", "web", "--bake", "soon"], "is no duration"),
        (["switch", "dev", "web", "--rollback", "blue"], "--rollback goes to the previous colour"),
        (["migrate", "dev", "web"], "has no web service 'web'"),
        (["migrate", "dev", "migrates", "red"], "'red' is not one of"),
        (["deploy", "dev", "web"], "Missing option '--image'"),
        (["deploy", "dev", "web", "--image", "web"], "give a complete reference with registry, repository"),
        (["deploy", "dev", "web", "--image", "a.io/web:latest"], "the tag latest means another image tomorrow"),
        (["deploy", "dev", "web", "--image", "a.io/web:1", "--canary", "10,100"], "add --switch"),
    ],
)
def test_bad_arguments_end_with_2(windlass: Callable[..., Ended], arguments: list[str], said: str) -> None:
    done = windlass(*arguments)
    assert done.code == 2
    assert said in done.err


def test_ctrl_c_ends_with_130(
    platform: Platform, windlass: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.ready("green")

    def press(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("release.switch.watch", press)
    done = windlass("switch", "dev", platform.name, "--canary", "10,100")
    assert done.code == 130
    assert f"Go on: ./windlass switch dev {platform.name} green" in done.err


@pytest.mark.parametrize(
    ("code", "said"), [("ExpiredTokenException", "log in again"), ("AccessDeniedException", "may not call")]
)
def test_what_aws_refuses_is_a_sentence(
    platform: Platform, windlass: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    from botocore.exceptions import ClientError

    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetParameterHistory")

    monkeypatch.setattr(platform.aws, "pages", refuse)
    done = windlass("switch", "dev", platform.name)
    assert (done.code, said in done.err) == (1, True)


def test_the_embedded_aws_is_asked_with_its_own_keys(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-of-somebody")
    session = SimpleNamespace(
        project=SimpleNamespace(
            local=SimpleNamespace(
                variables=lambda _: {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
            )
        ),
        environment=SimpleNamespace(aws=SimpleNamespace(region=REGION, endpoint_url=platform.shared.endpoint_url)),
    )
    client = release_session.aws_of(session).client("ssm")  # type: ignore[arg-type]
    assert client.get_parameter(Name=platform.target.colour_parameter)["Parameter"]["Value"] == "blue"
