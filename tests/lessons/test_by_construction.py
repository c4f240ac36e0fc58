"""Lessons that need no guard: each test shows a past mistake, and that it cannot be made here."""

import json
import random
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from config import load
from layers.outputs import NetworkOutputs
from layers.reachability import roles
from layers.remote_state import publish
from modules.containers import AwsLogs, Container, SecretReference, container_definitions, container_definitions_json
from tests.support.documents import ENVIRONMENTS, ROOT, Documents, documents, documents_of
from tests.support.stack import module_stack

NAMES = ("name", "identifier", "family", "bucket", "replication_group_id", "alarm_name", "dashboard_name")


def bodies(all_documents: Documents, *types: str) -> list[dict[str, Any]]:
    return [
        body
        for document in all_documents.values()
        for resource_type in types
        for body in document.get("resource", {}).get(resource_type, {}).values()
    ]


def test_a05_a_password_is_safe_in_a_url() -> None:
    password = "p@ss:w/rd?#"
    assert urlsplit(f"postgresql://app:{password}@db.example.com:5432/app").hostname != "db.example.com"
    passwords = [
        body
        for name in ENVIRONMENTS
        for body in documents(name)["data"]["ephemeral"]["aws_secretsmanager_random_password"].values()
    ]
    assert passwords
    for body in passwords:
        assert body["exclude_punctuation"] is True
        assert not body.get("include_space")


KEY_SLOT = re.compile(r"fernet-key-([ab])\.secret_string")


def fernet_keys(all_documents: Documents) -> tuple[list[str], list[int]]:
    """The slots whose keys Airflow gets, the one that encrypts first, and the rotation number of each slot."""
    versions = all_documents["data"]["resource"]["aws_secretsmanager_secret_version"]
    numbers = [versions[f"airflow_fernet-key-{slot}_version"]["secret_string_wo_version"] for slot in "ab"]
    return KEY_SLOT.findall(versions["airflow_fernet-keys_version"]["secret_string_wo"]), numbers


def test_a10_a_new_fernet_key_comes_with_the_one_that_encrypted_what_is_stored() -> None:
    order, before = fernet_keys(documents("prod"))
    new_order, after = fernet_keys(documents_of("prod", lambda data: data["airflow"].update(fernet_key_version=2)))
    assert (order, new_order) == (["a", "b"], ["b", "a"])
    assert after[0] == before[0], "the key that encrypted what is stored was replaced"
    assert after[1] > before[1]


@pytest.mark.parametrize("component", ["api-server", "triggerer", "worker-default"])
def test_a17_task_logs_are_in_a_bucket_of_the_data_layer(component: str) -> None:
    prod = documents("prod")
    published = prod["data"]["output"]["airflow"]["value"]["task_logs_bucket_name"]
    kind, name = published.removeprefix("${").split(".")[:2]
    assert kind.startswith("aws_s3_bucket")
    assert name in prod["data"]["resource"][kind]
    definition = prod["service"]["resource"]["aws_ecs_task_definition"][f"airflow_{component}_task_definition"]
    (own,) = [each for each in json.loads(definition["container_definitions"]) if each["name"] in component]
    variables = {each["name"]: each["value"] for each in own["environment"]}
    assert variables["AIRFLOW__LOGGING__REMOTE_LOGGING"] == "True"
    folder = variables["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"]
    assert "outputs.airflow.task_logs_bucket_name}/" in folder


def names(all_documents: Documents) -> set[str]:
    """What resources of an environment are called in AWS, but for what environments share on purpose."""
    return {
        f"{resource_type} {body[key]}"
        for layer, document in all_documents.items()
        if layer != "bootstrap"
        for resource_type, resources in document.get("resource", {}).items()
        for body in resources.values()
        for key in NAMES
        if isinstance(body.get(key), str) and "${" not in body[key] and resource_type.startswith("aws_")
    } - {"aws_iam_role_policy execution", "aws_iam_role_policy task"}


def test_a22_two_environments_share_no_name() -> None:
    twins = names(documents("staging")) & names(documents_of("prod", lambda data: data.update(name="staging")))
    assert len(twins) > 20
    own = {kind for kind in names(documents("prod")) if "windlass-prod" in kind or "/windlass/prod" in kind}
    shared = names(documents("prod")) & names(documents("staging"))
    assert own
    assert {name for name in shared if "windlass" in name} == set()


def test_e10_the_order_of_settings_registers_no_new_task_definition() -> None:
    settings = {f"SETTING_{number}": str(number) for number in range(9)}
    shuffled = dict(random.Random(1).sample(list(settings.items()), len(settings)))
    assert json.dumps(settings) != json.dumps(shuffled)
    container = Container(
        name="web",
        image="public.ecr.aws/team/web:1",
        secrets={"B": SecretReference(arn="arn:b"), "A": SecretReference(arn="arn:a")},
    )
    logs = AwsLogs(group="g", region="eu-west-1", stream_prefix="p")
    texts = {
        container_definitions_json(container_definitions([replace(container, environment=each)], logs))
        for each in (settings, shuffled)
    }
    assert len(texts) == 1


def test_e11_a_zone_and_a_certificate_that_exist_are_used_and_none_is_created() -> None:
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/ab-1"
    created = documents("staging")
    assert bodies(created, "aws_route53_zone")
    assert bodies(created, "aws_acm_certificate")

    def existing(data: dict[str, Any]) -> None:
        data["dns"]["zone_id"] = "Z0123456789ABCDEFGHIJ"
        data["load_balancer"]["certificate_arn"] = arn

    used = documents_of("staging", existing)
    assert bodies(used, "aws_route53_zone", "aws_acm_certificate", "aws_acm_certificate_validation") == []
    assert {body.get("certificate_arn") for body in bodies(used, "aws_lb_listener")} == {None, arn}
    assert {body["zone_id"] for body in bodies(used, "aws_route53_record")} != set()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_n07_no_security_group_is_kept_from_other_systems(name: str) -> None:
    environment = load(name, ROOT)
    incomplete = NetworkOutputs(security_group_ids={"load-balancer": "sg-1"})
    with module_stack() as stack, pytest.raises(ValueError, match="output"):
        publish(stack, incomplete, environment)
    published = documents(name)["network"]["output"]["security_group_ids"]["value"]
    assert set(published) == set(roles(environment))


def test_n08_an_internal_load_balancer_has_its_name() -> None:
    internal = documents("staging")
    (balancer,) = bodies(internal, "aws_lb")
    assert balancer["internal"] is True
    nameless = documents_of("staging", without_names)
    assert service_records(nameless) == []
    (record, *_) = service_records(internal)
    assert "aws_lb." in json.dumps(record["alias"])


def without_names(data: dict[str, Any]) -> None:
    data["dns"] = None
    data["load_balancer"]["certificate_arn"] = "arn:aws:acm:eu-west-1:123456789012:certificate/ab-1"


def service_records(all_documents: Documents) -> list[dict[str, Any]]:
    return list(all_documents["service"]["resource"].get("aws_route53_record", {}).values())


def state_keys(all_documents: Documents) -> list[str]:
    return [json.dumps(document["terraform"], sort_keys=True) for document in all_documents.values()]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_s02_no_two_layers_share_a_state(name: str) -> None:
    mixed = json.loads(json.dumps(documents(name)))
    mixed["service"]["terraform"] = mixed["data"]["terraform"]
    assert len(set(state_keys(mixed))) < len(mixed)
    assert len(set(state_keys(documents(name)))) == len(documents(name))
