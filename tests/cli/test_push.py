"""`./windlass push`, into the registry of an embedded AWS."""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.local_platform import LocalPlatform
from cli.project import Project
from tests.release.registry.images import Image, foreign_registry, tar_of, write_folder
from tests.release.test_commit import git
from tests.support.documents import ROOT
from tests.support.embedded import embedded_aws
from tests.support.podman import BASE_IMAGE, Podman, require_podman

WEB = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web"
NAMES = ("windlass-local/web", "windlass-local/airflow")
DOCKERFILE = f"""\
FROM {BASE_IMAGE} AS build
COPY greeting /greeting
RUN cat /greeting > /made

FROM {BASE_IMAGE} AS service
COPY --from=build /made /made
CMD ["cat", "/made"]

FROM service AS debug
RUN echo "not asked for" > /made
"""


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("push-command") as url:
        yield url


@pytest.fixture
def ecr(endpoint_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    monkeypatch.setenv("WINDLASS_AWS__ENDPOINT_URL", endpoint_url)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    keys = {"aws_access_key_id": "windlass", "aws_secret_access_key": "windlass"}
    client = boto3.client("ecr", endpoint_url=endpoint_url, region_name="eu-west-1", **keys)
    for name in NAMES:
        client.create_repository(repositoryName=name)
    yield client
    for name in NAMES:
        client.delete_repository(repositoryName=name, force=True)


@pytest.fixture
def push(ecr: Any, windlass: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    # The embedded AWS of these tests was not started by a command.
    monkeypatch.setattr(LocalPlatform, "require_running", lambda *_: None)
    return lambda *arguments: windlass("push", "local", *arguments, on=Project(root=ROOT))


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "layout", Image.of("amd64", "arm64").layout())


def test_an_image_is_copied_and_the_next_command_follows(push: Callable[..., Any], ecr: Any) -> None:
    with foreign_registry(Image.of("amd64", "arm64")) as registry:
        ended = push("web", "--image", f"{registry.host}/team/web:1.0.0", "--tag", "1.0.0")
    assert ended.code == 0, ended.err
    (image,) = ecr.describe_images(repositoryName=NAMES[0], imageIds=[{"imageTag": "1.0.0"}])["imageDetails"]
    assert ended.out.strip() == image["imageDigest"]
    assert "for linux/arm64" in ended.err
    assert f"Next: ./windlass deploy local web --image {WEB}:1.0.0" in ended.err


def test_what_the_file_names_is_applied_next(push: Callable[..., Any], layout: Path) -> None:
    assert "Next: ./windlass apply local" in push("web", "--image", str(layout), "--tag", "0.1.0").err
    assert (
        "write it as airflow.image into environments/local.toml"
        in push("airflow", "--image", str(layout), "--tag", "1").err
    )


def test_as_json_it_says_what_was_done(push: Callable[..., Any], layout: Path) -> None:
    first = json.loads(push("web", "--image", str(layout), "--tag", "1", "--json").out)
    again = json.loads(push("web", "--image", str(layout), "--tag", "1", "--json").out)
    assert first == {**again, "sent": 3, "present": 0, "changed": True}
    assert (again["sent"], again["present"], again["changed"]) == (0, 3, False)
    assert (first["image"], first["platform"]) == (f"{WEB}:1", "linux/arm64")
    assert first["digest"].startswith("sha256:")
    assert set(first) == {"image", "digest", "platform", "size", "sent", "present", "changed", "next"}


def test_a_file_is_built_and_tagged_with_its_commit(
    push: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, tools = tmp_path / "source", tmp_path / "tools"
    write_folder(source, {"Dockerfile": b"FROM scratch\n"})
    write_folder(tools, {"built.tar": tar_of(Image.of("arm64").layout())})
    program = tools / "podman"
    program.write_text(f'#!/bin/sh\n[ "$1" = save ] && cp {tools}/built.tar "$5"\nexit 0\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    assert "name the image with --tag" in push("web", "--file", str(source / "Dockerfile")).err
    git(source, "init", "--quiet")
    git(source, "add", ".")
    git(source, "commit", "--quiet", "--message", "First")
    commit = subprocess.check_output(["git", "-C", source, "rev-parse", "HEAD"], text=True)[:12]
    ended = push("web", "--file", str(source / "Dockerfile"))
    assert ended.code == 0, ended.err
    assert f"{WEB}:{commit} is pushed" in ended.err
    (source / "app.py").write_text("new")
    refused = push("web", "--file", str(source / "Dockerfile"))
    assert (refused.code, "add --dirty" in refused.err) == (1, True)
    assert f"{WEB}:{commit}-dirty is pushed" in push("web", "--file", str(source / "Dockerfile"), "--dirty").err


@pytest.mark.slow
def test_podman_builds_what_is_pushed_and_pulls_it_again(
    push: Callable[..., Any], ecr: Any, endpoint_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_podman()
    podman = Podman(folder=tmp_path)
    podman.use(monkeypatch)
    source = write_folder(tmp_path / "source", {"Dockerfile": DOCKERFILE.encode(), "greeting": b"hello\n"})
    file = str(source / "Dockerfile")
    ended = push("web", "--file", file, "--target", "service", "--tag", "2.0.0")
    assert ended.code == 0, ended.err
    assert "COPY --from=build /made /made" in ended.err
    assert not [line for line in podman.run("images", "--noheading").splitlines() if "windlass-push" in line]
    (image,) = ecr.describe_images(repositoryName=NAMES[0], imageIds=[{"imageTag": "2.0.0"}])["imageDetails"]
    assert ended.out.strip() == image["imageDigest"]
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    registry, name = endpoint_url.removeprefix("http://"), f"{NAMES[0]}:2.0.0"
    podman.run("rmi", "--all", "--force")
    assert podman.pull(registry, name, base64.b64decode(token).decode().removeprefix("AWS:")) == image["imageDigest"]
    assert podman.file_of(f"{registry}/{name}", "/made") == "hello\n"


@pytest.mark.slow
def test_what_podman_cannot_build_is_not_pushed(
    push: Callable[..., Any], ecr: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_podman()
    Podman(folder=tmp_path).use(monkeypatch)
    source = write_folder(tmp_path / "source", {"Dockerfile": f"FROM {BASE_IMAGE}\nCOPY missing /\n".encode()})
    ended = push("web", "--file", str(source / "Dockerfile"), "--tag", "2.0.1")
    assert ended.code == 1
    assert "podman build failed with" in ended.err
    assert "missing" in ended.err
    assert ecr.describe_images(repositoryName=NAMES[0])["imageDetails"] == []


@pytest.mark.usefixtures("ecr")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("web",), 2, "Give either --file DOCKERFILE, to build an image, or --image SOURCE"),
        (("web", "--image", "a", "--file", "b"), 2, "Give either --file"),
        (("web", "--image", "a", "--context", "b"), 2, "they go with --file"),
        (("shop", "--image", "./a"), 2, "has no image repository for 'shop'; there are: airflow, web"),
        (("web", "--image", "nginx:1.27", "--tag", "1"), 2, "for Docker Hub: docker.io/library/nginx:1.27"),
        (("web", "--image", "./nothing", "--tag", "1"), 2, "nothing does not exist"),
        (("web", "--image", "nothing.tar", "--tag", "1"), 2, "nothing.tar does not exist"),
        (("web", "--image", "./nothing", "--tag", "a b"), 2, "The tag is 'a b'; a tag has up to 128 letters"),
        (("web", "--file", "nothing", "--tag", "1"), 2, "nothing is not a file; give a Dockerfile"),
    ],
)
def test_what_cannot_be_pushed_is_refused(
    push: Callable[..., Any], arguments: tuple[str, ...], code: int, message: str
) -> None:
    ended = push(*arguments)
    assert (ended.code, message in ended.err) == (code, True), ended.err


def test_before_the_data_layer_the_command_for_it_is_named(push: Callable[..., Any], ecr: Any, layout: Path) -> None:
    ecr.delete_repository(repositoryName=NAMES[0], force=True)
    ended = push("web", "--image", str(layout), "--tag", "1")
    ecr.create_repository(repositoryName=NAMES[0])
    assert ended.code == 1
    assert f"{NAMES[0]} does not exist yet. First: ./windlass apply local --layer data" in ended.err
