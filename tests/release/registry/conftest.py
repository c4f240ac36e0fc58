"""An embedded AWS with two repositories, which is a registry."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from release.aws import Aws
from release.registry.repository import Repository
from release.registry.target import ecr_repository
from release.registry.transport import Retries
from tests.release.operator import Recorder
from tests.support.embedded import embedded_aws

WEB, OTHER = "shop-prod/web", "shop-staging/web"
QUICK = Retries(sleep=lambda _: None)


@pytest.fixture(scope="package")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("push-tests") as url:
        yield url


@pytest.fixture
def aws(endpoint_url: str) -> Aws:
    session = boto3.session.Session(
        aws_access_key_id="testing", aws_secret_access_key="testing", region_name="eu-west-1"
    )
    return Aws(session, endpoint_url=endpoint_url)


@pytest.fixture
def ecr(aws: Aws) -> Iterator[Any]:
    ecr = aws.client("ecr")
    for name in (WEB, OTHER):
        ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
    yield ecr
    for name in (WEB, OTHER):
        ecr.delete_repository(repositoryName=name, force=True)


@pytest.fixture
def target(aws: Aws, ecr: Any) -> Repository:
    return ecr_repository(aws, WEB, retries=QUICK)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(autouse=True)
def _no_own_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
