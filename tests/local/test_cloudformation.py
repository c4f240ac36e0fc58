import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

STACK = "cache-user"


def _template(secret_arn: str, access_string: str, version_id: str = "", json_key: str = "") -> str:
    reference = "{{resolve:secretsmanager:" + f"{secret_arn}:SecretString:{json_key}::{version_id}" + "}}"
    user = {
        "Type": "AWS::ElastiCache::User",
        "Properties": {
            "UserId": "stack-user",
            "UserName": "app",
            "Engine": "valkey",
            "AccessString": access_string,
            "AuthenticationMode": {"Type": "password", "Passwords": [reference]},
        },
    }
    outputs = {"UserId": {"Value": {"Ref": "User"}}, "Arn": {"Value": {"Fn::GetAtt": ["User", "Arn"]}}}
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"User": user}, "Outputs": outputs})


def _stored_user(user_id: str) -> Any:
    from moto.elasticache.models import elasticache_backends

    return elasticache_backends["123456789012"]["eu-west-1"].users[user_id]


def test_a_stack_makes_changes_and_deletes_an_elasticache_user(client):
    secrets, stacks, cache = client("secretsmanager"), client("cloudformation"), client("elasticache")
    secret_arn = secrets.create_secret(Name="cache/password", SecretString="first-password-of-32-characters!")["ARN"]

    stacks.create_stack(StackName=STACK, TemplateBody=_template(secret_arn, "on ~* +@read"))

    stack = stacks.describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert outputs["UserId"] == "stack-user"
    assert outputs["Arn"] == cache.describe_users(UserId="stack-user")["Users"][0]["ARN"]
    assert _stored_user("stack-user").passwords == ["first-password-of-32-characters!"]
    template = json.dumps(stacks.get_template(StackName=STACK)["TemplateBody"])
    assert "resolve:secretsmanager" in template, "CloudFormation keeps the reference, not the value"
    assert "first-password" not in template

    version = secrets.put_secret_value(SecretId=secret_arn, SecretString="second-password-of-32-characters")[
        "VersionId"
    ]
    stacks.update_stack(StackName=STACK, TemplateBody=_template(secret_arn, "on ~* +@all", version))

    assert cache.describe_users(UserId="stack-user")["Users"][0]["AccessString"] == "on ~* +@all"
    assert _stored_user("stack-user").passwords == ["second-password-of-32-characters"]

    stacks.delete_stack(StackName=STACK)

    with pytest.raises(ClientError, match="UserNotFound"):
        cache.describe_users(UserId="stack-user")


def test_a_json_key_of_the_secret_can_be_named(client):
    secrets, stacks = client("secretsmanager"), client("cloudformation")
    text = json.dumps({"username": "app", "password": "password-from-a-json-document-32"})
    secret_arn = secrets.create_secret(Name="cache/json", SecretString=text)["ARN"]

    stacks.create_stack(StackName="json-key", TemplateBody=_template(secret_arn, "on ~* +@all", json_key="password"))

    assert _stored_user("stack-user").passwords == ["password-from-a-json-document-32"]
    stacks.delete_stack(StackName="json-key")


def test_a_reference_to_a_missing_secret_is_refused(client):
    missing = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:nobody-AbCdEf"
    with pytest.raises(ClientError, match="Could not resolve the dynamic reference"):
        client("cloudformation").create_stack(StackName="missing", TemplateBody=_template(missing, "on ~* +@all"))
