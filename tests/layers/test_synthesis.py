"""A synth writes every stack of an environment or none, and keeps other files."""

import configparser
import json
from pathlib import Path
from typing import Any

import pytest

import guards
from config import load
from layers import output_folder
from layers.output_folder import stack_folder, write_stacks
from layers.synthesis import SynthesisError, synthesise
from tests.support.documents import ENVIRONMENTS, ROOT, documents


@pytest.fixture(autouse=True)
def _no_output_folder_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_every_stack_lands_where_terraform_is_run(tmp_path: Path) -> None:
    result = synthesise(load("local", ROOT), tmp_path)
    assert list(result.stacks) == ["bootstrap", "network", "data", "service"]
    for layer, folder in result.stacks.items():
        assert folder == tmp_path / "cdktf.out" / "stacks" / f"local-{layer}"
        assert json.loads((folder / "cdk.tf.json").read_text()) == documents("local")[layer]


def test_each_stack_for_the_embedded_aws_has_a_file_with_its_address(tmp_path: Path) -> None:
    environment = load("local", ROOT)
    for folder in synthesise(environment, tmp_path).stacks.values():
        (provider,) = json.loads((folder / "cdk.tf.json").read_text())["provider"]["aws"]
        (file,) = provider["shared_config_files"]
        read = configparser.ConfigParser()
        read.read(file.replace("${path.module}", str(folder)))
        assert read[f"profile {provider['profile']}"]["endpoint_url"] == environment.aws.endpoint_url


def test_on_the_real_aws_the_provider_uses_the_users_own_profile(tmp_path: Path) -> None:
    for folder in synthesise(load("prod", ROOT), tmp_path).stacks.values():
        for provider in json.loads((folder / "cdk.tf.json").read_text())["provider"]["aws"]:
            assert not {"access_key", "endpoints", "profile", "shared_config_files"} & set(provider)
        assert [path.name for path in folder.iterdir()] == ["cdk.tf.json"]


def test_the_manifest_names_the_stacks_in_their_order(tmp_path: Path) -> None:
    synthesise(load("local", ROOT), tmp_path)
    stacks = json.loads((tmp_path / "cdktf.out" / "manifest.json").read_text())["stacks"]
    assert stacks["local-service"]["dependencies"] == ["local-bootstrap", "local-network", "local-data"]
    for stack in stacks.values():
        assert (tmp_path / "cdktf.out" / stack["synthesizedStackPath"]).exists()


def test_a_guard_that_refuses_leaves_the_old_output_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_stacks(tmp_path, "local", {"network": {"old": True}})
    before = contents(tmp_path)

    def refuse(*_: Any) -> None:
        raise guards.GuardError("local", [])

    monkeypatch.setattr(guards, "check", refuse)
    with pytest.raises(guards.GuardError):
        synthesise(load("local", ROOT), tmp_path)
    assert contents(tmp_path) == before


def test_a_write_that_fails_half_way_leaves_the_old_output_as_it_was(tmp_path: Path) -> None:
    write_stacks(tmp_path, "local", {"network": {"old": True}, "data": {"old": True}})
    before = contents(tmp_path)
    with pytest.raises(TypeError):
        write_stacks(
            tmp_path, "local", {"network": {"new": True}, "data": {"new": object()}}, extra_files={"one": "new"}
        )
    assert contents(tmp_path) == before


def test_what_terraform_keeps_beside_a_stack_stays(tmp_path: Path) -> None:
    folder = stack_folder(tmp_path, "local", "network")
    folder.mkdir(parents=True)
    (folder / ".terraform.lock.hcl").write_text("kept")
    write_stacks(tmp_path, "local", {"network": {}})
    assert (folder / ".terraform.lock.hcl").read_text() == "kept"


def test_other_environments_stay(tmp_path: Path) -> None:
    write_stacks(tmp_path, "prod", {"network": {}})
    write_stacks(tmp_path, "local", {"network": {}})
    assert stack_folder(tmp_path, "prod", "network").joinpath("cdk.tf.json").exists()


def test_the_cdktf_command_may_name_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", "elsewhere")
    write_stacks(tmp_path, "local", {"network": {}})
    assert (tmp_path / "elsewhere" / "stacks" / "local-network" / "cdk.tf.json").exists()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_manifest_has_the_cdktf_version_of_the_stacks(name: str) -> None:
    versions = {document["//"]["metadata"]["version"] for document in documents(name).values()}
    assert versions == {output_folder.CDKTF_VERSION}


def test_what_a_module_refuses_is_a_sentence_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise ValueError("the module says no")

    monkeypatch.setattr("layers.synthesis.NetworkLayer", refuse)
    with pytest.raises(SynthesisError, match=r"environments/local\.toml: the module says no"):
        synthesise(load("local", ROOT), tmp_path)
    assert contents(tmp_path) == {}
