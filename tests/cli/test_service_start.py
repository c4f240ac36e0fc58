"""The service layer waits for images and secrets, and says what to do."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.project import Project
from cli.service_start import ServiceStart, require_ready, warn_to_do
from cli.session import Session
from local.image_registry import add_tags
from release.begun_deployments import Became, RolledBack
from release.failed_deployments import FailedDeployment
from tests.cli.fake_project import FakeProject, state_key
from tests.cli.fake_terraform import FakeTerraform
from tests.cli.local_file import local_session
from tests.cli.test_apply import APPLIED, PLANNED, layers_of
from tests.cli.test_local import local
from tests.cli.test_secrets import OWN, client_of
from tests.support.documents import ROOT
from tests.support.embedded import embedded_aws

__all__ = ["local"]

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
WEB, AIRFLOW = "windlass-local/web", "windlass-local/airflow"


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("service-start") as url:
        yield url


@pytest.fixture
def ecr(endpoint_url: str) -> Iterator[Any]:
    ecr = client_of(endpoint_url, "ecr")
    yield ecr
    for each in ecr.describe_repositories()["repositories"]:
        ecr.delete_repository(repositoryName=each["repositoryName"], force=True)


@pytest.fixture
def manager(endpoint_url: str) -> Iterator[Any]:
    manager = client_of(endpoint_url)
    yield manager
    for each in manager.list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        manager.delete_secret(SecretId=each["ARN"], ForceDeleteWithoutRecovery=True)


@pytest.fixture
def pushed_by_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on AWS, nothing is in the registry that nobody has pushed."""
    monkeypatch.setattr("cli.service_start.adds_images", lambda _: False)


@pytest.fixture
def session(endpoint_url: str, tmp_path: Path) -> Session:
    """An environment with own images and a git token, and nothing applied."""

    def edit(text: str) -> str:
        before = 'dags = { url = "https://git.windlass.localhost/dags.git" }\n'
        text = text.replace(before, before.replace(" }", ', credentials = "token" }'))
        text = text.replace("[airflow]\n", f'[airflow]\nimage = "{HOST}/{AIRFLOW}:3.1.8"\n')
        assert (text.count('credentials = "token"'), text.count("3.1.8")) == (1, 1)
        return text

    return local_session(tmp_path, endpoint_url, edit)


def publish(session: Session, outputs: dict[str, Any]) -> None:
    """Let the service layer have outputs."""
    path = session.project.workspace.root / "states" / session.environment.state_key("service")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"outputs": {name: {"value": value} for name, value in outputs.items()}}))


def refusal(session: Session) -> str:
    with pytest.raises(CommandError) as refused:
        require_ready(session)
    return str(refused.value)


@pytest.mark.usefixtures("pushed_by_people", "manager")
def test_everything_that_is_missing_is_named_with_its_command(session: Session, ecr: Any, manager: Any) -> None:
    for name in (WEB, AIRFLOW):
        ecr.create_repository(repositoryName=name)
    manager.create_secret(Name=f"{OWN}/dags")
    assert refusal(session).splitlines() == [
        "service of local cannot start yet:",
        f"  ECR has no image 0.1.0 in {WEB}: "
        "./windlass push local web --tag 0.1.0 --image SOURCE (or --file DOCKERFILE)",
        f"  ECR has no image 3.1.8 in {AIRFLOW}: "
        "./windlass push local airflow --tag 3.1.8 --image SOURCE (or --file DOCKERFILE)",
        "  the secret git-dags (token of the git repository dags) is empty: ./windlass secrets local set git-dags",
        "Then: ./windlass apply local",
    ]
    add_tags(ecr, [(WEB, "0.1.0"), (AIRFLOW, "3.1.8")])
    assert "ECR has no image" not in refusal(session)
    manager.put_secret_value(SecretId=f"{OWN}/dags", SecretString="token")
    require_ready(session)


@pytest.mark.usefixtures("pushed_by_people")
def test_before_the_data_layer_its_apply_is_what_helps(session: Session, ecr: Any) -> None:
    text = refusal(session)
    assert f"ECR has no repository {WEB} in account 123456789012: ./windlass apply local --layer data" in text
    assert "does not exist: ./windlass apply local --layer data creates it" in text


@pytest.mark.usefixtures("pushed_by_people")
def test_an_image_of_the_file_may_be_gone_once_another_is_deployed(session: Session, ecr: Any, manager: Any) -> None:
    for name in (WEB, AIRFLOW):
        ecr.create_repository(repositoryName=name)
    add_tags(ecr, [(AIRFLOW, "3.1.8")])
    manager.create_secret(Name=f"{OWN}/dags", SecretString="token")
    assert f"no image 0.1.0 in {WEB}" in refusal(session)
    publish(session, {"services": {"web": {}}})
    require_ready(session)


def test_on_the_embedded_aws_the_images_of_the_file_are_there(session: Session, ecr: Any, manager: Any) -> None:
    for name in (WEB, AIRFLOW):
        ecr.create_repository(repositoryName=name)
    manager.create_secret(Name=f"{OWN}/dags", SecretString="token")
    ServiceStart(session=session).before()
    assert len(ecr.describe_images(repositoryName=WEB, imageIds=[{"imageTag": "0.1.0"}])["imageDetails"]) == 1


def test_a_plan_says_what_an_apply_would_refuse(
    session: Session, ecr: Any, manager: Any, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (WEB, AIRFLOW):
        ecr.create_repository(repositoryName=name)
    manager.create_secret(Name=f"{OWN}/dags")
    warn_to_do(session)
    shown = capfd.readouterr().err
    assert "service: before an apply: the secret git-dags" in shown
    assert "image" not in shown, "an apply adds those of the file on the embedded AWS"
    monkeypatch.setattr("cli.service_start.adds_images", lambda _: False)
    warn_to_do(session)
    assert f"service: before an apply: ECR has no image 0.1.0 in {WEB}" in capfd.readouterr().err


def test_an_apply_stops_before_the_service_layer_and_goes_on_later(
    windlass: Callable[..., Any], terraform: FakeTerraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    todo = ["something is missing: ./windlass push dev web"]
    monkeypatch.setattr("cli.service_start.to_do", lambda *_, **__: todo)
    terraform.follow(PLANNED, APPLIED)
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 1
    assert "something is missing: ./windlass push dev web" in ended.err
    assert layers_of(terraform.calls("plan")) == ["network", "data"]
    assert layers_of(terraform.calls("apply")) == ["network", "data"]
    planned = windlass("plan", "dev")
    assert (planned.code, "before an apply: something is missing" in planned.err) == (0, False), "data comes first"
    assert "before an apply: something is missing" in windlass("plan", "dev", "--layer", "service").err
    todo.clear()
    assert windlass("apply", "dev", "--yes").code == 0
    assert windlass("apply", "dev", "--layer", "network", "--yes").code == 0


def test_an_apply_starts_again_what_ecs_had_given_up(
    windlass: Callable[..., Any], terraform: FakeTerraform, project: FakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = FailedDeployment(service_name="shop-web", deployment_id="1", reason="tasks failed to start")
    calls: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        "cli.service_start.failed_deployments", lambda _, cluster, names: calls.append((cluster, names)) or [failed]
    )
    monkeypatch.setattr(
        "cli.service_start.deploy_again", lambda _, cluster, before: calls.append((cluster, before)) or [failed]
    )
    airflow = {"service_names": {"scheduler": "shop-web"}}
    outputs = {"cluster_name": {"value": "main"}, "airflow": {"value": airflow}}
    project.states[state_key("dev", "service")] = {"outputs": outputs}
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 0, ended.err
    assert calls == [("main", ["shop-web"]), ("main", [failed])]
    assert "shop-web: deployed again, because ECS had given up (tasks failed to start)" in ended.err
    calls.clear()
    assert windlass("apply", "dev", "--layer", "network", "--yes").code == 0
    assert calls == []


@pytest.mark.usefixtures("terraform")
@pytest.mark.parametrize(
    ("became", "code", "words"),
    [
        (Became(), 0, "dev: nothing to change."),
        (
            Became(rolled_back=(RolledBack(service_name="dev-scheduler", reason="tasks failed to start"),)),
            1,
            "service of dev is applied, but ECS gave up and runs former tasks, or none:\n"
            "  dev-scheduler: tasks failed to start",
        ),
        (Became(unfinished=("dev-scheduler",)), 0, "service: ECS still replaces tasks of dev-scheduler"),
    ],
    ids=["complete", "rolled back", "unfinished"],
)
def test_an_apply_waits_for_the_deployments_that_it_began(
    windlass: Callable[..., Any],
    project: FakeProject,
    monkeypatch: pytest.MonkeyPatch,
    became: Became,
    code: int,
    words: str,
) -> None:
    waited: list[Any] = []
    monkeypatch.setattr("cli.service_start.failed_deployments", lambda *_: [])
    monkeypatch.setattr(
        "cli.service_start.wait_for_deployments",
        lambda _, cluster, applied, seconds: waited.append((cluster, applied, seconds)) or became,
    )
    attributes = [
        {"name": "dev-scheduler", "task_definition": "arn:scheduler:7"},
        {"name": "of-codedeploy", "task_definition": "arn:shop:1"},
    ]
    services = {"mode": "managed", "type": "aws_ecs_service", "name": "service"}
    services["instances"] = [{"attributes": one} for one in attributes]
    airflow = {"service_names": {"scheduler": "dev-scheduler"}}
    outputs = {"cluster_name": {"value": "main"}, "airflow": {"value": airflow}}
    project.states[state_key("dev", "service")] = {"outputs": outputs, "resources": [services]}
    ended = windlass("apply", "dev", "--yes", "--wait-for-deployments", "90s")
    assert (ended.code, words in ended.out + ended.err) == (code, True), ended.err
    assert waited == [("main", {"dev-scheduler": "arn:scheduler:7"}, 90)]
    waited.clear()
    assert windlass("apply", "dev", "--layer", "network", "--yes").code == 0
    assert waited == []


def test_an_apply_does_not_wait_for_what_nothing_runs_on_this_machine(
    windlass: Callable[..., Any],
    terraform: FakeTerraform,
    local: FakeProject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[Any] = []
    monkeypatch.setattr("cli.service_start.failed_deployments", lambda *_: [])
    monkeypatch.setattr("cli.service_start.require_ready", lambda *_: None)
    monkeypatch.setattr("cli.service_start.add_own_images", lambda *_: None)
    monkeypatch.setattr("cli.service_start.keep_minimums", lambda *_: None)
    monkeypatch.setattr(
        "cli.service_start.wait_for_deployments",
        lambda _, cluster, applied, seconds: waited.append(set(applied)) or Became(),
    )
    names = {"scheduler": "local-airflow-scheduler", "triggerer": "local-airflow-triggerer"}
    attributes = [{"name": name, "task_definition": f"arn:{name}:1"} for name in names.values()]
    services = {"mode": "managed", "type": "aws_ecs_service", "name": "service"}
    services["instances"] = [{"attributes": one} for one in attributes]
    outputs = {"cluster_name": {"value": "main"}, "airflow": {"value": {"service_names": names}}}
    local.states[state_key("local", "service")] = {"outputs": outputs, "resources": [services]}
    local.embedded_aws.start()
    local.containers.not_run = ("local-airflow-triggerer",)
    ended = windlass("apply", "local", "--yes", on=local)
    assert (ended.code, waited) == (0, [{"local-airflow-scheduler"}]), ended.err
    assert "not waited for local-airflow-triggerer, which does not run here; to run everything" in ended.err


@pytest.mark.parametrize("command", ["check", "synth"])
def test_check_and_synth_look_at_the_file_alone(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("AWS was called")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    monkeypatch.setattr("cli.service_start.to_do", refuse)
    from cli.app import main

    (tmp_path / "environments").symlink_to(ROOT / "environments")
    assert main([command, "prod"], project=Project(root=tmp_path)) == 0
