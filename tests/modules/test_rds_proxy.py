"""The proxy before a database."""

import json
from dataclasses import replace
from typing import Any

import pytest

from aws.account import Account
from modules.rds import ConnectionPool, DatabaseProxy, DatabaseProxyInputs, DatabaseProxyOutputs, Network
from tests.support.stack import Synthesised, module_stack, synthesised

LOGINS = {word: f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme/login-{word}-AbCdEf" for word in "ab"}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"
INPUTS = DatabaseProxyInputs(
    name="acme-prod",
    account=Account(region="eu-west-1", id="111122223333"),
    db_instance_identifier="acme-prod",
    network=Network(subnet_ids={"eu-west-1a": "subnet-a", "eu-west-1b": "subnet-b"}, security_group_ids=["sg-proxy"]),
    login_secret_arns=LOGINS,
    kms_key_arn=KEY,
)


def created(**changes: Any) -> tuple[Synthesised, DatabaseProxyOutputs]:
    with module_stack() as stack:
        outputs = DatabaseProxy(stack, "proxy", replace(INPUTS, **changes)).outputs
        return synthesised(stack), outputs


def test_it_takes_tls_and_passwords_of_those_whom_it_knows() -> None:
    body = created()[0].only("aws_db_proxy")
    assert body["require_tls"] is True
    assert body["debug_logging"] is False
    assert {login["secret_arn"] for login in body["auth"]} == set(LOGINS.values())
    ways = {(login["auth_scheme"], login["client_password_auth_type"], login["iam_auth"]) for login in body["auth"]}
    assert ways == {("SECRETS", "POSTGRES_SCRAM_SHA_256", "DISABLED")}
    assert (body["vpc_subnet_ids"], body["vpc_security_group_ids"]) == (["subnet-a", "subnet-b"], ["sg-proxy"])


def test_i01_its_role_reads_these_secrets_for_rds_of_this_account() -> None:
    result, _ = created()
    (trust,) = json.loads(result.only("aws_iam_role")["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "rds.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    read, decrypt = json.loads(result.only("aws_iam_role_policy")["policy"])["Statement"]
    assert (read["Action"], read["Resource"]) == (["secretsmanager:GetSecretValue"], list(LOGINS.values()))
    assert (decrypt["Action"], decrypt["Resource"]) == (["kms:Decrypt"], [KEY])
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": ["secretsmanager.eu-west-1.amazonaws.com"]}}


def test_without_a_key_of_its_own_nothing_is_decrypted() -> None:
    (read,) = json.loads(created(kms_key_arn=None)[0].only("aws_iam_role_policy")["policy"])["Statement"]
    assert read["Sid"] == "ReadSecrets"


def test_it_shares_the_connections_of_one_instance() -> None:
    result, _ = created(pool=ConnectionPool(max_connections_percent=61, connection_borrow_timeout_seconds=30))
    assert result.only("aws_db_proxy_default_target_group")["connection_pool_config"] == {
        "connection_borrow_timeout": 30,
        "max_connections_percent": 61,
        "max_idle_connections_percent": 30,
    }
    assert result.only("aws_db_proxy_target")["db_instance_identifier"] == "acme-prod"


def test_its_log_has_a_retention_and_is_there_before_it() -> None:
    result, _ = created(log_retention_days=7, log_kms_key_arn=KEY)
    group = result.only("aws_cloudwatch_log_group")
    assert (group["name"], group["retention_in_days"], group["kms_key_id"]) == ("/aws/rds/proxy/acme-prod", 7, KEY)
    waits_for = result.only("aws_db_proxy")["depends_on"]
    assert "aws_x.y" in created(depends_on=["aws_x.y"])[0].only("aws_db_proxy")["depends_on"]
    assert {address.partition(".")[0] for address in waits_for} == {"aws_cloudwatch_log_group", "aws_iam_role_policy"}


def test_outputs_are_its_dns_name_and_the_port_of_rds() -> None:
    outputs = created(network=replace(INPUTS.network, port=5439))[1]
    assert (outputs.name, outputs.port) == ("acme-prod", "5432")
    assert outputs.endpoint == f"{outputs.address}:5432"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "1-proxy"}, "name is '1-proxy'"),
        ({"name": "a--b"}, "name is 'a--b'"),
        ({"name": "a" * 64}, "RDS accepts 1 to 63"),
        ({"login_secret_arns": {}}, "login_secret_arns is empty"),
        ({"idle_client_timeout_seconds": 28801}, "RDS accepts 1 to 28800"),
    ],
)
def test_what_rds_would_refuse_is_refused_at_synth(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(INPUTS, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_connections_percent": 0}, "RDS accepts 1 to 100"),
        ({"max_connections_percent": 101}, "RDS accepts 1 to 100"),
        ({"connection_borrow_timeout_seconds": 301}, "allowed is 1 to 300"),
    ],
)
def test_a_pool_that_rds_would_refuse_is_refused_at_synth(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ConnectionPool(**changes)
