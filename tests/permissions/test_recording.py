"""Calls of roles are compared with those that were recorded, and commands act as roles without being changed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.local.iam.cases.case import allow
from tests.local.iam.roles import Roles
from tests.permissions import recording
from tests.permissions.gateway import acting_as
from tests.support.embedded import embedded_aws
from tests.support.platform import free_port

REGION = "eu-west-1"
ARN = f"{REGION}:123456789012"


@pytest.mark.parametrize(
    ("resource", "pattern"),
    [
        ("*", "*"),
        (f"arn:aws:ecs:{ARN}:task/shop-dev/{'0a' * 16}", "arn:aws:ecs:*:*:task/shop-dev/*"),
        (f"arn:aws:ecs:{ARN}:task-definition/shop-dev-web:17", "arn:aws:ecs:*:*:task-definition/shop-dev-web:*"),
        (
            f"arn:aws:secretsmanager:{ARN}:secret:shop/dev/key-AbC123",
            "arn:aws:secretsmanager:*:*:secret:shop/dev/key-*",
        ),
        ("arn:aws:iam::123456789012:role/shop-dev-web-task", "arn:aws:iam::*:role/shop-dev-web-task"),
        ("arn:aws:s3:::logs-123456789012/dag_id=a/run_id=b/c", "arn:aws:s3:::logs-*/dag_id=*/run_id=*/c"),
        ("arn:aws:s3:::logs/a/b/c/d/e", "arn:aws:s3:::logs/a/b/c/d/*"),
        (f"arn:aws:ec2:{ARN}:vpc/vpc-0123456789abcdef0", "arn:aws:ec2:*:*:vpc/*"),
        (f"arn:aws:rds:{ARN}:db:db-G6BOGYR8Z29M9MY99B77SVHVJG", "arn:aws:rds:*:*:db:*"),
    ],
)
def test_a_pattern_is_the_same_in_every_run(resource: str, pattern: str) -> None:
    assert recording.pattern(resource) == pattern


def test_a_call_that_was_not_recorded_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FOLDER", tmp_path)
    recording.record("one", {"web-task": {"s3:GetObject": {"arn:aws:s3:::a/b"}}})
    recording.record("two", {"web-task": {"s3:PutObject": {"arn:aws:s3:::a/b"}}})
    known = {"web-task": {"s3:GetObject": {"arn:aws:s3:::a/b"}, "s3:PutObject": {"arn:aws:s3:::a/b"}}}
    assert recording.unknown(known) == []
    other = {"web-task": {"s3:GetObject": {"arn:aws:s3:::a/c"}}, "switch": {"ssm:GetParameter": {"*"}}}
    assert recording.unknown(other) == ["switch ssm:GetParameter *", "web-task s3:GetObject arn:aws:s3:::a/c"]


def test_recording_adds_to_a_file_and_its_order_is_always_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "FOLDER", tmp_path)
    recording.record("one", {"b": {"ssm:GetParameter": {"z", "a"}}, "a": {"ssm:PutParameter": {"*"}}})
    recording.record("one", {"b": {"ssm:GetParameter": {"m"}}})
    text = (tmp_path / "one.json").read_text()
    assert json.loads(text) == {"a": {"ssm:PutParameter": ["*"]}, "b": {"ssm:GetParameter": ["a", "m", "z"]}}
    assert text.index('"a": {') < text.index('"b": {')


def test_calls_of_services_that_rows_of_changes_add_are_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    call = {"action": "ssm:GetParameter", "resource": "*"}
    page = {"allowed": [{**call, "role": f"windlass-local-{role}"} for role in ("web-task", "api-task", "rest-task")]}
    monkeypatch.setattr(recording, "_page", lambda _url: page)
    assert recording.allowed("") == {"web-task": {"ssm:GetParameter": {"*"}}}


@pytest.fixture
def platform_url() -> Iterator[str]:
    with embedded_aws("ending") as url:
        yield url


def test_a_platform_fails_at_its_end_where_a_role_was_denied_something(
    platform_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "FOLDER", tmp_path)
    role = "windlass-local-web-task"
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    root(platform_url, "iam").create_role(RoleName=role, AssumeRolePolicyDocument=document)
    arn = f"arn:aws:iam::123456789012:role/{role}"
    session = root(platform_url, "sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    before = recording.calls_of_platform(platform_url)
    assert before is not None
    recording.compare_platform("one", before, write=False)
    with acting_as(platform_url, session) as url, pytest.raises(Exception, match="AccessDenied"):
        root(url, "s3").list_buckets()
    after = recording.calls_of_platform(platform_url)
    assert after is not None
    with pytest.raises(AssertionError, match=r"roles were denied:\nweb-task s3:ListAllMyBuckets \*"):
        recording.compare_platform("one", after, write=True)


def test_a_platform_whose_server_was_stopped_is_not_compared() -> None:
    assert recording.calls_of_platform(f"http://127.0.0.1:{free_port()}") is None


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("acting") as url:
        yield url


def root(url: str, service: str) -> Any:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    config = Config(proxies={}, retries={"max_attempts": 1}, s3={"addressing_style": "path"})
    return boto3.client(service, endpoint_url=url, region_name=REGION, config=config, **keys)


def test_at_the_other_address_the_roots_key_is_that_of_the_session(endpoint_url: str) -> None:
    roles = Roles(endpoint_url, lambda service: root(endpoint_url, service))
    bucket = "windlass-acting"
    root(endpoint_url, "s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    name = roles.make(allow("s3:PutObject", f"arn:aws:s3:::{bucket}/*"), path="/")
    arn = f"arn:aws:iam::123456789012:role/{name}"
    session = root(endpoint_url, "sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    with acting_as(endpoint_url, session) as url:
        assert root(url, "sts").get_caller_identity()["Arn"].endswith(f"assumed-role/{name}/test")
        root(url, "s3").put_object(Bucket=bucket, Key="a", Body=b"text" * 1000)
        with pytest.raises(Exception, match="AccessDenied"):
            root(url, "s3").get_object(Bucket=bucket, Key="a")
    assert root(endpoint_url, "s3").get_object(Bucket=bucket, Key="a")["Body"].read() == b"text" * 1000
