"""A token of a role opens what the role's policies allow, and the policy of a repository counts too."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.local.iam.cases.case import Document, allow, deny, policy
from tests.local.iam.conftest import role
from tests.local.iam.roles import ACCOUNT, REGION, Roles
from tests.local.iam.test_enforcement import recorded
from tests.local.registry.conftest import OTHER, WEB, Registry, digest_of, log_in, manifest

__all__ = ["role"]

REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository"
LOG_IN = allow("ecr:GetAuthorizationToken")
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
]
BLOB = b"bytes of a role"


def of_role(role: Roles, *statements: Document) -> Registry:
    return log_in(role(LOG_IN, *statements)("ecr"))


def test_a_role_that_may_pull_from_one_repository_pulls_there_and_nowhere_else(
    registry: Registry, ecr: Any, role: Roles
) -> None:
    registry.image("1.0.0", layer=b"one")
    replace(registry, repository=OTHER).image("1.0.0", layer=b"one")
    pulling = of_role(role, allow(PULL, f"{REPOSITORY}/{WEB}"))
    assert pulling("GET", "/v2/").status == 200
    assert pulling("GET", "manifests/1.0.0").status == 200
    assert pulling("GET", f"blobs/{digest_of(b'one')}").body == b"one"
    assert pulling("HEAD", f"blobs/{digest_of(b'one')}").status == 200
    denied = replace(pulling, repository=OTHER)("GET", "manifests/1.0.0")
    assert (denied.status, denied.code) == (403, "DENIED")
    assert f"is not authorized to perform: ecr:BatchGetImage on resource: {REPOSITORY}/{OTHER} " in denied.message
    for method, path in (("POST", "blobs/uploads/"), ("PUT", "manifests/2.0.0"), ("GET", "tags/list")):
        assert pulling(method, path, b"").code == "DENIED", path


# The step of a push or a pull → the request that is refused without it.
STEPS: dict[str, Callable[[Registry], Any]] = {
    "ecr:BatchGetImage": lambda to: to("HEAD", "manifests/1.0.0"),
    "ecr:GetDownloadUrlForLayer": lambda to: to("GET", f"blobs/{digest_of(b'layer')}"),
    "ecr:BatchCheckLayerAvailability": lambda to: to("HEAD", f"blobs/{digest_of(b'layer')}"),
    "ecr:InitiateLayerUpload": lambda to: to("POST", "blobs/uploads/"),
    "ecr:UploadLayerPart": lambda to: to("PATCH", to("POST", "blobs/uploads/").headers["Location"], BLOB),
    "ecr:CompleteLayerUpload": lambda to: to(
        "PUT", f"{to('POST', 'blobs/uploads/').headers['Location']}?digest={digest_of(BLOB)}", BLOB
    ),
    "ecr:PutImage": lambda to: to("PUT", "manifests/2.0.0", manifest(b"{}"), Content_Type="application/json"),
    "ecr:ListImages": lambda to: to("GET", "tags/list"),
}


@pytest.mark.parametrize("action", STEPS)
def test_each_step_needs_its_own_action(registry: Registry, role: Roles, endpoint_url: str, action: str) -> None:
    registry.image("1.0.0")
    name = role.make(LOG_IN, allow("ecr:*"), deny(action))
    refused = STEPS[action](log_in(role.session(name)("ecr")))
    assert refused.status == 403
    denied = [each for each in recorded(endpoint_url)["denied"] if each["role"] == name]
    assert [(each["action"], each["resource"]) for each in denied] == [(action, f"{REPOSITORY}/{WEB}")]


def test_the_documented_actions_suffice_for_a_push(registry: Registry, ecr: Any, role: Roles) -> None:
    pushing = of_role(role, allow(PUSH, f"{REPOSITORY}/{WEB}"))
    assert pushing.image("1.0.0", layer=b"pushed by a role").status == 201
    whole = pushing("POST", f"blobs/uploads/?digest={digest_of(BLOB)}", BLOB)
    assert whole.status == 201
    assert len(ecr.describe_images(repositoryName=WEB)["imageDetails"]) == 1
    assert pushing("GET", "manifests/1.0.0").code == "DENIED"


def test_a_whole_blob_in_one_request_needs_all_three_actions(registry: Registry, role: Roles) -> None:
    pushing = of_role(role, allow("ecr:InitiateLayerUpload"))
    assert pushing("POST", f"blobs/uploads/?digest={digest_of(BLOB)}", BLOB).code == "DENIED"


def test_a_blob_of_a_repository_that_the_role_may_not_read_is_uploaded_instead(registry: Registry, role: Roles) -> None:
    digest = registry.blob(BLOB)
    path = f"blobs/uploads/?mount={digest}&from={WEB}"
    pushing = replace(of_role(role, allow(PUSH, f"{REPOSITORY}/{OTHER}")), repository=OTHER)
    assert pushing("POST", path).status == 202
    reading = allow("ecr:GetDownloadUrlForLayer", f"{REPOSITORY}/{WEB}")
    both = replace(of_role(role, allow(PUSH, f"{REPOSITORY}/{OTHER}"), reading), repository=OTHER)
    assert both("POST", path).status == 201


def test_the_policy_of_a_repository_allows_and_denies(registry: Registry, ecr: Any, role: Roles) -> None:
    registry.image("1.0.0")
    name = role.make(LOG_IN)
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app/{name}"}
    pulling = log_in(role.session(name)("ecr"))
    assert pulling("GET", "manifests/1.0.0").code == "DENIED"
    # The policy of a repository names no resource.
    ecr.set_repository_policy(repositoryName=WEB, policyText=json.dumps(policy(allow(PULL, None, Principal=principal))))
    assert pulling("GET", "manifests/1.0.0").status == 200
    everything = of_role(role, allow("ecr:*"))
    assert everything("GET", "manifests/1.0.0").status == 200
    tagged = {"StringNotEquals": {"aws:PrincipalTag/team": "web"}}
    ecr.set_repository_policy(
        repositoryName=WEB, policyText=json.dumps(policy(deny("ecr:BatchGetImage", None, tagged, Principal="*")))
    )
    refused = everything("GET", "manifests/1.0.0")
    assert refused.message.endswith("with an explicit deny in a resource-based policy")
    of_team = role.session(role.make(LOG_IN, allow("ecr:*"), tags={"team": "web"}))("ecr")
    assert log_in(of_team)("GET", "manifests/1.0.0").status == 200


def test_a_token_follows_its_role(registry: Registry, ecr: Any, client: Callable[[str], Any], role: Roles) -> None:
    registry.image("1.0.0")
    name = role.make(LOG_IN, allow(PULL))
    pulling = log_in(role.session(name)("ecr"))
    assert pulling("GET", "manifests/1.0.0").status == 200
    client("iam").delete_role_policy(RoleName=name, PolicyName="own")
    assert pulling("GET", "manifests/1.0.0").code == "DENIED", "what counts is what the role may do now"
    client("iam").delete_role(RoleName=name)
    gone = pulling("GET", "manifests/1.0.0")
    assert (gone.status, gone.code) == (401, "UNAUTHORIZED")
