"""ECR asks IAM about each request to the registry: the token of a role opens what the role may do."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.iam.cases.case import allow
from tests.local.iam.roles import ACCOUNT, REGION, Roles
from tests.local.registry.conftest import OTHER, WEB, Registry, log_in, manifest

PUSH = (
    "BatchCheckLayerAvailability",
    "BatchGetImage",
    "CompleteLayerUpload",
    "InitiateLayerUpload",
    "PutImage",
    "UploadLayerPart",
)
LOG_IN = allow("ecr:GetAuthorizationToken", "*")


@pytest.fixture(scope="module")
def roles(client: Callable[[str], Any], endpoint_url: str) -> Roles:
    return Roles(endpoint_url, client)


@pytest.fixture
def logged_in(ecr: Any, roles: Roles) -> Callable[..., Registry]:
    def of(*actions: str, name: str = WEB) -> Registry:
        resource = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}"
        return log_in(roles(LOG_IN, allow([f"ecr:{action}" for action in actions], resource))("ecr"))

    return of


def test_a_role_that_may_push_pushes_and_one_that_may_pull_pulls(logged_in: Callable[..., Registry]) -> None:
    pushing, pulling = logged_in(*PUSH), logged_in("BatchGetImage", "GetDownloadUrlForLayer")
    layer = pushing.blob(b"a layer")
    assert pushing("HEAD", f"blobs/{layer}").status == 200
    assert pushing.image("1.0").status == 201
    assert pulling("GET", "manifests/1.0").status == 200
    assert pulling("GET", f"blobs/{layer}").body == b"a layer"


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("HEAD", "blobs/sha256:00", "BatchCheckLayerAvailability"),
        ("GET", "blobs/sha256:00", "GetDownloadUrlForLayer"),
        ("POST", "blobs/uploads/", "InitiateLayerUpload"),
        ("PATCH", "blobs/uploads/00", "UploadLayerPart"),
        ("PUT", "blobs/uploads/00", "CompleteLayerUpload"),
        ("GET", "manifests/1.0", "BatchGetImage"),
        ("PUT", "manifests/1.0", "PutImage"),
        ("GET", "tags/list", "ListImages"),
    ],
)
def test_each_request_needs_its_action(logged_in: Callable[..., Registry], method: str, path: str, action: str) -> None:
    all_others = {*PUSH, "GetDownloadUrlForLayer", "ListImages"} - {action}
    refused = logged_in(*sorted(all_others))(method, path, b"" if method in ("PATCH", "PUT", "POST") else None)
    assert refused.status == 403
    if method != "HEAD":
        assert refused.code == "DENIED"
        assert f"is not authorized to perform: ecr:{action} on resource: arn:aws:ecr:" in refused.message


def test_another_repository_is_another_resource(logged_in: Callable[..., Registry]) -> None:
    refused = logged_in(*PUSH, name=OTHER)("PUT", "manifests/1.0", manifest(b"{}"))
    assert (refused.status, refused.code) == (403, "DENIED")
