"""The proxy between Airflow and the database: network access, secrets, and what adding it changes."""

import copy
import json
from functools import cache
from typing import Any

import pytest

import guards
from config import Environment
from layers.guard_intent import intent_of
from layers.synthesis import terraform_json
from tests.guards.mistakes import Change, both, edit
from tests.guards.mistakes_network import OUT_OF_REACH, PATH, RULE, rule
from tests.support.documents import Documents, changed_environment, documents

COMPONENTS = ("api-server", "dag-processor", "scheduler", "triggerer", "worker")


def turn_on(data: dict[str, Any]) -> None:
    data["airflow"]["database_proxy"] = {"max_connections_percent": 60}
    data["database"]["port"] = 5439


@cache
def environment() -> Environment:
    return changed_environment("prod", turn_on)


@cache
def with_proxy() -> Documents:
    return terraform_json(environment())


def refused(change: Change) -> set[str]:
    changed = copy.deepcopy(with_proxy())
    change(changed)
    with pytest.raises(guards.GuardError) as caught:
        guards.check("prod", changed, intent_of(environment()))
    return {violation.guard for violation in caught.value.violations}


def only(layer: str, resource_type: str, name: str = "") -> dict[str, Any]:
    (body,) = (body for key, body in with_proxy()[layer]["resource"][resource_type].items() if name in key)
    return dict(body)


def test_the_guards_accept_the_proxy_and_only_environments_that_configure_one_have_it() -> None:
    assert guards.check("prod", with_proxy(), intent_of(environment())).warnings == ()
    assert "aws_db_proxy" not in documents("prod")["data"]["resource"]


def test_the_proxys_target_waits_for_the_database() -> None:
    assert only("data", "aws_db_proxy_target")["db_instance_identifier"].startswith("${aws_db_instance.")
    by_name = edit("data", "aws_db_proxy_target", "", db_instance_identifier="windlass-prod")
    assert refused(by_name) == {"names_of_resources_are_references"}


def test_airflow_uses_the_proxy_and_only_the_migration_bypasses_it() -> None:
    endpoints = {
        (*body["description"].split(" from "), body["from_port"])
        for key, body in with_proxy()["network"]["resource"]["aws_vpc_security_group_ingress_rule"].items()
        if key.partition("-to-")[2].startswith("database")
    }
    assert endpoints == {
        *(("PostgreSQL", f"airflow-{component}, through the proxy", 5432) for component in COMPONENTS),
        ("PostgreSQL", "the proxy", 5439),
        ("Migration", "airflow-api-server", 5439),
        ("PostgreSQL", "web", 5439),
    }


def test_the_urls_of_airflow_name_the_proxy_and_that_of_the_master_the_database() -> None:
    def value(name: str) -> str:
        return str(with_proxy()["data"]["resource"]["aws_secretsmanager_secret_version"][name]["secret_string_wo"])

    endpoint = "${aws_db_proxy.airflow_database-proxy_proxy_proxy.endpoint}"
    assert f"@{endpoint}:5432/airflow" in value("airflow_database-url_version")
    assert "@${aws_db_instance.database_instance.address}:5439/app?sslmode=verify-full&sslrootcert=" in value(
        "database-url_version"
    )
    triggers = with_proxy()["data"]["locals"]["airflow_database-url_made-of"]
    assert f"address={endpoint}:5432" in triggers


def test_d04_its_role_reads_the_logins_of_both_users_by_the_key_of_secrets_alone() -> None:
    policy = json.loads(only("data", "aws_iam_role_policy", "database-proxy")["policy"])
    read, decrypt = policy["Statement"]
    logins = [login["secret_arn"] for login in only("data", "aws_db_proxy")["auth"]]
    assert len(logins) == 2
    # Known in every plan: the provider cannot change a proxy whose logins are not.
    assert all(login.startswith("${aws_secretsmanager_secret.") for login in logins)
    waits_for = [address for address in only("data", "aws_db_proxy")["depends_on"] if "secret_version" in address]
    assert len(waits_for) == 2
    assert (read["Action"], read["Resource"]) == (["secretsmanager:GetSecretValue"], logins)
    assert decrypt["Action"] == ["kms:Decrypt"]
    assert decrypt["Condition"]["StringEquals"] == {"kms:ViaService": ["secretsmanager.eu-west-1.amazonaws.com"]}


def test_tasks_are_replaced_when_the_proxy_is_added() -> None:
    def versions(layers: Documents) -> dict[str, str]:
        scheduler = next(
            body for key, body in layers["service"]["resource"]["aws_ecs_task_definition"].items() if "scheduler" in key
        )
        main = next(each for each in json.loads(scheduler["container_definitions"]) if each["name"] == "scheduler")
        text = next(each["value"] for each in main["environment"] if each["name"] == "WINDLASS_VERSIONS")
        return dict(part.split("=") for part in text.split(","))

    before, after = versions(documents("prod")), versions(with_proxy())
    assert (before["database_url"], after["database_url"]) == ("1", "1-proxy")


def test_waiting_for_connections_raises_an_alarm_and_is_on_the_dashboard() -> None:
    alarm = only("service", "aws_cloudwatch_metric_alarm", "database-proxy")
    (query,) = alarm["metric_query"]
    metric = query["metric"]
    metric = metric[0] if isinstance(metric, list) else metric
    assert metric["metric_name"] == "DatabaseConnectionsBorrowLatency"
    assert metric["dimensions"] == {"ProxyName": only("data", "aws_db_proxy")["name"]}
    assert alarm["threshold"] == 1_000_000
    page = only("service", "aws_cloudwatch_dashboard", "airflow")["dashboard_body"]
    assert "ClientConnections" in page


def reading_more(documents: Documents) -> None:
    password = "${aws_secretsmanager_secret_version.database-password_version.arn}"
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": password}
    documents["data"]["resource"]["aws_iam_role_policy"]["more"] = {
        "role": "${aws_iam_role.airflow_database-proxy_proxy_role.name}",
        "policy": json.dumps({"Statement": [statement]}),
    }


def opened(source: str, target: str, port: int) -> Change:
    return both(rule("egress", source, port=port, to=target), rule("ingress", target, port=port, to=source))


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        pytest.param(opened("service-web", "database-proxy", 5432), PATH, id="open to a web service"),
        pytest.param(rule("ingress", "database-proxy", port=5432, cidr_ipv4="10.30.0.0/16"), RULE, id="open to all"),
        pytest.param(opened("database-proxy", "service-web", 8000), OUT_OF_REACH, id="it calls somebody else"),
        pytest.param(opened("airflow-worker", "database", 5439), PATH, id="a worker goes past it"),
        pytest.param(reading_more, "proxies_read_exactly_their_logins", id="it reads the master's password"),
        pytest.param(edit("data", "aws_db_proxy", "", require_tls=False), "data_is_private_and_encrypted", id="no TLS"),
    ],
)
def test_what_would_open_it_is_refused(change: Change, guard: str) -> None:
    assert guard in refused(change)
