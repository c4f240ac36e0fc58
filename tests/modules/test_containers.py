"""Containers as ECS stores them: what is written is what is read back."""

import dataclasses
import json
import subprocess
import sys
from typing import Any

import pytest

from modules.containers import (
    AwsLogs,
    Container,
    ContainerDependency,
    HealthCheck,
    MountPoint,
    PortMapping,
    SecretReference,
    check_image,
    container_definitions,
    container_definitions_json,
)

LOGS = AwsLogs(group="/windlass/acme/prod/web", region="eu-west-1", stream_prefix="web")
WEB = Container(name="web", image="public.ecr.aws/acme/web:1.4.2")
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme/prod/database-AbCdEf"
CHECK = HealthCheck(command=["CMD", "python", "-m", "web.healthcheck"])


def definition(container: Container, **arguments: Any) -> dict[str, Any]:
    (result,) = container_definitions([container], LOGS, **arguments)
    return result


def test_what_is_empty_is_left_out() -> None:
    assert set(definition(WEB)) == {
        "essential",
        "image",
        "linuxParameters",
        "logConfiguration",
        "name",
        "readonlyRootFilesystem",
        "stopTimeout",
    }


def test_defaults_that_ecs_fills_in_are_written() -> None:
    container = dataclasses.replace(WEB, port_mappings=[PortMapping(container_port=8000)], health_check=CHECK)
    result = definition(container)
    assert result["portMappings"] == [{"containerPort": 8000, "hostPort": 8000, "protocol": "tcp"}]
    assert result["healthCheck"] == {"command": list(CHECK.command), "interval": 30, "timeout": 5, "retries": 3}


def test_e10_the_order_of_settings_and_secrets_does_not_matter() -> None:
    one = dataclasses.replace(
        WEB,
        environment={"A": "1", "B": "2"},
        secrets={"C": SecretReference(arn=SECRET), "D": SecretReference(arn=SECRET)},
    )
    other = dataclasses.replace(
        WEB,
        environment={"B": "2", "A": "1"},
        secrets={"D": SecretReference(arn=SECRET), "C": SecretReference(arn=SECRET)},
    )
    assert definition(one) == definition(other)
    assert [setting["name"] for setting in definition(one)["environment"]] == ["A", "B"]


def test_a02_a_secret_is_an_arn_with_at_most_a_key() -> None:
    secrets = {"URL": SecretReference(arn=SECRET), "USER": SecretReference(arn=SECRET, json_key="username")}
    assert definition(dataclasses.replace(WEB, secrets=secrets))["secrets"] == [
        {"name": "URL", "valueFrom": SECRET},
        {"name": "USER", "valueFrom": f"{SECRET}:username::"},
    ]


def test_a02_a_secret_is_named_by_its_arn() -> None:
    with pytest.raises(ValueError, match='A02: arn is "acme/prod/database"'):
        SecretReference(arn="acme/prod/database")
    assert SecretReference(arn="${local.secret}").value_from == "${local.secret}"


@pytest.mark.parametrize("key", ["", "a:b"])
def test_a02_a_key_has_no_colon(key: str) -> None:
    with pytest.raises(ValueError, match="A02: json_key is"):
        SecretReference(arn=SECRET, json_key=key)


def test_a02_a_parameter_has_no_keys() -> None:
    with pytest.raises(ValueError, match="is an SSM parameter"):
        SecretReference(arn="arn:aws:ssm:eu-west-1:111122223333:parameter/acme", json_key="username")


def test_a02_a_name_is_a_setting_or_a_secret_but_not_both() -> None:
    with pytest.raises(ValueError, match='A02: container "web" has URL both in environment and in secrets'):
        dataclasses.replace(WEB, environment={"URL": "x"}, secrets={"URL": SecretReference(arn=SECRET)})


def test_a_container_cannot_change_its_image_and_has_an_init() -> None:
    result = definition(WEB)
    assert result["readonlyRootFilesystem"] is True
    assert result["linuxParameters"] == {"initProcessEnabled": True}
    assert "user" not in result


def test_logs_do_not_block_a_container_by_default() -> None:
    assert definition(WEB)["logConfiguration"]["options"] == {
        "awslogs-group": "/windlass/acme/prod/web",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "web",
        "mode": "non-blocking",
        "max-buffer-size": "25m",
    }
    (result,) = container_definitions([WEB], dataclasses.replace(LOGS, mode="blocking"))
    assert result["logConfiguration"]["options"]["mode"] == "blocking"
    assert "max-buffer-size" not in result["logConfiguration"]["options"]


@pytest.mark.parametrize(
    "command", [["python", "-m", "x"], ["CMD"], [], ["CMD-SHELL", "curl", "localhost"], ["NONE", "x"]]
)
def test_a_health_check_starts_with_cmd_or_cmd_shell(command: list[str]) -> None:
    with pytest.raises(ValueError, match="health check command is"):
        HealthCheck(command=command)


def test_values_beyond_the_limits_of_fargate_are_refused() -> None:
    with pytest.raises(ValueError, match="start_period_seconds is 301; allowed are 0 to 300"):
        dataclasses.replace(CHECK, start_period_seconds=301)
    with pytest.raises(ValueError, match="stop_timeout_seconds is 121; allowed are 2 to 120"):
        dataclasses.replace(WEB, stop_timeout_seconds=121)
    with pytest.raises(ValueError, match="container_port is 0"):
        PortMapping(container_port=0)


def test_a_mount_point_needs_its_volume() -> None:
    container = dataclasses.replace(WEB, mount_points=[MountPoint(volume="tmp", container_path="/tmp")])
    assert definition(container, volumes=["tmp"])["mountPoints"] == [
        {"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False}
    ]
    with pytest.raises(ValueError, match='mounts volume "tmp", which does not exist'):
        definition(container)


def waits(condition: str, other: Container) -> list[Container]:
    dependency = ContainerDependency(container="helper", condition=condition)  # type: ignore[arg-type]
    return [dataclasses.replace(WEB, depends_on=[dependency]), other]


def test_containers_wait_for_each_other() -> None:
    helper = dataclasses.replace(WEB, name="helper", health_check=CHECK)
    web, _ = container_definitions(waits("HEALTHY", helper), LOGS)
    assert web["dependsOn"] == [{"containerName": "helper", "condition": "HEALTHY"}]


@pytest.mark.parametrize(
    ("condition", "helper", "message"),
    [
        ("START", dataclasses.replace(WEB, name="other"), "it can wait for another container"),
        ("HEALTHY", dataclasses.replace(WEB, name="helper"), "that has no health check"),
        ("SUCCESS", dataclasses.replace(WEB, name="helper"), "that is essential"),
    ],
)
def test_what_could_never_start_is_refused(condition: str, helper: Container, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        container_definitions(waits(condition, helper), LOGS)


def test_more_containers_than_ecs_allows_are_refused() -> None:
    many = [dataclasses.replace(WEB, name=f"web-{number}") for number in range(11)]
    assert len(container_definitions(many[:10], LOGS)) == 10
    with pytest.raises(ValueError, match="a task has 11 containers"):
        container_definitions(many, LOGS)


def test_containers_have_names_of_their_own_and_one_is_essential() -> None:
    with pytest.raises(ValueError, match="their names must differ"):
        container_definitions([WEB, WEB], LOGS)
    with pytest.raises(ValueError, match="no container is essential"):
        container_definitions([dataclasses.replace(WEB, essential=False)], LOGS)


def test_expressions_with_quotes_survive_the_json() -> None:
    expression = '${data.terraform_remote_state.data.outputs.secrets["web"]}'
    container = dataclasses.replace(WEB, environment={"SAY": 'a "word"', "URL": expression, "FORMAT": "%{host}"})
    text = container_definitions_json(container_definitions([container], LOGS))
    assert expression in text
    assert "%%{host}" in text
    assert json.loads(text.replace(expression, "x"))[0]["environment"][1] == {"name": "SAY", "value": 'a "word"'}


@pytest.mark.parametrize(
    "image",
    [
        "public.ecr.aws/acme/web:1.4.2",
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/acme/web:0f1e2d3",
        "localhost:5000/web:1",
        "docker.io/apache/airflow@sha256:" + "0" * 64,
        "${local.repository}:1.4.2",
    ],
)
def test_e05_complete_images_pass(image: str) -> None:
    container = Container(name="web", image=image)
    assert container.image == image


@pytest.mark.parametrize("image", ["web", "web:1", "acme/web:1", "docker.io/acme/web", "docker.io/acme/web:", ""])
def test_e05_incomplete_images_are_refused(image: str) -> None:
    with pytest.raises(ValueError, match=r"E05: image is .* allowed is a complete reference"):
        check_image(image)


@pytest.mark.parametrize(
    "image", ["docker.io/acme/web:latest", "${local.repository}:latest", "docker.io/acme/web:main"]
)
def test_e05_moving_tags_are_for_development_only(image: str) -> None:
    with pytest.raises(ValueError, match=r"E05: image is .* moves"):
        definition(dataclasses.replace(WEB, image=image))
    assert definition(dataclasses.replace(WEB, image=image), allow_moving_tags=True)["image"] == image


@pytest.mark.parametrize("pure", ["config", "modules.airflow", "modules.containers"])
def test_what_describes_containers_and_environments_loads_no_cdktf(pure: str) -> None:
    program = f"import sys, {pure}; assert 'cdktf' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
