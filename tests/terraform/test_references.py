"""References are resolved within a layer and between layers."""

import pytest

from terraform.references import References
from tests.support.documents import ENVIRONMENTS, documents

DOCUMENTS = {
    "network": {
        "resource": {"aws_subnet": {"a-1": {}, "b": {}}, "aws_kms_key": {"key": {}}},
        "output": {
            "subnet_ids": {"value": {"eu-west-1a": "${aws_subnet.a-1.id}", "eu-west-1b": "${aws_subnet.b.id}"}},
            "key": {"value": "${aws_kms_key.key.arn}"},
            "port": {"value": "5432"},
            "list": {"value": ["${aws_subnet.b.id}"]},
        },
    },
    "data": {
        "locals": {"key": "${data.terraform_remote_state.network.outputs.key}", "self": "${local.self}"},
        "resource": {
            "aws_secretsmanager_secret": {"url": {"kms_key_id": "${local.key}"}},
            "aws_secretsmanager_secret_version": {"url": {"secret_id": "${aws_secretsmanager_secret.url.id}"}},
            "aws_s3_bucket": {"logs": {"bucket": "logs"}},
            "aws_s3_bucket_policy": {"logs": {"bucket": "${aws_s3_bucket.logs.bucket}"}},
        },
        "output": {
            "url": {"value": "${aws_secretsmanager_secret_version.url.arn}"},
            "bucket": {"value": "${aws_s3_bucket_policy.logs.bucket}"},
        },
    },
    "service": {},
}
UNKNOWN = "${data.terraform_remote_state.network.outputs.nothing}"
SECRET = "data: aws_secretsmanager_secret.url"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("plain", "plain"),
        ("$${aws_lb.x.arn}", "$${aws_lb.x.arn}"),
        ("${aws_lb.x.arn}", "<service: aws_lb.x>.arn"),
        ("${data.terraform_remote_state.network.outputs.key}", "<network: aws_kms_key.key>.arn"),
        ("${data.terraform_remote_state.network.outputs.subnet_ids.eu-west-1a}", "<network: aws_subnet.a-1>.id"),
        ('${data.terraform_remote_state.network.outputs.subnet_ids["eu-west-1a"]}', "<network: aws_subnet.a-1>.id"),
        ("${data.terraform_remote_state.network.outputs.list[0]}", "<network: aws_subnet.b>.id"),
        ("postgresql://db:${data.terraform_remote_state.network.outputs.port}/", "postgresql://db:5432/"),
        ("${data.terraform_remote_state.data.outputs.url}:key::", f"<{SECRET}>.id:key::"),
        ("${data.terraform_remote_state.data.outputs.bucket}", "<data: aws_s3_bucket.logs>.bucket"),
        ("${element([aws_lb.x.arn, 1], 0)}", "${element([<service: aws_lb.x>.arn, 1], 0)}"),
        ("${data.aws_vpc.old.id}", "<service: data.aws_vpc.old>.id"),
        (
            "${data.terraform_remote_state.network.outputs.nothing}",
            "${data.terraform_remote_state.network.outputs.nothing}",
        ),
    ],
)
def test_two_notations_of_a_reference_have_one_form(text: str, meaning: str) -> None:
    assert References(DOCUMENTS).canonical("service", text) == meaning


def test_a_local_is_resolved_and_a_circular_reference_ends() -> None:
    references = References(DOCUMENTS)
    assert references.resources("data", "${local.key}") == {"network: aws_kms_key.key"}
    assert references.canonical("data", "${local.self}") == "${local.self}"


def test_a_whole_output_resolves_to_everything_in_it() -> None:
    resources = References(DOCUMENTS).resources(
        "service", "${values(data.terraform_remote_state.network.outputs.subnet_ids)}"
    )
    assert resources == {"network: aws_subnet.a-1", "network: aws_subnet.b"}


def test_an_existing_resource_is_identified_by_its_id() -> None:
    values = ["subnet-0abc", "${data.terraform_remote_state.network.outputs.list[0]}"]
    assert References(DOCUMENTS).identities("service", values) == {"subnet-0abc", "network: aws_subnet.b"}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_reference_of_what_we_ship_leads_to_something_that_is_there(name: str) -> None:
    shipped = documents(name)
    references = References(shipped)
    there = {
        f"{layer}: {prefix}{resource_type}.{resource}"
        for layer, document in shipped.items()
        for section, prefix in (("resource", ""), ("data", "data."), ("ephemeral", "ephemeral."))
        for resource_type, bodies in document.get(section, {}).items()
        for resource in bodies
    }
    resources = {layer: document.get("resource", {}) for layer, document in shipped.items()}
    addresses = {thing for layer, bodies in resources.items() for thing in references.resources(layer, bodies)}
    assert addresses
    assert addresses - there == set()
    text = "".join(references.canonical(layer, bodies) for layer, bodies in resources.items())
    assert "terraform_remote_state" not in text
