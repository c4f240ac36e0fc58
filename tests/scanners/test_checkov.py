"""An external scanner reports nothing for production except accepted findings, each with a reason."""

import json
import os
import subprocess

import pytest

from local.embedded import environment_variables
from tests.scanners.checkov import accepted, failed_checks
from tests.scanners.joined import joined, providers
from tests.support.documents import documents
from tests.support.embedded import embedded_aws

pytestmark = pytest.mark.slow
Failed = set[tuple[str, str]]


MISTAKEN = "mistaken"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Failed, int]:
    """Findings for the synthesised JSON and an additional, insecure database, in one scan because scans are slow."""
    whole = joined(documents("prod"))
    databases = whole["resource"]["aws_db_instance"]
    databases[MISTAKEN] = {**databases["database_instance"], "publicly_accessible": True}
    file = tmp_path_factory.mktemp("json") / "cdk.tf.json"
    # Without `ephemeral`, which checkov cannot read.
    file.write_text(json.dumps({key: value for key, value in whole.items() if key != "ephemeral"}))
    return failed_checks("terraform_json", file)


@pytest.fixture(scope="module")
def in_json(scanned: tuple[Failed, int]) -> tuple[Failed, int]:
    """Findings for the JSON alone."""
    failed, passed = scanned
    return {(check, resource) for check, resource in failed if not is_mistaken(resource)}, passed


def is_mistaken(resource: str) -> bool:
    """Whether it is that database; checkov may leave out the type."""
    return resource.rpartition(".")[2] == MISTAKEN


@pytest.fixture(scope="module")
def in_plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Failed, int]:
    """Findings for the plan."""
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


def unexpected(all_failed: Failed) -> Failed:
    return {failed for failed in all_failed if not any(line.covers(failed) for line in accepted())}


def test_the_json_of_production_passes(in_json: tuple[Failed, int]) -> None:
    failed, passed = in_json
    assert unexpected(failed) == set()
    assert passed > 250  # with those of the additional database


def test_the_plan_of_production_passes(in_plan: tuple[Failed, int]) -> None:
    failed, passed = in_plan
    assert unexpected(failed) == set()
    assert passed > 200


def test_every_line_of_the_list_is_needed_and_the_list_is_short(
    in_json: tuple[Failed, int], in_plan: tuple[Failed, int]
) -> None:
    all_failed = in_json[0] | in_plan[0]
    assert [line for line in accepted() if not any(line.covers(failed) for failed in all_failed)] == []
    assert len(accepted()) <= 11
    assert all(len(line.reason) > 30 for line in accepted())


def test_checkov_sees_a_mistake(scanned: tuple[Failed, int]) -> None:
    failed, _ = scanned
    assert [is_mistaken(resource) for check, resource in failed if check == "CKV_AWS_17"] == [True]
