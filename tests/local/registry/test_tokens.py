"""Who may use the registry: those who have a token of GetAuthorizationToken, for 12 hours."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.registry import tokens
from tests.local.registry.conftest import Registry, basic

NOW = int(time.time())


def token(**changes: Any) -> str:
    claims = {"account": "123456789012", "region": "eu-west-1", "expires_at": NOW + 3600, **changes}
    return tokens.issue(tokens.Claims(**claims))


def test_a_token_leads_to_the_registry_for_twelve_hours(ecr: Any, endpoint_url: str) -> None:
    (data,) = ecr.get_authorization_token()["authorizationData"]
    assert data["proxyEndpoint"] == endpoint_url
    left = data["expiresAt"] - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < left <= timedelta(hours=12)


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "UNAUTHORIZED"),
        ("Basic !!!", "UNAUTHORIZED"),
        (basic("AWS", "guessed"), "UNAUTHORIZED"),
        (basic("AWS", token()[:-1] + "x"), "UNAUTHORIZED"),
        (basic("somebody", token()), "UNAUTHORIZED"),
        (f"Bearer {basic('AWS', token()).split()[1]}", "UNAUTHORIZED"),
        (basic("AWS", token(expires_at=NOW - 1)), "DENIED"),
    ],
)
def test_without_a_valid_token_nothing_is_answered(registry: Registry, authorization: str, code: str) -> None:
    stranger = replace(registry, authorization=authorization)
    for method, path in (("GET", "/v2/"), ("GET", "tags/list"), ("POST", "blobs/uploads/")):
        refused = stranger(method, path)
        assert (refused.status, refused.code) == (401, code)
        assert refused.headers["WWW-Authenticate"].startswith('Basic realm="http://127.0.0.1:')


def test_a_token_is_for_one_account_and_region(registry: Registry) -> None:
    assert registry("GET", "tags/list").status == 200
    elsewhere = replace(registry, authorization=basic("AWS", token(region="eu-central-1")))
    assert elsewhere("GET", "tags/list").code == "NAME_UNKNOWN"


def test_calls_to_other_services_are_not_taken_for_the_registrys(client: Callable[[str], Any]) -> None:
    assert client("sesv2").list_email_identities()["EmailIdentities"] == [], "its path is /v2/email/identities"
