"""The commands of pipelines and people, run on the applied platform by the roles of the delivery layer (I02)."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.permissions.pipeline import ACCOUNT, APPLY_POLICY, Pipeline, document, people, settings
from tests.platform.queries import client
from tests.release.registry.images import Image, write_folder
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow]

IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web"
STATES = f"windlass-state-{ACCOUNT}-eu-west-1"
STATE = "windlass/local/service/terraform.tfstate"
SECRET = "windlass/local/database/password"


@pytest.fixture(scope="module")
def pipeline(layers: Platform) -> Iterator[Pipeline]:
    """The delivery layer, applied by an administrator."""
    iam = client(layers, "iam")
    anything = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    arn = iam.create_policy(PolicyName=APPLY_POLICY, PolicyDocument=anything)["Policy"]["Arn"]
    variables = settings({"platform": arn})

    def delivery(command: str) -> None:
        done = layers.windlass(command, "local", "--layer", "delivery", "--yes", variables=variables)
        assert done.returncode == 0, done.stdout + done.stderr

    delivery("apply")
    with people(layers):
        yield Pipeline(platform=layers, variables=variables)
    delivery("destroy")
    iam.delete_policy(PolicyArn=arn)


@pytest.fixture(scope="module")
def live(pipeline: Pipeline) -> Iterator[Pipeline]:
    """The same with the web service's containers."""
    try:
        done = pipeline.platform.windlass("local", "up", "--with", "web")
        assert done.returncode == 0, done.stdout + done.stderr
        yield pipeline
    finally:
        pipeline.platform.data_plane().remove()


def refused(call: Callable[[], Any]) -> str:
    """AWS's error code for a call."""
    with pytest.raises(ClientError) as error:
        call()
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize("layer", ["network", "service"])
def test_a_pull_request_plans_without_a_lock(pipeline: Pipeline, layer: str) -> None:
    assert "nothing to change" in pipeline.run("plan", "plan", "local", "--layer", layer, "--no-lock")


@pytest.mark.parametrize("layer", ["network", "data", "service"])
def test_a_reviewed_workflow_plans_with_secrets(pipeline: Pipeline, layer: str) -> None:
    assert "nothing to change" in pipeline.run("plan-data", "plan", "local", "--layer", layer, "--no-lock")


def test_a_pull_request_writes_nothing_and_opens_no_secret(pipeline: Pipeline) -> None:
    s3, secrets = pipeline.client("plan", "s3"), pipeline.client("plan", "secretsmanager")
    assert refused(lambda: s3.put_object(Bucket=STATES, Key=STATE, Body=b"{}")) == "AccessDenied"
    assert refused(lambda: s3.delete_object(Bucket=STATES, Key=STATE)) == "AccessDenied"
    assert refused(lambda: secrets.get_secret_value(SecretId=SECRET)) == "AccessDeniedException"
    ssm, ecs = pipeline.client("plan", "ssm"), pipeline.client("plan", "ecs")
    colour = "/windlass/local/web/colour"
    assert refused(lambda: ssm.put_parameter(Name=colour, Value="green", Overwrite=True)) == "AccessDeniedException"
    assert refused(lambda: ecs.stop_task(cluster="windlass-local", task="0" * 32)) == "AccessDeniedException"
    with_lock = pipeline.run("plan", "plan", "local", "--layer", "network", code=1)
    assert "is not authorized to perform: dynamodb:PutItem" in " ".join(with_lock.split())
    data = pipeline.run("plan", "plan", "local", "--layer", "data", "--no-lock", code=1)
    assert "is not authorized to perform: secretsmanager:Get" in " ".join(data.split())


def test_apply_changes_every_layer_and_changes_it_back(pipeline: Pipeline) -> None:
    pipeline.run("apply", "apply", "local", "--yes")
    assert "nothing to change" in pipeline.run("apply", "plan", "local")


def test_push_puts_an_image_into_the_repository(pipeline: Pipeline, tmp_path: Path) -> None:
    layout = write_folder(tmp_path / "layout", Image.of("arm64").layout())
    pipeline.run("push", "push", "local", "web", "--image", str(layout), "--tag", "0.9.0")
    images = client(pipeline.platform, "ecr").describe_images(
        repositoryName="windlass-local/web", imageIds=[{"imageTag": "0.9.0"}]
    )
    assert len(images["imageDetails"]) == 1


def test_deploy_migrates_and_brings_the_idle_colour_up(live: Pipeline) -> None:
    live.run("deploy", "deploy", "local", "web", "--image", f"{IMAGE}:0.9.0")
    assert status(live)["colours"]["green"]["running_image"] == f"{IMAGE}:0.9.0"


def test_switch_moves_traffic_in_steps_and_back(live: Pipeline) -> None:
    live.run("switch", "switch", "local", "web", "--canary", "10,50,100", "--bake", "2s")
    assert status(live)["value"] == "green"
    live.run("switch", "switch", "local", "web", "--rollback", "--scale-up", "--soak", "2s")
    assert status(live)["value"] == "blue"


def test_people_who_look_see_the_status_and_logs_and_change_nothing(live: Pipeline) -> None:
    assert "Airflow" in live.run("view", "status", "local")
    logs = live.client("view", "logs")
    group = "/windlass/local/web/blue"
    (stream, *_) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    assert logs.filter_log_events(logGroupName=group)["events"]
    ecs = live.client("view", "ecs")
    service = {"cluster": "windlass-local", "service": "windlass-local-web-blue"}
    assert refused(lambda: ecs.update_service(**service, desiredCount=0)) == "AccessDeniedException"


def test_people_who_operate_run_scale_restart_and_rotate(live: Pipeline) -> None:
    live.run("operate", "migrate", "local", "web")
    ecs = live.client("operate", "ecs")
    service = {"cluster": "windlass-local", "service": "windlass-local-web-blue"}
    ecs.update_service(**service, forceNewDeployment=True)
    task = ecs.list_tasks(cluster="windlass-local", serviceName=service["service"])["taskArns"][0]
    ecs.stop_task(cluster="windlass-local", task=task, reason="a restart")
    secrets = live.client("operate", "secretsmanager")
    assert refused(lambda: secrets.get_secret_value(SecretId=SECRET)) == "AccessDeniedException"


def status(live: Pipeline) -> dict[str, Any]:
    """The status of `web`."""
    printed = live.platform.windlass("status", "local", "web", "--json")
    assert printed.returncode == 0, printed.stderr
    (web,) = json.loads(printed.stdout)["services"]
    return dict(web)
