"""Terraform rotates secrets, reverts a rotation, and replaces what a secret names (D03, D06)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter

from local.embedded import environment_variables
from modules.airflow import current_slot, slot_rotation
from modules.airflow.secrets import Slot
from modules.secrets import DerivedSecret, DerivedSecretInputs, GeneratedSecret, GeneratedSecretInputs, SecretStore
from tests.local.test_terraform import Terraform
from tests.support.embedded import embedded_aws
from tests.support.provider import attached_provider
from tests.support.stack import module_stack, synthesised

pytestmark = pytest.mark.slow


def configuration(rotation: int) -> dict[str, Any]:
    """A server of which there can be one only, as of a database, a password in two slots, and the URL of both."""
    slots: tuple[Slot, ...] = ("a", "b")
    with module_stack() as stack:
        store = SecretStore(path="shop/prod", recovery_window_in_days=0)
        server = SsmParameter(stack, "server", name="/shop/server", type="String", insecure_value="db")
        passwords = {
            slot: GeneratedSecret(
                stack,
                f"password-{slot}",
                GeneratedSecretInputs(
                    store=store, name=slot, description="Password", rotation=slot_rotation(slot, rotation)
                ),
            ).outputs.value_expression
            for slot in slots
        }
        inputs = DerivedSecretInputs(
            store=store,
            name="url",
            description="URL",
            value_expression=f"{passwords[current_slot(rotation)]}@{server.arn}",
            triggers={"rotation": rotation, "address": server.arn},
        )
        DerivedSecret(stack, "url", inputs)
        document = synthesised(stack).document
    document["terraform"].pop("backend", None)
    return document


class Rotated:
    """The configuration, applied with one rotation after the other."""

    def __init__(self, folder: Path, endpoint_url: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_LOG"))}
        variables = environment_variables(endpoint_url, "eu-west-1")
        self.terraform = Terraform(folder, configuration(1), {**inherited, **variables})
        user = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self._client = boto3.client("secretsmanager", endpoint_url=endpoint_url, region_name="eu-west-1", **user)  # type: ignore[call-overload]

    def apply(self, rotation: int, *options: str) -> str:
        (self.terraform.folder / "main.tf.json").write_text(json.dumps(configuration(rotation)))
        return self.terraform.run("apply", "-auto-approve", *options)

    def value(self, name: str) -> str:
        return str(self._client.get_secret_value(SecretId=f"shop/prod/{name}")["SecretString"])

    def password_in_url(self) -> str:
        return self.value("url").partition("@")[0]


@pytest.fixture
def rotated(tmp_path: Path) -> Iterator[Rotated]:
    with embedded_aws("secrets") as endpoint_url:
        rotated = Rotated(tmp_path / "terraform", endpoint_url)
        rotated.terraform.run("init")
        with attached_provider(rotated.terraform.folder, rotated.terraform.environment) as variables:
            rotated.terraform.environment = variables
            yield rotated


def test_a_rotation_is_reverted_and_what_a_secret_names_is_replaced(rotated: Rotated) -> None:
    rotated.apply(1)
    first = rotated.password_in_url()
    assert first == rotated.value("a")
    rotated.apply(2)
    assert rotated.password_in_url() == rotated.value("b")
    # Another one of its name can only be created once it is gone: as of a database that a snapshot replaces.
    shown = rotated.apply(2, "-replace=aws_ssm_parameter.server")
    assert "-/+ destroy and then create replacement" in shown
    assert rotated.password_in_url() == rotated.value("b") != first
    rotated.apply(1)
    assert rotated.password_in_url() == rotated.value("a")
    assert "No changes." in rotated.terraform.run("plan", "-detailed-exitcode")
