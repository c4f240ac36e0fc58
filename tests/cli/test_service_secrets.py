"""Secrets of web services that people fill in: listed, set, and required before the service layer starts."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from cli import completion
from cli.errors import CommandError
from cli.local_platform import LocalPlatform
from cli.service_start import require_ready
from cli.session import Session
from tests.cli.local_file import local_session
from tests.cli.test_secrets import client_of
from tests.support.embedded import embedded_aws

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:partner-AbCdEf"
SECRETS = f"""[services.web.secrets]
STRIPE_API_KEY = {{ name = "stripe", json_key = "api_key" }}
STRIPE_HOOK = {{ name = "stripe", json_key = "hook" }}
PARTNER = "{ARN}"

[airflow]
"""
FILE = """environment_files = ["settings/web.env"]
environment = { LEVEL = "info" }

[airflow]
"""
NAME = "windlass/local/web/stripe"


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("service-secrets") as url:
        yield url


@pytest.fixture
def manager(endpoint_url: str) -> Iterator[Any]:
    manager = client_of(endpoint_url)
    yield manager
    for each in manager.list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        manager.delete_secret(SecretId=each["ARN"], ForceDeleteWithoutRecovery=True)


@pytest.fixture
def session(endpoint_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr("cli.service_start._images", lambda _: iter(()))
    monkeypatch.setattr(LocalPlatform, "require_running", lambda *_: None)
    return local_session(tmp_path, endpoint_url, lambda text: text.replace("[airflow]\n", SECRETS, 1))


def refusal(session: Session) -> str:
    with pytest.raises(CommandError) as refused:
        require_ready(session)
    return str(refused.value)


def test_the_service_layer_waits_for_a_value(session: Session, manager: Any) -> None:
    before = refusal(session)
    what = "(variable STRIPE_API_KEY and STRIPE_HOOK of the service web)"
    assert f"the secret web/stripe {what} does not exist: ./windlass apply local --layer data creates it" in before
    assert f"(variable PARTNER of the service web) does not exist: {ARN} does not exist; create" in before
    manager.create_secret(Name=NAME)
    empty = refusal(session)
    assert f"the secret web/stripe {what} is empty: ./windlass secrets local set web/stripe\n" in empty
    manager.put_secret_value(SecretId=NAME, SecretString="{}")
    assert "web/stripe" not in refusal(session)


def test_a_value_is_set_by_service_and_name(
    session: Session, manager: Any, windlass: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.create_secret(Name=NAME)
    for text in ("first", "second"):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        ended = windlass("secrets", "local", "set", "web/stripe", on=session.project)
        assert ended.code == 0, ended.err
        assert text not in ended.out + ended.err
        assert manager.get_secret_value(SecretId=NAME)["SecretString"] == text
    assert "raise services.web.secrets_version by one, and ./windlass apply local --layer service" in ended.err
    listed = windlass("secrets", "local", on=session.project)
    assert "web/PARTNER" in listed.out


def test_the_service_layer_waits_for_environment_files(
    endpoint_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.service_start._images", lambda _: iter(()))
    session = local_session(tmp_path, endpoint_url, lambda text: text.replace("[airflow]\n", FILE, 1))
    what = "the environment file settings/web.env of web "
    assert f"{what}does not exist: aws s3 cp FILE s3://settings/web.env" in refusal(session)
    s3 = client_of(endpoint_url, "s3")
    s3.create_bucket(Bucket="settings", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.delete_public_access_block(Bucket="settings")
    s3.put_object(Bucket="settings", Key="web.env", Body=b"# all\nPORT=1\nLEVEL=debug-value\nA=1\n")
    wrong = refusal(session)
    assert f"{what}is in a bucket that is not closed to the public" in wrong
    assert f"{what}sets PORT, which Windlass sets" in wrong
    assert f"{what}sets LEVEL, which the service's own settings or secrets set" in wrong
    assert "debug-value" not in wrong
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket="settings", PublicAccessBlockConfiguration=dict.fromkeys(blocks, True))
    s3.put_object(Bucket="settings", Key="web.env", Body=b"A=1\n")
    require_ready(session)


def test_names_are_completed(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDLASS_ROOT", str(session.project.workspace.root))
    context = click.Context(click.Command("secrets"))
    context.params["name"] = "local"
    names = completion.secrets(context, click.Argument(["secret"]), "web/")
    assert names == ["web/stripe", "web/PARTNER"]
