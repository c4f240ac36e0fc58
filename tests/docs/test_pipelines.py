"""The documented workflows: each job has the role that its command needs, and pull requests have nothing more."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.test_documented_commands import unknown
from tests.support.documents import ENVIRONMENTS, ROOT, documents

FOLDER = ROOT / "docs" / "pipelines"
COMMAND = re.compile(r"\./windlass (\w+)(.*)")


def jobs(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / f"{name}.yml").read_text())["jobs"])


def commands(job: dict[str, Any]) -> list[tuple[str, str]]:
    return [match.groups() for step in job["steps"] if (match := COMMAND.search(step.get("run", "")))]  # type: ignore[misc]


def role(job: dict[str, Any]) -> str | None:
    (name,) = {step["with"]["role-to-assume"] for step in job["steps"] if "role-to-assume" in step.get("with", {})} or {
        ""
    }
    return re.sub(r"\$\{\{ vars\.ROLE_(\w+) \}\}", lambda match: match[1].lower().replace("_", "-"), name) or None


def test_i02_a_pull_request_plans_without_a_lock_and_never_opens_a_secret_unreviewed() -> None:
    pull = jobs("pull-request")
    assert {name: role(job) for name, job in pull.items()} == {"check": None, "plan": "plan", "plan-data": "plan-data"}
    assert [name for name, job in pull.items() if job.get("permissions", {}).get("id-token")] == ["plan", "plan-data"]
    for name in ("plan", "plan-data"):
        assert all("--no-lock" in options and verb == "plan" for verb, options in commands(pull[name]))
    assert "data" not in pull["plan"]["strategy"]["matrix"]["layer"]
    assert "--layer data" in commands(pull["plan-data"])[0][1]
    assert pull["plan-data"]["environment"] == "plan"
    assert not any("environment" in job for name, job in pull.items() if name != "plan-data")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_i02_the_layers_that_a_pull_request_plans_open_no_secret(name: str) -> None:
    for layer in jobs("pull-request")["plan"]["strategy"]["matrix"]["layer"]:
        document = documents(name)[layer]
        assert "ephemeral" not in document, layer
        assert not [kind for kind in document.get("data", {}) if "secret" in kind or "random_password" in kind], layer
    assert "ephemeral" in documents(name)["data"]


@pytest.mark.parametrize("name", ["apply", "deploy"])
def test_each_job_has_the_role_named_after_its_command(name: str) -> None:
    for job in jobs(name).values():
        assert [verb for verb, _ in commands(job)] == [role(job)]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_every_command_of_a_workflow_is_one_that_windlass_takes(path: Path) -> None:
    lines = [f"{verb}{options}" for job in jobs(path.stem).values() for verb, options in commands(job)]
    assert lines
    problems = {line: unknown(re.sub(r'"?\$(\{\{.*?\}\}|\w+)"?', "VALUE", line)) for line in lines}
    assert {line: words for line, words in problems.items() if words} == {}


def test_an_outage_stops_the_pipeline_until_somebody_accepts_it() -> None:
    workflow = yaml.safe_load((FOLDER / "apply.yml").read_text())
    assert workflow[True]["workflow_dispatch"]["inputs"]["accept_outage"]["default"] is False, "YAML reads `on` as true"
    (step,) = (step for step in workflow["jobs"]["apply"]["steps"] if "windlass apply" in step.get("run", ""))
    assert "--yes $ACCEPTED" in step["run"]
    assert step["env"]["ACCEPTED"] == "${{ inputs.accept_outage && '--accept-outage' || '' }}"


def test_no_workflow_has_a_key_and_none_puts_an_input_into_a_script() -> None:
    for path in FOLDER.glob("*.yml"):
        text = path.read_text()
        assert "secrets." not in text
        for job in jobs(path.stem).values():
            assert not any("inputs." in step.get("run", "") for step in job["steps"])


def test_the_page_lists_every_workflow() -> None:
    page = (FOLDER / "README.md").read_text()
    assert all(f"({path.name})" in page for path in sorted(Path(FOLDER).glob("*.yml")))
