"""The sample web service's container, and the weights that follow from the live colour."""

import dataclasses
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from aws.colour import (
    LIVE_COLOUR_PATTERN,
    check_value,
    colour_expression,
    colour_weight_expression,
    valid_expression,
)
from modules.containers import (
    ROOT_CERTIFICATES_CONTAINER,
    ROOT_CERTIFICATES_FILE,
    ROOT_CERTIFICATES_VOLUME,
    ContainerDependency,
    SecretReference,
)
from modules.web import (
    LiveColour,
    LiveColourInputs,
    WebContainerInputs,
    web_container,
    web_containers,
    web_volumes,
)
from tests.support.stack import module_stack, synthesised

URL = SecretReference(arn="arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme/prod/url-AbCdEf")
WEB = WebContainerInputs(image="public.ecr.aws/acme/web:1.4.2", colour="blue", version="1.4.2", database_url=URL)
COLOUR = LiveColourInputs(service="web-api", parameter_name="/windlass/acme/prod/web-api/colour")

SHARES = {
    "blue": (100, 0),
    "green": (0, 100),
    "green:10": (90, 10),
    "green:0": (100, 0),
    "green:100": (0, 100),
    "blue:75": (75, 25),
}
WRONG = ["", "purple", "Blue", "blue:", "blue:101", "blue:-1", "green:1.5", "green:010", "blue ", "blue:10:5", "blue\n"]


def synth() -> dict[str, Any]:
    with module_stack() as stack:
        LiveColour(stack, "live", COLOUR)
        return synthesised(stack).document


def test_the_container_fits_the_image() -> None:
    container = web_container(WEB)
    assert container.environment == {
        "COLOUR": "blue",
        "KEEP_ALIVE_SECONDS": "65",
        "PORT": "8000",
        "VERSION": "1.4.2",
    }
    assert container.secrets == {"DATABASE_URL": URL}
    assert [port.container_port for port in container.port_mappings] == [8000]
    assert container.stop_timeout_seconds == 60


def test_e06_a_container_has_no_health_check_unless_one_is_given() -> None:
    assert web_container(WEB).health_check is None


def test_a08_a_health_check_gives_the_database_time() -> None:
    container = web_container(dataclasses.replace(WEB, health_check_command=("python", "-m", "web.healthcheck")))
    assert container.health_check is not None
    assert list(container.health_check.command) == ["CMD", "python", "-m", "web.healthcheck"]
    assert container.health_check.start_period_seconds == 120


def test_a_service_without_colours_has_no_colour_variable() -> None:
    assert "COLOUR" not in web_container(dataclasses.replace(WEB, colour=None)).environment


def test_only_tmp_can_be_written() -> None:
    container = web_container(WEB)
    assert container.readonly_root_filesystem
    assert {mount.volume: mount.container_path for mount in container.mount_points} == {"tmp": "/tmp"}
    assert web_volumes(WEB) == {"tmp": None}


def test_further_folders_are_volumes_and_the_root_may_be_writable() -> None:
    inputs = dataclasses.replace(WEB, writable_folders={"folder-app-cache": "/app/cache"}, root_certificates="PEM")
    container = web_container(inputs)
    mounts = {mount.volume: mount.container_path for mount in container.mount_points if not mount.read_only}
    assert mounts == {"tmp": "/tmp", "folder-app-cache": "/app/cache"}
    assert list(web_volumes(inputs)) == ["tmp", "folder-app-cache", "root-certificates"]
    assert not web_container(dataclasses.replace(WEB, read_only_root=False)).readonly_root_filesystem


def test_the_image_decides_what_is_not_given() -> None:
    container = web_container(WEB)
    assert (container.command, container.entry_point) == ((), ())
    assert (container.working_directory, container.user) == (None, None)


def test_what_is_given_replaces_it() -> None:
    given = {"command": ("web",), "entry_point": ("tini",), "working_directory": "/app", "user": "1:2"}
    container = web_container(dataclasses.replace(WEB, **given, stop_timeout_seconds=120))
    assert {name: getattr(container, name) for name in given} == given
    assert container.stop_timeout_seconds == 120


def test_a_secrets_version_changes_the_definition() -> None:
    raised = web_container(dataclasses.replace(WEB, secrets_version=2))
    assert raised.environment["WINDLASS_SECRETS_VERSION"] == "2"
    assert "WINDLASS_SECRETS_VERSION" not in web_container(WEB).environment


def test_d07_a_service_that_connects_has_the_roots_before_it_starts() -> None:
    assert [each.name for each in web_containers(WEB)] == ["web"]
    connected = dataclasses.replace(WEB, root_certificates="-----BEGIN CERTIFICATE-----")
    own, writer = web_containers(connected)
    assert own == web_container(connected)
    assert own.environment["CERTIFICATES_FILE"] == ROOT_CERTIFICATES_FILE
    assert own.depends_on == (ContainerDependency(container=ROOT_CERTIFICATES_CONTAINER, condition="SUCCESS"),)
    assert own.mount_points[-1].read_only
    assert (writer.image, writer.user, writer.essential) == (WEB.image, "0:0", False)
    assert web_volumes(connected) == {"tmp": None, ROOT_CERTIFICATES_VOLUME: None}
    with pytest.raises(ValueError, match="CERTIFICATES_FILE"):
        web_container(dataclasses.replace(WEB, environment={"CERTIFICATES_FILE": "/elsewhere"}))


def test_the_port_is_set_once() -> None:
    container = web_container(dataclasses.replace(WEB, port=9000))
    assert container.environment["PORT"] == "9000"
    assert container.port_mappings[0].container_port == 9000


def test_further_settings_and_secrets_come_along() -> None:
    inputs = dataclasses.replace(WEB, environment={"LOG_LEVEL": "debug"}, secrets={"CACHE_URL": URL})
    container = web_container(inputs)
    assert container.environment["LOG_LEVEL"] == "debug"
    assert set(container.secrets) == {"CACHE_URL", "DATABASE_URL"}


def test_a_setting_cannot_contradict_the_inputs() -> None:
    with pytest.raises(ValueError, match="environment has COLOUR, PORT"):
        dataclasses.replace(WEB, environment={"PORT": "1", "COLOUR": "green"})
    with pytest.raises(ValueError, match="secrets has DATABASE_URL"):
        dataclasses.replace(WEB, secrets={"DATABASE_URL": URL})


@pytest.mark.parametrize("value", SHARES)
def test_a_value_in_the_grammar_passes(value: str) -> None:
    assert check_value(value) == value


@pytest.mark.parametrize("value", WRONG)
def test_any_other_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="live colour is"):
        check_value(value)


def test_there_are_two_colours() -> None:
    with pytest.raises(ValueError, match='colour is "red"'):
        colour_weight_expression("local.colour", "red")  # type: ignore[arg-type]


def test_terraform_computes_the_shares(tmp_path: Path) -> None:
    """One apply of outputs for all values; no provider, so it takes a second."""
    values = [*SHARES, *WRONG]
    for_each = "{{ for value in local.values : value => {} }}"
    document = {
        "locals": {"values": values},
        "output": {
            "colour": {"value": f"${{{for_each.format('try(' + colour_expression('value') + ', null)')}}}"},
            "valid": {"value": f"${{{for_each.format(valid_expression('value'))}}}"},
            "blue": {"value": f"${{{for_each.format(colour_weight_expression('value', 'blue'))}}}"},
            "green": {"value": f"${{{for_each.format(colour_weight_expression('value', 'green'))}}}"},
        },
    }
    (tmp_path / "main.tf.json").write_text(json.dumps(document))
    for arguments in (["init", "-input=false"], ["apply", "-auto-approve", "-input=false"]):
        run = subprocess.run(["terraform", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
    state = json.loads((tmp_path / "terraform.tfstate").read_text())
    result = {name: output["value"] for name, output in state["outputs"].items()}
    assert {value: result["valid"][value] for value in values} == {value: value in SHARES for value in values}
    assert {value: (result["blue"][value], result["green"][value]) for value in SHARES} == SHARES
    assert all(result["colour"][value] == value.split(":")[0] for value in SHARES)


def test_e07_terraform_makes_the_parameter_and_never_changes_its_value() -> None:
    (body,) = synth()["resource"]["aws_ssm_parameter"].values()
    assert (body["type"], body["insecure_value"]) == ("String", "blue")
    assert "value" not in body
    assert "insecure_value" in body["lifecycle"]["ignore_changes"]


def test_a_value_outside_the_grammar_is_refused_by_ssm_and_by_terraform() -> None:
    (body,) = synth()["resource"]["aws_ssm_parameter"].values()
    assert body["allowed_pattern"] == LIVE_COLOUR_PATTERN
    (check,) = body["lifecycle"]["postcondition"]
    assert check["condition"] == f"${{{valid_expression('self.insecure_value')}}}"
    assert "allowed are" in check["error_message"]


def test_the_weights_come_from_the_parameters_attribute() -> None:
    with module_stack() as stack:
        outputs = LiveColour(stack, "live", COLOUR).outputs
        document = synthesised(stack).document
    (parameter,) = document["resource"]["aws_ssm_parameter"]
    assert document["locals"]["web_api_live"] == f"${{aws_ssm_parameter.{parameter}.insecure_value}}"
    assert outputs.weights == {"blue": "${local.web_api_blue_weight}", "green": "${local.web_api_green_weight}"}
    assert outputs.value_expression == "local.web_api_live"
    assert set(document["locals"]) == {"web_api_live", "web_api_blue_weight", "web_api_green_weight"}


def test_the_first_value_is_in_the_grammar() -> None:
    with module_stack() as stack, pytest.raises(ValueError, match='live colour is "red"'):
        LiveColour(stack, "live", dataclasses.replace(COLOUR, initial="red"))


def test_a_service_name_must_do_as_a_name_in_terraform() -> None:
    with module_stack() as stack, pytest.raises(ValueError, match='service is "web api"'):
        LiveColour(stack, "live", dataclasses.replace(COLOUR, service="web api"))
