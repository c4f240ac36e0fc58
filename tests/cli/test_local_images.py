"""The images that a deployment on this machine may name."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from cli.local_images import add_images, images_of
from cli.local_platform import LocalPlatform
from cli.project import Project
from config import Environment, load
from tests.support.documents import ROOT
from tests.support.embedded import embedded_aws

WEB = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web"


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("local-images") as url:
        yield url


@pytest.fixture
def environment(endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setenv("WINDLASS_AWS__ENDPOINT_URL", endpoint_url)
    return load("local", ROOT)


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Project:
    # The one of these tests was not started by a command.
    monkeypatch.setattr(LocalPlatform, "require_running", lambda *_: None)
    return Project(root=ROOT)


@pytest.fixture
def ecr(environment: Environment) -> Iterator[Any]:
    keys = {"aws_access_key_id": "windlass", "aws_secret_access_key": "windlass"}
    client = boto3.client("ecr", endpoint_url=environment.aws.endpoint_url, region_name="eu-west-1", **keys)
    client.create_repository(repositoryName="windlass-local/web", imageTagMutability="IMMUTABLE")
    yield client
    client.delete_repository(repositoryName="windlass-local/web", force=True)


def test_the_images_of_the_file_are_those_of_its_own_registry(environment: Environment) -> None:
    assert {str(image) for image in images_of(environment)} == {f"{WEB}:0.1.0"}


def test_the_images_of_the_file_are_in_the_registry(project: Project, environment: Environment, ecr: Any) -> None:
    assert add_images(project, environment, images_of(environment)) == ["windlass-local/web:0.1.0"]
    assert add_images(project, environment, images_of(environment)) == []
    answer = ecr.describe_images(repositoryName="windlass-local/web", imageIds=[{"imageTag": "0.1.0"}])
    assert len(answer["imageDetails"]) == 1


@pytest.mark.usefixtures("environment", "ecr")
@pytest.mark.parametrize("text", ["windlass-local/web:0.2.0", f"{WEB}:0.2.0"])
def test_a_tag_can_be_added_by_hand(windlass: Callable[..., Any], project: Project, text: str) -> None:
    ended = windlass("local", "image", text, on=project)
    assert ended.code == 0, ended.err
    assert ended.out == f"{WEB}:0.2.0 is added.\n"
    assert f"./windlass deploy local web --image {WEB}:0.2.0" in " ".join(ended.err.split())


@pytest.mark.usefixtures("environment", "ecr")
def test_as_json_it_is_the_reference_that_deploy_takes(windlass: Callable[..., Any], project: Project) -> None:
    for added in (True, False):
        ended = windlass("local", "image", "windlass-local/web:0.3.0", "--json", on=project)
        assert json.loads(ended.out) == {"image": f"{WEB}:0.3.0", "added": added}, ended.err


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("web", 2, "give a repository and a tag"),
        ("windlass-local/web", 2, "give a repository and a tag"),
        (f"windlass-local/web@sha256:{'0' * 64}", 2, "is not a tag in the registry of local"),
        ("windlass-local/shop:1", 1, "local has no image repository windlass-local/shop"),
    ],
)
def test_what_cannot_be_added_is_refused(
    windlass: Callable[..., Any], project: Project, text: str, code: int, message: str
) -> None:
    ended = windlass("local", "image", text, on=project)
    assert (ended.code, message in " ".join(ended.err.split())) == (code, True), ended.err
