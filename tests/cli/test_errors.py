import dataclasses
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.running.terraform import _version, find_terraform
from cli.synthesis import Synthesis
from local.snapshot.store import Content
from tests.cli.fake_embedded_aws import FakeEmbeddedAws
from tests.cli.fake_project import FakeProject, environment
from tests.cli.fake_terraform import PATH_WITHOUT_TERRAFORM, FakeTerraform
from workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


def test_an_unknown_environment_names_the_known_ones(windlass, terraform):
    ended = windlass("plan", "nowhere")
    assert ended.code == 2
    assert "dev, local, prod" in ended.err
    assert ended.out == ""


def test_a_refusal_of_the_guards_is_a_configuration_error(windlass, terraform, project: FakeProject):
    refusing = dataclasses.replace(project, refusal="D02: the database is public\n  fix: …")
    ended = windlass("apply", "dev", "--yes", on=refusing)
    assert ended.code == 2
    assert ended.err == "D02: the database is public\n  fix: …\n"


def test_an_unknown_layer_names_the_known_ones(windlass, terraform):
    ended = windlass("plan", "dev", "--layer", "delivery")
    assert ended.code == 2
    assert "network, data, service" in ended.err


def test_a_missing_terraform_gets_one_sentence(windlass, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TERRAFORM", raising=False)
    monkeypatch.setenv("PATH", PATH_WITHOUT_TERRAFORM)
    ended = windlass("plan", "dev")
    assert ended.code == 1
    assert "Terraform was not found" in ended.err
    assert ended.err.count("\n") == 1


def test_an_old_terraform_gets_one_sentence(windlass, terraform):
    terraform.follow({"when": ["version"], "lines": [{"terraform_version": "1.9.8"}]})
    ended = windlass("plan", "dev")
    assert ended.code == 1
    assert "Terraform 1.9.8" in ended.err
    assert "too old" in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("version", ["1.11.0", "1.12.0-beta1", "2.0.0"])
def test_new_versions_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str):
    _version.cache_clear()
    fake = FakeTerraform.in_folder(tmp_path, {"when": ["version"], "lines": [{"terraform_version": version}]})
    monkeypatch.setenv("TERRAFORM", str(fake.binary))
    assert find_terraform(tmp_path).version == version


def test_something_else_named_terraform_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    _version.cache_clear()
    fake = FakeTerraform.in_folder(tmp_path, {"when": ["version"], "lines": ["hello"]})
    monkeypatch.setenv("TERRAFORM", str(fake.binary))
    with pytest.raises(Exception, match="does not answer"):
        find_terraform(tmp_path)


def test_a_cli_configuration_that_does_not_exist_is_left_out(windlass, terraform, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/nowhere/terraformrc")
    windlass("plan", "dev", "--layer", "network")
    assert "TF_CLI_CONFIG_FILE" not in terraform.calls("plan")[0]["environment"]


def test_a_cli_configuration_that_exists_is_kept(windlass, terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    existing = tmp_path / "terraformrc"
    existing.touch()
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(existing))
    windlass("plan", "dev", "--layer", "network")
    assert terraform.calls("plan")[0]["environment"]["TF_CLI_CONFIG_FILE"] == str(existing)


def test_the_users_plugin_cache_is_kept_and_the_projects_is_used_otherwise(
    windlass, terraform, project: FakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    windlass("plan", "dev", "--layer", "network")
    assert terraform.calls("plan")[0]["environment"]["TF_PLUGIN_CACHE_DIR"] == str(
        project.workspace.work_folder / "plugin-cache"
    )
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(tmp_path))
    windlass("plan", "dev", "--layer", "network")
    assert terraform.calls("plan")[-1]["environment"]["TF_PLUGIN_CACHE_DIR"] == str(tmp_path)


def test_terraform_collects_garbage_later_unless_the_user_has_a_say(
    windlass, terraform, monkeypatch: pytest.MonkeyPatch
):
    for variable in ("GOGC", "GOMEMLIMIT"):
        monkeypatch.delenv(variable, raising=False)
    windlass("plan", "dev", "--layer", "network")
    assert terraform.calls("plan")[0]["environment"]["GOGC"] == "400"
    monkeypatch.setenv("GOGC", "50")
    windlass("plan", "dev", "--layer", "network")
    assert terraform.calls("plan")[-1]["environment"]["GOGC"] == "50"


def test_an_embedded_aws_that_does_not_run_is_one_sentence_away(windlass, terraform, project: FakeProject):
    local = environment("local", endpoint_url="http://127.0.0.1:5999")
    stopped_aws = FakeEmbeddedAws(project.root / "aws")
    stopped = dataclasses.replace(project, known={"local": local}, embedded_aws=stopped_aws)
    ended = windlass("plan", "local", on=stopped)
    assert ended.code == 1
    assert "To apply everything: make local; to start an empty account: ./windlass local up --empty" in ended.err
    body = stopped_aws.saved.write_body(b"x")
    stopped_aws.saved.write(Content(services=(), pickled=b"", bodies=frozenset({body})), datetime.now(UTC))
    assert "To start it with what was applied: ./windlass local up" in windlass("plan", "local", on=stopped).err


def test_the_embedded_aws_gets_its_variables_and_many_at_once(windlass, terraform, project: FakeProject):
    local = environment("local", endpoint_url="http://127.0.0.1:5999")
    windlass("plan", "local", on=dataclasses.replace(project, known={"local": local}))
    (call, *_) = terraform.calls("plan")
    assert call["environment"]["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5999"
    assert "-parallelism=30" in call["arguments"]


def test_the_script_says_how_to_install_where_that_was_not_done(tmp_path: Path):
    script = tmp_path / "windlass"
    script.write_text((ROOT / "windlass").read_text())
    script.chmod(0o755)
    finished = subprocess.run([script, "plan", "dev"], capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert "make install" in finished.stderr


def test_the_script_works_from_any_folder(tmp_path: Path):
    (tmp_path / "cli.py").write_text("raise SystemExit('the wrong one')")
    finished = subprocess.run(
        [ROOT / "windlass", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    for command in ("synth", "check", "validate", "plan", "apply", "destroy", "output", "status", "bootstrap", "local"):
        assert f"\n  {command} " in finished.stdout


def synthesis(folder: Path, program: str) -> Synthesis:
    folder.mkdir()
    (folder / "main.py").write_text(program)
    return Synthesis(workspace=Workspace(root=folder, windlass_folder=folder))


def test_what_synth_refuses_is_shown_as_it_says_it(tmp_path: Path):
    synth = synthesis(tmp_path / "p", "import sys; print('two mistakes', file=sys.stderr); sys.exit(2)")
    with pytest.raises(CommandError, match=r"^two mistakes$") as refused:
        synth.write(environment("dev"))
    assert refused.value.exit_code == 2


def test_a_synth_that_breaks_is_a_failure_and_not_a_bad_configuration(tmp_path: Path):
    synth = synthesis(tmp_path / "p", "1 / 0")
    with pytest.raises(CommandError, match="ZeroDivisionError") as refused:
        synth.write(environment("dev"))
    assert refused.value.exit_code == 1


def test_synth_receives_the_environment(tmp_path: Path):
    program = "import os, pathlib; pathlib.Path('seen').write_text(os.environ['WINDLASS_ENVIRONMENT'])"
    synth = synthesis(tmp_path / "p", program)
    folders = synth.write(environment("dev"))
    assert (synth.workspace.root / "seen").read_text() == "dev"
    assert folders["network"] == synth.workspace.root / "cdktf.out/stacks/dev-network"
