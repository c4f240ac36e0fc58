import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from cli import local_ports
from cli.data_plane import log_folders
from cli.errors import CommandError
from cli.local_platform import LocalPlatform
from cli.running.bootstrap import Bootstrap
from cli.running.outcome import Outcome
from cli.service_start import ServiceStart
from cli.session import Session
from local.iam.denied_calls import DeniedCall
from tests.cli.fake_embedded_aws import FakeEmbeddedAws
from tests.cli.fake_project import FakeProject, environment, stack_document, state_key
from tests.cli.fake_terraform import planned, summary

OUTPUTS = {"services": {"value": {"web": {"url": "https://app.windlass.localhost:8443"}}, "sensitive": False}}


class FakeBootstrap(Bootstrap):
    """Has nothing to do."""

    def create(self, *, ask: Callable[[str], bool] | None, adopt: bool = False, without: Sequence[str] = ()) -> Outcome:
        return Outcome(unchanged=["bootstrap"])

    def destroy(self) -> Outcome:
        return Outcome()


def fake_aws(root: Path) -> FakeEmbeddedAws:
    return FakeEmbeddedAws(root / ".windlass" / "embedded-aws")


@pytest.fixture
def local(project: FakeProject, monkeypatch: pytest.MonkeyPatch) -> FakeProject:
    def bootstrap(session: Session) -> Bootstrap:
        assert session.store is not None
        return FakeBootstrap(stack=session.stacks()[0], store=session.store, file=project.root / "nowhere")

    monkeypatch.setattr(Session, "bootstrap", bootstrap)
    monkeypatch.setattr(local_ports, "is_taken", lambda _: False)
    environments = {"local": environment("local", endpoint_url="http://127.0.0.1:5999")}
    return FakeProject(
        root=project.root,
        known=environments,
        embedded_aws=fake_aws(project.root),
    )


def test_local_apply_starts_the_aws_applies_and_shows_the_addresses(windlass, terraform, local):
    change = {"when": ["plan"], "code": 2, "lines": [planned("aws_vpc.main", "create"), summary(add=1)]}
    terraform.follow(change)
    local.states[state_key("local", "service")] = {"outputs": OUTPUTS}
    ended = windlass("local", "apply", on=local)
    assert ended.code == 0
    assert local.embedded_aws.running
    assert len(terraform.calls("apply")) == 3
    assert "https://app.windlass.localhost:8443" in ended.out
    assert "make clean-local" in ended.out
    assert "local: is up after" in ended.out


def test_a_second_local_apply_has_nothing_to_change(windlass, terraform, local):
    ended = windlass("local", "apply", on=local)
    assert ended.code == 0
    assert "local: nothing to change, everything is up" in ended.out
    assert not terraform.calls("apply")


@pytest.mark.parametrize(("out_of_use", "removes"), [(True, True), (False, False)])
def test_local_apply_removes_nothing_while_tasks_may_use_it(
    windlass, terraform, local, monkeypatch, out_of_use: bool, removes: bool
):
    document = stack_document("network") | {"resource": {"aws_b": {"new": {}}}}
    monkeypatch.setattr("cli.running.stack.Stack.document", lambda _: document)
    loses = {
        "when": ["plan", "local-network-"],
        "code": 2,
        "lines": [planned("aws_a.gone", "delete"), summary(remove=1)],
    }
    keeps = {"when": ["plan", "local-network-", "-target"], "code": 0, "lines": []}
    terraform.follow(keeps, loses)
    applies: list[int] = []

    def after(_: ServiceStart) -> bool:
        applies.append(len(terraform.calls("apply")))
        return out_of_use

    monkeypatch.setattr(ServiceStart, "after", after)
    assert windlass("local", "apply", on=local).code == 0
    assert applies == [0], "before anything was removed"
    assert bool(terraform.calls("apply")) is removes


def test_clean_is_refused_where_nobody_can_be_asked(windlass, terraform, local):
    local.embedded_aws.start()
    ended = windlass("local", "clean", on=local)
    assert ended.code == 2
    assert "Cannot ask for confirmation" in ended.err
    assert "Add --yes to the command: ./windlass local clean" in ended.err, "make takes no options"
    assert local.embedded_aws.running


def test_clean_destroys_stops_and_removes(windlass, terraform, local):
    local.synthesis.write(local.environments.load("local"))
    local.embedded_aws.start()
    holding = {"when": ["state", "pull"], "lines": [{"resources": [{"mode": "managed", "instances": [{}]}]}]}
    terraform.follow(holding)
    assert windlass("local", "clean", "--yes", on=local).code == 0
    assert len(terraform.calls("apply")) == 3
    assert not local.embedded_aws.running
    assert not (local.workspace.root / "cdktf.out").exists()


def test_clean_where_nothing_is(windlass, terraform, local):
    assert windlass("local", "clean", "--yes", on=local).code == 0
    assert not terraform.calls("plan")


def test_clean_leaves_the_half_made_bootstrap_of_another_environment(windlass, terraform, local):
    folder = local.workspace.work_folder / "bootstrap"
    folder.mkdir(parents=True)
    (folder / "the-bucket.tfstate").touch()
    (folder / "another-bucket.tfstate").touch()
    assert windlass("local", "clean", "--yes", on=local).code == 0
    assert [path.name for path in folder.iterdir()] == ["another-bucket.tfstate"]


def test_up_down_and_status(windlass, terraform, local):
    assert windlass("local", "up", on=local).code == 0
    assert json.loads(windlass("local", "status", "--json", on=local).out)["embedded_aws"]["running"]
    assert windlass("local", "down", on=local).out == "Stopped.\n"
    assert "was not running" in windlass("local", "down", on=local).out


def test_status_lists_calls_of_roles_that_were_denied(windlass, local):
    local.embedded_aws.running = True
    assert "denied" not in windlass("local", "status", on=local).out
    call = DeniedCall(
        role="web-task",
        action="s3:GetObject",
        resource="arn:aws:s3:::logs/a.txt",
        operation="s3:HeadObject",
        reason="because no identity-based policy allows the s3:GetObject action",
        count=3,
    )
    local.embedded_aws.denied_calls = (call,)
    shown = windlass("local", "status", on=local)
    row = next(line for line in shown.out.splitlines() if "web-task" in line)
    assert row.split() == ["web-task", "s3:GetObject", "arn:aws:s3:::logs/a.txt", "3"]
    assert "IAM denied one kind of calls" in shown.err
    document = json.loads(windlass("local", "status", "--json", on=local).out)
    assert document["embedded_aws"]["denied_calls"] == [asdict(call)]


def test_containers_of_what_was_never_applied_get_one_sentence(windlass, terraform, local, monkeypatch):
    monkeypatch.setattr(Session, "may_be_applied", lambda _: False)
    monkeypatch.setattr("cli.data_plane.parts_of", lambda _: ("web",))
    ended = windlass("local", "up", "--with", "web", on=local)
    assert ended.code == 1
    assert "Nothing is applied in local: the embedded AWS has nothing saved." in ended.err
    assert "To apply everything: make local" in ended.err


def test_an_environment_on_the_real_aws_has_no_embedded_one(windlass, terraform, project):
    with pytest.raises(CommandError, match=r"no aws\.endpoint_url"):
        LocalPlatform(workspace=project.workspace).aws(project.environments.load("dev"))


def test_the_logs_of_a_service_are_a_folder_for_each_task() -> None:
    root = Path("/home/me/project")
    tasks = root / ".windlass" / "data-plane" / "tasks"
    logs = [tasks / task / f"{container}.log" for task in ("b-2", "b-1") for container in ("scheduler", "wait")]
    assert log_folders(logs, root) == [".windlass/data-plane/tasks/b-1", ".windlass/data-plane/tasks/b-2"]
    assert log_folders([Path("/elsewhere/a/web.log")], root) == ["/elsewhere/a"]
    assert log_folders([], root) == []


def test_a_clean_begins_with_nothing_while_something_is_protected(windlass, terraform, local):
    plain = local.known["local"]
    balancer = plain.load_balancer.model_copy(update={"deletion_protection": True})
    platform = FakeProject(
        root=local.root,
        known={"local": plain.model_copy(update={"load_balancer": balancer})},
        embedded_aws=FakeEmbeddedAws(local.root / ".windlass" / "embedded-aws", running=True),
    )
    instance = {"attributes": {"enable_deletion_protection": True}}
    resource = {"mode": "managed", "type": "aws_lb", "name": "balancer", "instances": [instance]}
    terraform.follow({"when": ["state", "pull"], "lines": [{"resources": [resource]}]})
    ended = windlass("local", "clean", "--yes", on=platform)
    assert (ended.code, "service: aws_lb.balancer" in ended.err) == (1, True)
    assert platform.embedded_aws.running
    assert not terraform.calls("plan")
