"""A token of an identity provider gets the role that trusts its claims, and no other: as GitHub's workflows do."""

import base64
import json
from typing import Any

import pytest

from tests.local.iam.cases.case import Document, allow
from tests.local.iam.roles import ACCOUNT, Client, Roles, refused

ISSUER = "token.actions.githubusercontent.com"
MAIN = "repo:acme/platform:ref:refs/heads/main"


def token(**claims: Any) -> str:
    body = {"iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", "sub": MAIN, **claims}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, body)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "signature"])


def trusting(sub: str, provider: str = ISSUER) -> Document:
    condition = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}, "StringLike": {f"{ISSUER}:sub": sub}}
    principal = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}"}
    return allow("sts:AssumeRoleWithWebIdentity", None, condition, Principal=principal)


@pytest.fixture(scope="module")
def provider(client: Client) -> None:
    client("iam").create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"])


@pytest.fixture
def assume(provider: None, client: Client, role: Roles) -> Any:
    def of(trust: Document, web_identity: str) -> Any:
        arn = f"arn:aws:iam::{ACCOUNT}:role/app/{role.make(allow('ecs:ListClusters'), trust=trust)}"
        # The call is not signed, whatever keys its client has.
        return client("sts").assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="workflow", WebIdentityToken=web_identity
        )["Credentials"]

    return of


def test_a_trusted_branch_gets_a_session_that_is_judged(assume: Any, role: Roles) -> None:
    given = assume(trusting(MAIN), token())
    of = role.clients(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    assert of("sts").get_caller_identity()["Arn"].endswith("/workflow")
    assert isinstance(of("ecs").list_clusters()["clusterArns"], list)
    assert refused(lambda: of("s3").list_buckets())["Code"] == "AccessDenied"


@pytest.mark.parametrize(
    ("trust", "claims"),
    [
        (trusting(MAIN), {"sub": "repo:acme/platform:ref:refs/heads/feature"}),
        (trusting(MAIN), {"sub": "repo:acme/platform:pull_request"}),
        (trusting(MAIN), {"sub": "repo:other/platform:ref:refs/heads/main"}),
        (trusting(MAIN), {"aud": "another.audience"}),
        (trusting("*", provider="another.issuer"), {}),
        (allow("sts:AssumeRole", None, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), {}),
    ],
)
def test_a_token_that_the_role_does_not_trust_gets_nothing(assume: Any, trust: Document, claims: Any) -> None:
    error = refused(lambda: assume(trust, token(**claims)))
    message = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    assert (error["Code"], error["Message"], error["Status"]) == ("AccessDenied", message, 403)


def test_a_pattern_of_branches_is_trusted(assume: Any) -> None:
    assert assume(trusting("repo:acme/platform:*"), token(sub="repo:acme/platform:environment:prod"))


@pytest.mark.parametrize("web_identity", ["no-token", "a.b.c", token(iss="https://unknown.issuer")])
def test_a_token_without_a_known_issuer_is_refused(assume: Any, web_identity: str) -> None:
    assert refused(lambda: assume(trusting(MAIN), web_identity))["Code"] == "InvalidIdentityToken"
