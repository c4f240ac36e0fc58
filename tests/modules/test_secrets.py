"""Secrets that Terraform creates and passes on without storing them."""

import base64
import string
from collections.abc import Callable

import pytest
from cdktf import TerraformStack

from modules.secrets import (
    DerivedSecret,
    DerivedSecretInputs,
    EmptySecret,
    EmptySecretInputs,
    GeneratedSecret,
    GeneratedSecretInputs,
    SecretStore,
)
from tests.support.stack import Synthesised, module_stack, synthesised

STORE = SecretStore(path="acme/prod", kms_key_arn="arn:aws:kms:eu-west-1:111122223333:key/k")


def generated(stack: TerraformStack, id_: str = "database-password", **changes: object) -> GeneratedSecret:
    values: dict[str, object] = {"store": STORE, "name": "database/password", "description": "Password", **changes}
    return GeneratedSecret(stack, id_, GeneratedSecretInputs(**values))  # type: ignore[arg-type]


def synth(build: Callable[[TerraformStack], object]) -> Synthesised:
    with module_stack() as stack:
        build(stack)
        return synthesised(stack)


def test_the_value_passes_from_an_ephemeral_password_to_a_write_only_argument() -> None:
    result = synth(generated)
    version = result.only("aws_secretsmanager_secret_version")
    assert (
        version["secret_string_wo"]
        == "${ephemeral.aws_secretsmanager_random_password.database-password.random_password}"
    )
    assert version["secret_string_wo_version"] == 1
    assert "secret_string" not in version


def test_the_password_has_no_character_that_a_url_or_airflow_would_read_as_something_else() -> None:
    """A05: with punctuation excluded, letters and digits are left."""
    random = synth(generated).document["ephemeral"]["aws_secretsmanager_random_password"]["database-password"]
    assert random == {"exclude_punctuation": True, "password_length": 32}


def test_the_secret_has_the_deployments_path_and_key() -> None:
    secret = synth(generated).only("aws_secretsmanager_secret")
    assert secret["name"] == "acme/prod/database/password"
    assert secret["kms_key_id"] == STORE.kms_key_arn
    assert secret["recovery_window_in_days"] == 30


def test_raising_the_rotation_number_writes_a_new_value() -> None:
    version = synth(lambda stack: generated(stack, rotation=2)).only("aws_secretsmanager_secret_version")
    assert version["secret_string_wo_version"] == 2


def test_what_others_use_is_the_stored_value_and_waits_for_it() -> None:
    with module_stack() as stack:
        outputs = generated(stack).outputs
        result = synthesised(stack)
    assert outputs.value_expression == (
        "${ephemeral.aws_secretsmanager_secret_version.database-password.secret_string}"
    )
    (version,) = result.resources("aws_secretsmanager_secret_version")
    read_back = result.document["ephemeral"]["aws_secretsmanager_secret_version"]["database-password"]
    assert read_back == {"secret_id": f"${{aws_secretsmanager_secret_version.{version}.arn}}"}


def test_a_value_that_only_containers_read_is_not_read_by_terraform() -> None:
    result = synth(lambda stack: generated(stack, readable_in_terraform=False))
    assert "aws_secretsmanager_secret_version" not in result.document["ephemeral"]


def test_thirty_two_characters_in_base64_are_a_fernet_key() -> None:
    """A10: Fernet wants 32 bytes in the URL-safe alphabet; letters and digits never need what differs there."""
    version = synth(lambda stack: generated(stack, encoding="base64")).only("aws_secretsmanager_secret_version")
    assert version["secret_string_wo"].startswith("${base64encode(ephemeral.")
    alphabet = string.ascii_letters + string.digits
    for a in alphabet:
        for b in alphabet:
            key = base64.b64encode(f"{a}{b}".encode() * 16)
            assert len(base64.urlsafe_b64decode(key)) == 32
            assert not {*b"+/"} & {*key}


def test_a_derived_secret_interpolates_the_stored_value() -> None:
    def build(stack: TerraformStack) -> None:
        password = generated(stack).outputs
        DerivedSecret(
            stack,
            "url",
            DerivedSecretInputs(
                store=STORE,
                name="database/url",
                description="URL",
                value_expression=f"postgresql://app:{password.value_expression}@db.internal:5432/app",
                triggers={"password": password.rotation, "address": "db.internal"},
            ),
        )

    versions = synth(build).resources("aws_secretsmanager_secret_version")
    (url,) = (body for name, body in versions.items() if name.startswith("url"))
    assert url["secret_string_wo"] == (
        "postgresql://app:${ephemeral.aws_secretsmanager_secret_version.database-password.secret_string}"
        "@db.internal:5432/app"
    )


def test_a_derived_secret_is_written_again_when_any_part_of_it_changes() -> None:
    """Its version is computed from all triggers, also those that are known to Terraform only."""

    def build(stack: TerraformStack) -> None:
        inputs = DerivedSecretInputs(
            store=STORE,
            name="url",
            description="URL",
            value_expression="x",
            triggers={
                "rotation": 3,
                "address": "${aws_db_instance.main.address}",
                "own": generated(stack).outputs.secret_arn,
            },
        )
        DerivedSecret(stack, "url", inputs)

    result = synth(build)
    versions = result.resources("aws_secretsmanager_secret_version")
    (password,) = (name for name in versions if name.startswith("database-password"))
    (url,) = (body for name, body in versions.items() if name.startswith("url"))
    assert url["secret_string_wo_version"] == "${parseint(substr(sha256(local.url_made-of), 0, 12), 16)}"
    assert result.document["locals"] == {
        "url_made-of": "address=${aws_db_instance.main.address};"
        f"own=${{aws_secretsmanager_secret_version.{password}.arn}};rotation=3"
    }


def test_a_secret_inside_another_construct_is_named_by_its_path() -> None:
    from constructs import Construct

    result = synth(lambda stack: generated(Construct(stack, "airflow"), "fernet-key"))  # type: ignore[arg-type]
    assert list(result.document["ephemeral"]["aws_secretsmanager_random_password"]) == ["airflow_fernet-key"]


@pytest.mark.parametrize(("field", "value"), [("length", 15), ("length", 129), ("rotation", 0)])
def test_impossible_values_are_refused_by_name(field: str, value: int) -> None:
    with module_stack() as stack, pytest.raises(ValueError, match=rf"{field}.*{value}"):
        generated(stack, **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [-1, 3, 31])
def test_a_recovery_window_that_secrets_manager_refuses_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match=f"recovery_window_in_days is {days}"):
        SecretStore(path="acme/prod", recovery_window_in_days=days)


def test_a_path_with_a_slash_at_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="slash"):
        SecretStore(path="/acme")


def test_a_derived_secret_needs_triggers() -> None:
    with pytest.raises(ValueError, match="triggers"):
        DerivedSecretInputs(store=STORE, name="url", description="d", value_expression="x", triggers={})


def test_an_empty_secret_has_no_value_in_terraform() -> None:
    with module_stack() as stack:
        inputs = EmptySecretInputs(store=STORE, name="git/dags", description="Deploy key")
        outputs = EmptySecret(stack, "git", inputs).outputs
        actual = synthesised(stack)
    assert actual.inventory() == {"aws_secretsmanager_secret": 1}
    assert outputs.secret_name.endswith("/git/dags")


def test_a_generated_secret_is_created_before_it_is_destroyed() -> None:
    """Without it Terraform finds a cycle when a rotation is reverted: see `write_secret`."""
    version = synth(generated).only("aws_secretsmanager_secret_version")
    assert version["lifecycle"] == {"create_before_destroy": True}
