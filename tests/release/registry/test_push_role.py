"""The role of a pipeline that pushes: what the table of commands grants it suffices, and less is refused clearly."""

import json
from contextlib import suppress
from typing import Any

import boto3
import pytest

from aws.command_calls import calls_of
from release.aws import Aws
from release.errors import RefusedError
from release.registry.target import ecr_repository
from tests.release.operator import Recorder
from tests.release.registry.conftest import OTHER, QUICK, WEB
from tests.release.registry.images import Image, foreign_registry
from tests.release.registry.test_copy import copy, source_of

ACCOUNT, NAME = "123456789012", "push"
REPOSITORY = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/{WEB}"
TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def pipeline(aws: Aws, endpoint_url: str) -> Aws:
    """The account as a role sees it that may do what the table says, in one repository."""
    iam = aws.client("iam")
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=document(TRUST))
    of_ecr = [call for call in calls_of("push") if call.service == "ecr"]
    statements = [
        {
            "Effect": "Allow",
            "Action": f"ecr:{call.operation}",
            "Resource": REPOSITORY if call.target == "repositories" else "*",
        }
        for call in of_ecr
    ]
    iam.put_role_policy(RoleName=NAME, PolicyName="own", PolicyDocument=document(*statements))
    given = aws.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{NAME}", RoleSessionName="workflow")
    keys = given["Credentials"]
    session = boto3.session.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="eu-west-1"
    )
    return Aws(session, endpoint_url=endpoint_url)


def test_the_table_grants_what_a_push_does(aws: Aws, ecr: Any, pipeline: Aws, recorder: Recorder) -> None:
    target = ecr_repository(pipeline, WEB, retries=QUICK)
    target.require("make it")
    with foreign_registry(Image.of("amd64", "arm64")) as registry:
        assert copy(source_of(registry, aws), target, recorder).changed
        assert not copy(source_of(registry, aws), target, recorder).changed
    (described,) = ecr.describe_images(repositoryName=WEB)["imageDetails"]
    assert described["imageTags"] == ["1.0.0"]


@pytest.mark.parametrize("operation", ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"])
def test_a_permission_that_is_missing_is_named(
    aws: Aws, ecr: Any, pipeline: Aws, recorder: Recorder, operation: str
) -> None:
    denied = document({"Effect": "Deny", "Action": f"ecr:{operation}", "Resource": "*"})
    iam = aws.client("iam")
    iam.put_role_policy(RoleName=NAME, PolicyName="less", PolicyDocument=denied)
    target = ecr_repository(pipeline, WEB, retries=QUICK)
    try:
        with foreign_registry(Image.of("arm64")) as registry, pytest.raises(RefusedError) as refused:
            copy(source_of(registry, aws), target, recorder)
    finally:
        iam.delete_role_policy(RoleName=NAME, PolicyName="less")
    assert f"is not authorized to perform: ecr:{operation} on resource: {REPOSITORY}" in str(refused.value)
    assert ecr.describe_images(repositoryName=WEB)["imageDetails"] == []


def test_another_repository_is_refused(aws: Aws, ecr: Any, pipeline: Aws, recorder: Recorder) -> None:
    with foreign_registry(Image.of("arm64")) as registry, pytest.raises(RefusedError, match="ecr:BatchGetImage"):
        copy(source_of(registry, aws), ecr_repository(pipeline, OTHER, retries=QUICK), recorder)
