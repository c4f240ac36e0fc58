"""The Valkey cache."""

import json
from dataclasses import replace
from typing import Any

import pytest

from modules.elasticache import Authentication, Engine, Maintenance, Network, Snapshots, Valkey, ValkeyInputs
from tests.support.stack import Synthesised, module_stack, synthesised

SECRET = "${aws_secretsmanager_secret_version.cache-password.arn}"
INPUTS = ValkeyInputs(
    name="acme-prod",
    description="Broker",
    engine=Engine(node_type="cache.m7g.large"),
    network=Network(subnet_ids={"eu-west-1a": "subnet-a", "eu-west-1b": "subnet-b"}, security_group_ids=["sg-cache"]),
    authentication=Authentication(password_secret_arn=SECRET, password_version=1),
)


def cache(**changes: object) -> Synthesised:
    with module_stack() as stack:
        Valkey(stack, "cache", replace(INPUTS, **changes))  # type: ignore[arg-type]
        return synthesised(stack)


def group(**changes: object) -> dict[str, Any]:
    return cache(**changes).only("aws_elasticache_replication_group")


def user(**changes: object) -> dict[str, Any]:
    template = json.loads(cache(**changes).only("aws_cloudformation_stack")["template_body"])
    return dict(template["Resources"]["User"]["Properties"])


def authentication(**changes: object) -> Authentication:
    return replace(INPUTS.authentication, **changes)  # type: ignore[arg-type]


def test_production_is_encrypted_doubled_and_backed_up() -> None:
    """D02: all of it is the default."""
    body = group(kms_key_arn="arn:aws:kms:eu-west-1:111122223333:key/k")
    assert body["at_rest_encryption_enabled"] == "true"
    assert body["kms_key_id"] == "arn:aws:kms:eu-west-1:111122223333:key/k"
    assert body["transit_encryption_enabled"] is True
    assert body["transit_encryption_mode"] == "required"
    assert body["num_cache_clusters"] == 2
    assert body["automatic_failover_enabled"] is True
    assert body["multi_az_enabled"] is True
    assert body["snapshot_retention_limit"] == 7


def test_one_node_has_nothing_to_fail_over_to() -> None:
    body = group(engine=Engine(node_type="cache.t4g.micro", num_cache_clusters=1))
    assert body["automatic_failover_enabled"] is False
    assert body["multi_az_enabled"] is False


def test_a_full_broker_refuses_messages_instead_of_losing_them() -> None:
    parameters = cache().only("aws_elasticache_parameter_group")
    assert parameters["family"] == "valkey8"
    assert parameters["parameter"] == [{"name": "maxmemory-policy", "value": "noeviction"}]


def test_the_password_is_a_reference_that_only_cloudformation_resolves() -> None:
    """D03."""
    assert user()["AuthenticationMode"] == {
        "Type": "password",
        "Passwords": [f"{{{{resolve:secretsmanager:{SECRET}:SecretString:::}}}}"],
    }
    assert not {"auth_token", "auth_token_update_strategy"} & set(group())


def test_a_rotation_changes_the_template() -> None:
    before, after = user(), user(authentication=authentication(password_version=2))
    assert before["AuthenticationMode"] == after["AuthenticationMode"]
    assert before["Tags"] == [{"Key": "PasswordVersion", "Value": "1"}]
    assert after["Tags"] == [{"Key": "PasswordVersion", "Value": "2"}]


def test_during_a_rotation_the_previous_password_can_stay() -> None:
    passwords = user(authentication=authentication(password_version=2, accept_previous_password=True))
    assert passwords["AuthenticationMode"]["Passwords"][1] == (
        f"{{{{resolve:secretsmanager:{SECRET}:SecretString::AWSPREVIOUS:}}}}"
    )


def test_the_user_takes_the_place_of_the_open_default_user() -> None:
    properties = user()
    assert properties["UserName"] == "default"
    assert properties["UserId"] == "acme-prod-default"
    assert properties["Engine"] == "valkey"


def test_clients_cannot_administer_or_empty_the_server() -> None:
    rules = user()["AccessString"].split()
    assert rules.index("-@dangerous") > rules.index("+@all")


def test_the_replication_group_lets_in_the_group_with_that_user_only() -> None:
    result = cache()
    (users,) = result.resources("aws_elasticache_user_group")
    (stack,) = result.resources("aws_cloudformation_stack")
    members = result.only("aws_elasticache_user_group")
    assert members["user_ids"] == ["acme-prod-default"]
    assert members["depends_on"] == [f"aws_cloudformation_stack.{stack}"]
    assert result.only("aws_elasticache_replication_group")["user_group_ids"] == [
        f"${{aws_elasticache_user_group.{users}.user_group_id}}"
    ]


def test_slow_and_engine_log_go_to_cloudwatch_as_json() -> None:
    result = cache()
    names = {body["name"] for body in result.resources("aws_cloudwatch_log_group").values()}
    assert names == {"/aws/elasticache/acme-prod/slow-log", "/aws/elasticache/acme-prod/engine-log"}
    logs = result.only("aws_elasticache_replication_group")["log_delivery_configuration"]
    assert {(log["log_type"], log["log_format"]) for log in logs} == {("slow-log", "json"), ("engine-log", "json")}


def test_logs_can_be_left_out() -> None:
    result = cache(maintenance=Maintenance(log_retention_days=0))
    assert not result.resources("aws_cloudwatch_log_group")
    assert "log_delivery_configuration" not in result.only("aws_elasticache_replication_group")


def test_another_user_name_gives_another_user() -> None:
    """ElastiCache cannot rename a user, so the id has to change with the name."""
    assert user(authentication=authentication(username="celery"))["UserId"] == "acme-prod-celery"


@pytest.mark.parametrize("name", ["Acme", "acme--cache", "a" * 41, "acme-", "7acme"])
def test_names_that_elasticache_refuses_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name is"):
        replace(INPUTS, name=name)


def test_values_that_elasticache_refuses_are_refused() -> None:
    with pytest.raises(ValueError, match="num_cache_clusters is 7"):
        Engine(node_type="cache.t4g.micro", num_cache_clusters=7)
    with pytest.raises(ValueError, match="version is '8'"):
        Engine(node_type="cache.t4g.micro", version="8")
    with pytest.raises(ValueError, match="maxmemory_policy is 'lru'"):
        Engine(node_type="cache.t4g.micro", maxmemory_policy="lru")
    with pytest.raises(ValueError, match="maxmemory-policy"):
        Engine(node_type="cache.t4g.micro", parameters={"maxmemory-policy": "noeviction"})
    with pytest.raises(ValueError, match="retention_days is 36"):
        Snapshots(retention_days=36)
    with pytest.raises(ValueError, match="window is"):
        Maintenance(window="daily")
    with pytest.raises(ValueError, match="password_version is 1"):
        authentication(accept_previous_password=True)
