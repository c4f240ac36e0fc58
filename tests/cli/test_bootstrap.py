import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.running.bootstrap import Bootstrap
from cli.running.stack import BACKEND_OVERRIDE, Stack
from cli.running.terraform import find_terraform
from tests.cli.fake_project import FakeProject
from tests.cli.fake_terraform import FakeTerraform, planned, summary


def state(serial: int, *resource_types: str, lineage: str = "one") -> dict[str, Any]:
    resources = [{"mode": "managed", "type": each, "name": "state", "instances": [{}]} for each in resource_types]
    return {"serial": serial, "lineage": lineage, "resources": resources}


@dataclass(kw_only=True)
class FakeStore:
    """AWS, as far as bootstrap asks it."""

    bucket: bool = False
    table: bool = False
    alias: bool = False
    content: dict[str, Any] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)

    def bucket_exists(self) -> bool:
        return self.bucket

    def table_exists(self) -> bool:
        return self.table

    def alias_exists(self, name: str) -> bool:
        return self.alias

    def state(self) -> dict[str, Any]:
        return self.content

    def other_states(self) -> dict[str, int]:
        return self.others


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A bootstrap on an invented AWS."""

    bootstrap: Bootstrap
    store: FakeStore
    terraform: FakeTerraform

    @property
    def file(self) -> Path:
        return self.bootstrap.file

    @property
    def begun(self) -> Path:
        return self.file.with_suffix(".begun")

    def leave(self, content: dict[str, Any] | None) -> None:
        """What a killed run left on this machine."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.begun.touch()
        if content is not None:
            self.file.write_text(json.dumps(content))

    def is_in_bucket_only(self) -> bool:
        """The state was uploaded or was there, and nothing of it is left here."""
        left = [path for path in (self.file, self.begun) if path.exists()]
        return not left and not (self.bootstrap.stack.folder / BACKEND_OVERRIDE).exists()


CREATED = state(3, "aws_s3_bucket", "aws_dynamodb_table", "aws_kms_alias")


@pytest.fixture
def scene(project: FakeProject, terraform: FakeTerraform) -> Scene:
    environment = project.environments.load("dev")
    project.synthesis.write(environment)
    store = FakeStore()
    file = project.workspace.work_folder / "bootstrap" / "the-bucket.tfstate"
    stack = Stack(
        name="bootstrap",
        folder=project.synthesis.folder(environment, "bootstrap"),
        terraform=find_terraform(project.workspace.work_folder),
    )
    created = Scene(bootstrap=Bootstrap(stack=stack, store=store, file=file), store=store, terraform=terraform)
    terraform.follow(
        {"when": ["plan"], "code": 2, "lines": [planned("aws_s3_bucket.state", "create"), summary(add=1)]},
        {"when": ["apply"], "writes": {str(file): json.dumps(CREATED)}},
        {"when": ["state", "pull"], "lines": [CREATED]},
    )
    return created


def folder_at(scene: Scene, monkeypatch: pytest.MonkeyPatch, command: str) -> list[dict[str, Any]]:
    """Record which files Terraform saw beside the stack while a command of it ran."""
    seen: list[dict[str, Any]] = []
    original = Stack._stream

    def spy(self: Stack, name: str, *rest: Any, **others: Any) -> Any:
        if name == command:
            seen.append({path.name: path.read_text() for path in self.folder.glob("*.tf.json")})
        return original(self, name, *rest, **others)

    monkeypatch.setattr(Stack, "_stream", spy)
    return seen


def test_the_first_apply_keeps_its_state_in_a_file_and_uploads_it_then(scene: Scene, monkeypatch):
    seen = folder_at(scene, monkeypatch, "apply")
    scene.bootstrap.create(ask=None)
    (files,) = seen
    assert json.loads(files[BACKEND_OVERRIDE])["terraform"]["backend"]["local"]["path"] == str(scene.file)
    (push,) = scene.terraform.calls("state", "push")
    assert push["arguments"][-1] == str(scene.file)
    assert scene.is_in_bucket_only()


def test_a_second_run_works_on_the_state_in_the_bucket(scene: Scene, monkeypatch):
    scene.store.bucket, scene.store.content = True, CREATED
    scene.terraform.follow()
    seen = folder_at(scene, monkeypatch, "plan")
    scene.bootstrap.create(ask=None)
    assert BACKEND_OVERRIDE not in seen[0]
    assert not scene.terraform.calls("state", "push")


def test_killed_before_anything_was_made(scene: Scene):
    scene.leave(None)
    scene.bootstrap.create(ask=None)
    assert scene.is_in_bucket_only()


def test_killed_while_the_bucket_was_made_it_is_imported(scene: Scene, monkeypatch):
    scene.leave(state(1))
    scene.store.bucket = scene.store.alias = True
    seen = folder_at(scene, monkeypatch, "plan")
    scene.bootstrap.create(ask=None)
    imported = json.loads(seen[0]["windlass_imports.tf.json"])["import"]
    assert imported == [{"to": "aws_s3_bucket.state", "id": "the-bucket"}]
    assert scene.is_in_bucket_only()


def test_killed_after_the_bucket_before_the_table_only_the_table_is_missing(scene: Scene, monkeypatch):
    scene.leave(state(2, "aws_s3_bucket"))
    scene.store.bucket = True
    seen = folder_at(scene, monkeypatch, "plan")
    scene.bootstrap.create(ask=None)
    assert "windlass_imports.tf.json" not in seen[0]
    assert scene.terraform.calls("state", "push")


def test_killed_before_the_upload(scene: Scene):
    scene.leave(CREATED)
    scene.store.bucket = scene.store.table = True
    scene.bootstrap.create(ask=None)
    assert scene.terraform.calls("state", "push")
    assert scene.is_in_bucket_only()


def test_killed_after_the_upload_the_file_is_only_removed(scene: Scene, monkeypatch):
    scene.leave(CREATED)
    scene.store.bucket, scene.store.content = True, CREATED
    scene.terraform.follow()
    seen = folder_at(scene, monkeypatch, "plan")
    scene.bootstrap.create(ask=None)
    assert BACKEND_OVERRIDE not in seen[0]
    assert not scene.terraform.calls("state", "push")
    assert scene.is_in_bucket_only()


def test_a_failed_upload_keeps_the_file(scene: Scene):
    scene.terraform.follow(
        {"when": ["apply"], "writes": {str(scene.file): json.dumps(CREATED)}},
        {"when": ["plan"], "code": 2, "lines": [planned("aws_s3_bucket.state", "create")]},
        {"when": ["state", "push"], "code": 1, "lines": ["Error: no network"]},
    )
    with pytest.raises(CommandError, match="no network"):
        scene.bootstrap.create(ask=None)
    assert json.loads(scene.file.read_text()) == CREATED


def test_an_override_left_by_a_killed_run_is_removed_first(scene: Scene, monkeypatch):
    (scene.bootstrap.stack.folder / BACKEND_OVERRIDE).write_text('{"terraform": {"backend": {"local": {}}}}')
    scene.store.bucket, scene.store.content = True, CREATED
    scene.terraform.follow()
    seen = folder_at(scene, monkeypatch, "plan")
    scene.bootstrap.create(ask=None)
    assert BACKEND_OVERRIDE not in seen[0]


def test_two_different_states_are_for_a_person_to_compare(scene: Scene):
    scene.leave(state(9, "aws_s3_bucket", lineage="another"))
    scene.store.bucket, scene.store.content = True, CREATED
    with pytest.raises(CommandError, match="two different bootstrap states"):
        scene.bootstrap.create(ask=None)
    assert not scene.terraform.calls("plan")


def test_a_bucket_that_nobody_here_began_is_not_taken_over(scene: Scene):
    scene.store.bucket = True
    with pytest.raises(CommandError, match="--adopt"):
        scene.bootstrap.create(ask=None)
    assert not scene.terraform.calls("plan")
    assert scene.bootstrap.create(ask=None, adopt=True).changed


def test_destroy_brings_the_state_here_first(scene: Scene, monkeypatch):
    scene.store.bucket, scene.store.content = True, CREATED
    seen = folder_at(scene, monkeypatch, "plan")
    kept: list[dict[str, Any]] = []
    original = Stack.plan
    monkeypatch.setattr(
        Stack, "plan", lambda self, **rest: kept.append(json.loads(scene.file.read_text())) or original(self, **rest)
    )
    scene.bootstrap.destroy()
    assert BACKEND_OVERRIDE in seen[0]
    assert kept == [CREATED]
    assert scene.terraform.calls("plan", "-destroy")
    assert scene.is_in_bucket_only()


def test_destroy_that_was_killed_goes_on_from_the_newer_file(scene: Scene):
    scene.leave(state(5, "aws_dynamodb_table"))
    scene.store.bucket, scene.store.content = True, CREATED
    scene.bootstrap.destroy()
    assert scene.terraform.calls("apply")
    assert scene.is_in_bucket_only()


def test_destroy_refuses_while_a_layer_still_has_resources(scene: Scene):
    scene.store.bucket, scene.store.content, scene.store.others = True, CREATED, {"dev/network.tfstate": 12}
    with pytest.raises(CommandError, match=r"dev/network\.tfstate: 12 resources"):
        scene.bootstrap.destroy()
    assert not scene.terraform.calls("plan")


def test_destroy_where_nothing_is_does_nothing(scene: Scene):
    scene.bootstrap.destroy()
    assert not scene.terraform.calls("plan")


def test_destroy_of_a_half_made_bucket_asks_for_it_to_be_finished(scene: Scene):
    scene.leave(None)
    scene.store.bucket = True
    with pytest.raises(CommandError, match="complete it with another run"):
        scene.bootstrap.destroy()


def test_what_no_layer_needs_can_be_left_for_later(scene: Scene) -> None:
    outcome = scene.bootstrap.create(ask=None, without=["aws_dynamodb_table"])
    assert list(outcome.changed) == ["bootstrap"]
    (planned_part,) = scene.terraform.calls("plan")
    assert [word for word in planned_part["arguments"] if word.startswith("-target")] == ["-target=aws_s3_bucket.state"]
    assert not scene.terraform.calls("state", "push"), "nothing waits for the move"
    assert scene.begun.exists(), "a run that is killed now is continued by the next one"
    scene.leave(CREATED)
    assert list(scene.bootstrap.complete().changed) == ["bootstrap"]
    assert len(scene.terraform.calls("state", "push")) == 1
    assert not scene.begun.exists()
    assert not (scene.bootstrap.stack.folder / BACKEND_OVERRIDE).exists()
    whole = scene.terraform.calls("plan")[-1]
    assert not [word for word in whole["arguments"] if word.startswith("-target")]
