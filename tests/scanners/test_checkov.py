"""A scanner from outside finds nothing in production but what is on the list, with a reason for each line."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from local.embedded import environment_variables
from tests.scanners.checkov import accepted, failed_checks
from tests.scanners.joined import joined, providers
from tests.support.documents import documents
from tests.support.embedded import embedded_aws

pytestmark = pytest.mark.slow
Failed = set[tuple[str, str]]


@pytest.fixture(scope="module")
def in_json(tmp_path_factory: pytest.TempPathFactory) -> tuple[Failed, int]:
    """What checkov says of the synthesised JSON."""
    file = tmp_path_factory.mktemp("json") / "cdk.tf.json"
    # Without `ephemeral`, which checkov cannot read.
    file.write_text(json.dumps({key: value for key, value in joined(documents("prod")).items() if key != "ephemeral"}))
    return failed_checks("terraform_json", file)


@pytest.fixture(scope="module")
def in_plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Failed, int]:
    """What checkov says of the plan."""
    folder = tmp_path_factory.mktemp("plan")
    terraform = {"required_providers": documents("prod")["network"]["terraform"]["required_providers"]}
    whole = {**joined(documents("prod")), "provider": providers(documents("prod")), "terraform": terraform}
    (folder / "cdk.tf.json").write_text(json.dumps(whole))
    # A plan of new resources asks who it is, and for passwords.
    with embedded_aws("scanners") as endpoint_url:
        variables = {**os.environ, **environment_variables(endpoint_url, "eu-west-1"), "TF_IN_AUTOMATION": "1"}
        for command in (["init", "-input=false"], ["plan", "-input=false", "-out=plan"]):
            done = subprocess.run(
                ["terraform", *command, "-no-color"],
                cwd=folder,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        assert "Warning" not in done.stdout, done.stdout
        shown = subprocess.run(
            ["terraform", "show", "-json", "plan"],
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            check=True,
        )
    (folder / "plan.json").write_text(shown.stdout)
    return failed_checks("terraform_plan", folder / "plan.json")


def unexpected(found: Failed) -> Failed:
    return {failed for failed in found if not any(line.covers(failed) for line in accepted())}


def test_the_json_of_production_passes(in_json: tuple[Failed, int]) -> None:
    failed, passed = in_json
    assert unexpected(failed) == set()
    assert passed > 200


def test_the_plan_of_production_passes(in_plan: tuple[Failed, int]) -> None:
    failed, passed = in_plan
    assert unexpected(failed) == set()
    assert passed > 200


def test_every_line_of_the_list_is_needed_and_the_list_is_short(
    in_json: tuple[Failed, int], in_plan: tuple[Failed, int]
) -> None:
    found = in_json[0] | in_plan[0]
    assert [line for line in accepted() if not any(line.covers(failed) for failed in found)] == []
    assert len(accepted()) <= 10
    assert all(len(line.reason) > 30 for line in accepted())


def test_checkov_sees_a_mistake(tmp_path: Path) -> None:
    whole = joined(documents("prod"))
    whole["resource"]["aws_db_instance"]["database_instance"]["publicly_accessible"] = True
    file = tmp_path / "cdk.tf.json"
    file.write_text(json.dumps({key: value for key, value in whole.items() if key != "ephemeral"}))
    failed, _ = failed_checks("terraform_json", file)
    assert ("CKV_AWS_17", "database_instance") in {(check, name.rpartition(".")[2]) for check, name in failed}
