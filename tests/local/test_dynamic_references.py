from collections.abc import Callable
from typing import Any

import pytest

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cache/app-AbCdEf"


@pytest.fixture
def resolve() -> Callable[[str, Any], str]:
    """Loaded here, since it brings along most of moto, which every run would wait for."""
    from local.extensions import dynamic_references

    return dynamic_references.resolve


class Secrets:
    """Answers with what it was asked."""

    def get_secret_value(self, secret_id: str, version_id: str, version_stage: str) -> dict[str, str]:
        return {"SecretString": f'{{"asked": "{secret_id}|{version_stage}|{version_id}"}}'}


@pytest.mark.parametrize(
    ("reference", "requested"),
    [
        (f"{ARN}:SecretString:asked", f"{ARN}||"),
        (f"{ARN}:SecretString:asked:AWSPREVIOUS", f"{ARN}|AWSPREVIOUS|"),
        (f"{ARN}:SecretString:asked::version-1", f"{ARN}||version-1"),
        ("cache/app:SecretString:asked::", "cache/app||"),
    ],
)
def test_secret_key_stage_and_version_are_read_from_the_reference(resolve, reference, requested):
    assert resolve("{{resolve:secretsmanager:" + reference + "}}", Secrets()) == requested


@pytest.mark.parametrize("reference", [ARN, f"{ARN}:SecretString", f"{ARN}:SecretString:::", "cache/app"])
def test_without_a_key_the_whole_secret_is_meant(resolve, reference):
    whole = resolve("{{resolve:secretsmanager:" + reference + "}}", Secrets())
    assert whole == f'{{"asked": "{reference.removesuffix(":SecretString:::").removesuffix(":SecretString")}||"}}'


def test_text_around_a_reference_stays_and_other_text_is_untouched(resolve):
    assert resolve("a {{resolve:secretsmanager:x:SecretString:asked}} z", Secrets()) == "a x|| z"
    assert resolve("plain text", Secrets()) == "plain text"
