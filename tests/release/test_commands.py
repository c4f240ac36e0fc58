"""The command line for blue/green services: what it takes, how it ends, what it says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.release_session import aws_of
from cli.session import open_readonly
from tests.release.blue_green_service import MIGRATION, BlueGreenTestService
from tests.release.command_line import CommandLine, Ended
from tests.release.shared_resources import REGION

Run = Callable[..., Ended]


@pytest.fixture
def command_line(
    web: BlueGreenTestService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> CommandLine:
    command_line = CommandLine(root=tmp_path, monkeypatch=monkeypatch, capfd=capfd)
    command_line.write(
        web.outputs, endpoint_url=web.shared.endpoint_url, migrations={web.name: (), "migrates": MIGRATION}
    )
    command_line.replace_terraform(web.terraform)
    return command_line


@pytest.fixture
def windlass(command_line: CommandLine) -> Run:
    return command_line.run


def test_deploy_and_switch_in_one_command(web: BlueGreenTestService, windlass: Run) -> None:
    web.healthy("green", 2)
    image = web.push_image(f"3.0.{web.number}")
    done = windlass(
        "deploy", "dev", web.name, "--image", image, "--switch", "--canary", "50,100", "--bake", "0s",
        "--scale-down", "--soak", "0s",
    )  # fmt: skip
    assert (done.code, web.value(), web.desired("blue")) == (0, "green", 0), done.err
    assert done.out.splitlines() == [
        f"{web.name} green is up: 2 tasks of {image}, no request yet.",
        f"{web.name}: green 100, blue 0",
    ]
    assert f"{web.name}: blue 50, green 50" in done.err
    assert "\x1b" not in done.err


def test_switch_and_back(web: BlueGreenTestService, windlass: Run) -> None:
    web.ready("green")
    done = windlass("switch", "dev", web.name, "green", "--weight", "10", "--reason", "try")
    assert (done.code, done.out) == (0, f"{web.name}: blue 90, green 10\n")
    assert (
        f"Go on: ./windlass switch dev {web.name} green; back: ./windlass switch dev {web.name} --rollback" in done.err
    )
    assert web.value() == "green:10"
    done = windlass("switch", "dev", web.name, "--rollback", "--quiet")
    assert (done.code, done.out, done.err) == (0, f"{web.name}: blue 100, green 0\n", "")
    assert web.value() == "blue"


def test_deploy_and_switch_as_json_print_the_status_of_the_service(web: BlueGreenTestService, windlass: Run) -> None:
    web.healthy("green", 2)
    image = web.push_image(f"4.0.{web.number}")
    deployed = json.loads(windlass("deploy", "dev", web.name, "--image", image, "--json").out)
    assert (deployed["service"], deployed["value"]) == (web.name, "blue")
    switched = json.loads(windlass("switch", "dev", web.name, "--soak", "0s", "--json").out)
    assert switched["value"] == "green"


def test_the_status_shows_who_created_the_live_colours_parameter(web: BlueGreenTestService, windlass: Run) -> None:
    done = windlass("status", "dev", web.name)
    assert done.code == 0, done.err
    assert "created blue Terraform" in done.text
    assert done.out == "".join(f"{line.rstrip()}\n" for line in done.out.splitlines()), "no blanks at the ends"
    assert "N/A" not in done.text
    assert "not with ./windlass" not in done.text


def test_services_are_shown_although_another_layer_comes_last(
    web: BlueGreenTestService, command_line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = ("network", "data", "service", "delivery")
    monkeypatch.setattr("cli.synthesis.Synthesis.layers", lambda *_: layers)
    done = command_line.run("status", "dev")
    assert f"service {web.name}: live, blue, http://shop.test" in done.text, done.text


def test_a_service_without_a_migration_command_has_nothing_to_migrate(web: BlueGreenTestService, windlass: Run) -> None:
    done = windlass("migrate", "dev", web.name)
    assert (done.code, "has no migration_command" in done.err) == (2, True)
    assert windlass("migrate", "dev", web.name, "--stop").out == "No migration is running.\n"


def test_a_migration_that_cannot_start_prints_no_json(web: BlueGreenTestService, windlass: Run) -> None:
    done = windlass("migrate", "dev", web.name, "--json")
    assert (done.code, done.out) == (2, "")
    assert "has no migration_command" in done.err


def test_a_refusal_ends_with_1_and_no_traceback(web: BlueGreenTestService, windlass: Run) -> None:
    done = windlass("switch", "dev", web.name)
    assert done.code == 1
    assert "green has 0 of 0 targets healthy" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["switch", "dev", "web", "red"], "'red' is not one of"),
        (["switch", "dev", "nothing"], "dev has no web service 'nothing'"),
        (["switch", "dev", "web", "--weight", "10", "--canary", "10,100"], "choose one"),
        (["switch", "dev", "web", "--weight", "0"], "1<=x<=100"),
        (["switch", "dev", "web", "--canary", "ten"], "'ten' is not a list of traffic weights; write 10,50,100."),
        (["switch", "dev", "web", "--canary", "10,5"], "must increase, as 10,50,100 do, unlike 10,5."),
        (["switch", "dev", "web", "--canary", "10,500"], "Traffic weights are 1 to 100 percent, not 10,500."),
        (["switch", "dev", "web", "--bake", "soon"], "is not a duration"),
        (["switch", "dev", "web", "--soak", "5"], "'5' is not a duration; write 90s, 5m or 1h"),
        (["switch", "dev", "web", "--bake", "6s"], "--bake observes the steps of a canary"),
        (["deploy", "dev", "web", "--image", "a.io/web:1", "--bake", "6s"], "add --switch"),
        (["deploy", "dev", "web", "--image", "a.io/web:1", "--switch", "--bake", "6s"], "--bake observes the steps"),
        (["switch", "dev", "web", "--rollback", "blue"], "--rollback moves all traffic back to the previous colour"),
        (["migrate", "dev", "web"], "has no web service 'web'"),
        (["migrate", "dev", "migrates", "red"], "'red' is not one of"),
        (["deploy", "dev", "web"], "Missing option '--image'"),
        (["deploy", "dev", "web", "--image", "web"], "complete reference with registry, repository"),
        (["deploy", "dev", "web", "--image", "a.io/web:1", "--canary", "10,100"], "add --switch"),
    ],
)
def test_bad_arguments_end_with_2(windlass: Run, arguments: list[str], message: str) -> None:
    done = windlass(*arguments)
    assert done.code == 2
    assert message in done.err


@pytest.mark.parametrize(("kind", "code"), [("staging", 2), ("development", 1)])
def test_a_moving_tag_is_accepted_in_development_alone(
    web: BlueGreenTestService, command_line: CommandLine, kind: str, code: int
) -> None:
    command_line.write(web.outputs, endpoint_url=web.shared.endpoint_url, migrations={web.name: ()}, kind=kind)
    repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-dev/web"
    done = command_line.run("deploy", "dev", web.name, "--image", f"{repository}:stable")
    assert done.code == code, done.err
    expected = "means another image tomorrow" if code == 2 else "ECR has no image stable in shop-dev/web"
    assert expected in done.err


@pytest.mark.parametrize(
    ("image", "is_refused"),
    [
        ("public.ecr.aws/team/web:1.0.0", True),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-dev/web:1.0.0", True),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-dev/web:1.0.0", False),
    ],
)
def test_an_image_that_tasks_could_never_pull_is_refused(
    web: BlueGreenTestService, command_line: CommandLine, image: str, is_refused: bool
) -> None:
    file = command_line.root / "environments" / "dev.toml"
    before = f'egress = "single-nat-gateway"\nnat_gateway_zone = "{REGION}a"\n'
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, 'egress = "endpoints"\n'))
    done = command_line.run("deploy", "dev", web.name, "--image", image)
    assert done.code == (2 if is_refused else 1), done.err
    assert ('cannot be pulled where network.egress = "endpoints"; give an image in a private' in done.err) is is_refused
    assert (f"To copy it there: ./windlass push dev {web.name} --image {image}" in done.err) is is_refused
    assert ("ECR has no image 1.0.0" in done.err) is not is_refused


def test_ctrl_c_ends_with_130(web: BlueGreenTestService, windlass: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    web.ready("green")

    def press(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("release.switch.bake", press)
    done = windlass("switch", "dev", web.name, "--canary", "10,100")
    assert done.code == 130
    assert f"Go on: ./windlass switch dev {web.name} green" in done.err


@pytest.mark.parametrize(
    ("code", "message"), [("ExpiredTokenException", "log in again"), ("AccessDeniedException", "may not call")]
)
def test_an_error_of_aws_is_a_sentence(
    web: BlueGreenTestService, windlass: Run, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    from botocore.exceptions import ClientError

    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetParameterHistory")

    monkeypatch.setattr("release.aws.Aws.pages", refuse)
    done = windlass("switch", "dev", web.name)
    assert (done.code, message in done.err) == (1, True)


def test_the_embedded_aws_is_called_with_its_own_keys(
    web: BlueGreenTestService, command_line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-of-somebody")
    client = aws_of(open_readonly(command_line.project, "dev")).client("ssm")
    assert client.get_parameter(Name=web.published.colour_parameter)["Parameter"]["Value"] == "blue"
