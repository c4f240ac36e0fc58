import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

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


MISSING_SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:nobody-AbCdEf"


def test_a_stack_whose_resource_fails_is_rolled_back_and_says_why(client):
    stacks, template = client("cloudformation"), _template(MISSING_SECRET, "on ~* +@all")

    stacks.create_stack(StackName="missing", TemplateBody=template)

    assert stacks.describe_stacks(StackName="missing")["Stacks"][0]["StackStatus"] == "ROLLBACK_COMPLETE"
    with pytest.raises(WaiterError, match="ROLLBACK_COMPLETE"):
        stacks.get_waiter("stack_create_complete").wait(StackName="missing")
    (failure,) = [
        event
        for event in stacks.describe_stack_events(StackName="missing")["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert "Could not resolve the dynamic reference" in failure["ResourceStatusReason"]
    with pytest.raises(ClientError, match="AlreadyExists"):
        stacks.create_stack(StackName="missing", TemplateBody=template)

    stacks.delete_stack(StackName="missing")
    stacks.get_waiter("stack_delete_complete").wait(StackName="missing")
    stacks.create_stack(StackName="missing", TemplateBody=template)
    stacks.delete_stack(StackName="missing")


def test_a_failed_update_leaves_the_stack_as_it_was(client):
    secrets, stacks, cache = client("secretsmanager"), client("cloudformation"), client("elasticache")
    secret_arn = secrets.create_secret(Name="cache/kept", SecretString="a-password-of-32-characters-long!")["ARN"]
    before = _template(secret_arn, "on ~* +@read")
    stacks.create_stack(StackName="kept", TemplateBody=before)

    stacks.update_stack(StackName="kept", TemplateBody=_template(MISSING_SECRET, "on ~* +@all"))

    assert stacks.describe_stacks(StackName="kept")["Stacks"][0]["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert cache.describe_users(UserId="stack-user")["Users"][0]["AccessString"] == "on ~* +@read"
    assert json.loads(json.dumps(stacks.get_template(StackName="kept")["TemplateBody"])) == json.loads(before)
    stacks.update_stack(StackName="kept", TemplateBody=_template(secret_arn, "on ~* +@write"))
    assert cache.describe_users(UserId="stack-user")["Users"][0]["AccessString"] == "on ~* +@write"
    stacks.delete_stack(StackName="kept")
    with pytest.raises(ClientError, match="UserNotFound"):
        cache.describe_users(UserId="stack-user")


def test_a_template_that_cannot_be_read_leaves_no_stack(client):
    stacks = client("cloudformation")
    with pytest.raises(ClientError):
        stacks.create_stack(StackName="unreadable", TemplateBody='{"Resources": {"One": {"Type": "AWS::Odd::Thing", ')
    with pytest.raises(ClientError, match="does not exist"):
        stacks.describe_stacks(StackName="unreadable")
