"""Secrets that people fill in: listed, set, and never shown."""

import io
import json
import logging
import os
import pty
import re
import select
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from cli.local_platform import LocalPlatform
from cli.persons_secrets import persons_secrets, read_value
from cli.project import Project
from config import load
from local.embedded import EmbeddedAws
from release.aws import Aws
from release.errors import BadRequestError, FailedError, RefusedError
from release.secret_values import PersonsSecret, SecretValue, put_value, secret_state
from tests.support.documents import ROOT
from tests.support.embedded import embedded_aws
from tests.support.platform import free_port

VALUE = "ghp-4b1d-do-not-show"
KEY = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{VALUE}\n-----END OPENSSH PRIVATE KEY-----\n"
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/endpoint"
HOST_KEY = "h ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
OWN = "windlass/local/airflow/git"
REPOSITORIES = f"""
[airflow.dags.repositories]
dags = {{ url = "https://git.windlass.localhost/dags.git", credentials = "token" }}
models = {{ url = "git@git.windlass.localhost:m.git", credentials = "ssh", known_hosts = ["{HOST_KEY}"] }}
shared = {{ url = "https://git.windlass.localhost/s.git", credentials = "token", secret_arn = "{ARN}shared-AbCdEf" }}
[airflow.secrets]
AIRFLOW_CONN_WAREHOUSE = "{ARN}warehouse-AbCdEf"
AIRFLOW_VAR_ENDPOINT = "{PARAMETER}"
[airflow.authentication]
issuer = "https://login.example.com"
authorization_endpoint = "https://login.example.com/authorize"
token_endpoint = "https://login.example.com/token"
user_info_endpoint = "https://login.example.com/userinfo"
client_id = "airflow"
client_secret_arn = "{ARN}oidc-AbCdEf"
"""


def client_of(endpoint_url: str, service: str = "secretsmanager") -> Any:
    keys = {"aws_access_key_id": "windlass", "aws_secret_access_key": "windlass"}
    return boto3.client(service, endpoint_url=endpoint_url, region_name="eu-west-1", **keys)


def write_environment(root: Path, endpoint_url: str) -> Path:
    text = (ROOT / "environments" / "local.toml").read_text()
    before = '[airflow.dags.repositories]\ndags = { url = "https://git.windlass.localhost/dags.git" }\n'
    assert before in text
    # A container for metrics would be one too many.
    text = text.replace("[airflow]\n", "[airflow]\nmetrics = false\n", 1)
    text = re.sub(r'endpoint_url = ".*"', f'endpoint_url = "{endpoint_url}"', text.replace(before, REPOSITORIES))
    (root / "environments").mkdir(parents=True)
    (root / "environments" / "local.toml").write_text(text)
    return root


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("secrets-command") as url:
        yield url


@pytest.fixture
def manager(endpoint_url: str) -> Iterator[Any]:
    """Secrets Manager with the empty secrets of the data layer."""
    manager = client_of(endpoint_url)
    for name in ("dags", "models"):
        manager.create_secret(Name=f"{OWN}/{name}")
    yield manager
    for each in manager.list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        manager.delete_secret(SecretId=each["ARN"], ForceDeleteWithoutRecovery=True)


@pytest.fixture
def run(
    manager: Any, endpoint_url: str, tmp_path: Path, windlass: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    # The embedded AWS of these tests was not started by a command.
    monkeypatch.setattr(LocalPlatform, "require_running", lambda *_: None)
    project = Project(root=write_environment(tmp_path, endpoint_url))

    def run(*arguments: str, stdin: str = "") -> Any:
        piped = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        monkeypatch.setattr("sys.stdin", piped)
        return windlass("secrets", "local", *arguments, on=project)

    return run


def states(run: Callable[..., Any]) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(run("--json").out)["secrets"]}


def test_all_that_people_fill_in_is_listed_with_what_is_empty(run: Callable[..., Any], manager: Any) -> None:
    assert states(run) == {
        "git-dags": "empty",
        "git-models": "empty",
        "git-shared": "missing",
        "oidc-client-secret": "missing",
        "AIRFLOW_CONN_WAREHOUSE": "missing",
        "AIRFLOW_VAR_ENDPOINT": "missing",
    }
    listed = run()
    assert re.search(rf"git-dags +is empty +token of the git repository dags +{OWN}/dags\n", listed.out)
    assert "git-dags: ./windlass secrets local set git-dags\n" in listed.err
    assert "git-models: ./windlass secrets local set git-models < FILE\n" in listed.err
    assert f"git-shared: {ARN}shared-AbCdEf does not exist; create or restore it" in listed.err
    manager.delete_secret(SecretId=f"{OWN}/models", ForceDeleteWithoutRecovery=True)
    assert "git-models: ./windlass apply local --layer data creates it" in run().err


def test_a_value_from_standard_input_is_set_and_shown_nowhere(run: Callable[..., Any], manager: Any) -> None:
    ended = run("set", "git-dags", stdin=f"{VALUE}\n")
    assert ended.code == 0, ended.err
    assert VALUE not in ended.out + ended.err
    assert manager.get_secret_value(SecretId=f"{OWN}/dags")["SecretString"] == VALUE, "without the line break"
    assert states(run)["git-dags"] == "set"
    again = run("set", "git-dags", "--json", stdin="other")
    assert json.loads(again.out) == {"environment": "local", "name": "git-dags", "secret": f"{OWN}/dags"}
    assert "keep the one before" in run("set", "git-dags", stdin="third").err
    assert run("set", "git-models", stdin=KEY.rstrip("\n")).code == 0
    assert manager.get_secret_value(SecretId=f"{OWN}/models")["SecretString"] == KEY, "with a line break at its end"


def test_a_secret_of_somebody_else_is_set_too(run: Callable[..., Any], manager: Any, endpoint_url: str) -> None:
    manager.create_secret(Name="warehouse")
    client_of(endpoint_url, "ssm").put_parameter(Name="/shop/endpoint", Value="x", Type="SecureString")
    manager.delete_secret(SecretId=f"{OWN}/models", RecoveryWindowInDays=7)
    secret = PersonsSecret(key="WAREHOUSE", secret_id="warehouse", purpose="")
    aws = Aws(boto3.session.Session("windlass", "windlass", region_name="eu-west-1"), endpoint_url=endpoint_url)
    assert secret_state(aws, secret) == "empty"
    put_value(aws, secret, SecretValue("x"))
    assert secret_state(aws, secret) == "set"
    assert (states(run)["AIRFLOW_VAR_ENDPOINT"], states(run)["git-models"]) == ("set", "deleted")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (("set",), "", 2, "`set` needs the name of a secret"),
        (("get", "git-dags"), "", 2, "'get' is not 'set'"),
        (("set", "git-public"), VALUE, 2, "has no secret 'git-public'; there are: git-dags, git-models, git-shared"),
        (("set", "git-shared"), VALUE, 1, "git-shared cannot be set yet: arn:aws:secretsmanager"),
        (("set", "AIRFLOW_VAR_ENDPOINT"), VALUE, 1, "is an SSM parameter: aws ssm put-parameter"),
        (("set", "git-dags"), "\n", 2, "The value of git-dags is empty"),
        (("set", "git-dags"), f"{VALUE} {VALUE}", 2, "is a token, which has no blanks"),
        (("set", "git-models"), VALUE, 2, "is not a private SSH key: it begins with -----BEGIN"),
        (("set", "git-dags"), VALUE * 4000, 2, "is longer than 65536 bytes"),
    ],
)
def test_what_cannot_be_set_is_refused_without_repeating_it(
    run: Callable[..., Any], arguments: tuple[str, ...], stdin: str, code: int, message: str
) -> None:
    ended = run(*arguments, stdin=stdin)
    assert (ended.code, message in ended.err) == (code, True), ended.err
    assert VALUE not in ended.out + ended.err


def test_a_prompt_takes_one_line_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    key = PersonsSecret(key="git-models", secret_id="x", purpose="", kind="ssh-key")
    with pytest.raises(BadRequestError, match="which has several lines: pass the file, with < FILE"):
        read_value(key)


def test_an_environment_without_airflow_has_none() -> None:
    environment = load("dev", ROOT).model_copy(update={"airflow": None})
    assert persons_secrets(environment) == []


@pytest.mark.parametrize("fault", ["refused", "denied", "away", "broken"])
def test_a_value_is_in_no_log_exception_or_traceback(
    fault: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, endpoint_url: str, manager: Any
) -> None:
    from botocore.exceptions import ClientError, ConnectionClosedError

    session = boto3.session.Session("windlass", "windlass", region_name="eu-west-1")
    aws = Aws(session, endpoint_url=endpoint_url)
    endpoint = aws.client("secretsmanager")._endpoint
    send = endpoint._send

    def fail(request: Any) -> Any:
        logging.getLogger("botocore").error("sent %r", request.body)
        if fault == "away":
            raise ConnectionClosedError(endpoint_url=endpoint_url)
        if fault == "broken":
            raise ConnectionClosedError(endpoint_url=f"{endpoint_url} {request.body!r}")
        code = "AccessDeniedException" if fault == "denied" else "ValidationException"
        raise ClientError({"Error": {"Code": code, "Message": f"{request.body!r} is wrong"}}, "PutSecretValue")

    monkeypatch.setattr(endpoint, "_send", fail)
    monkeypatch.setattr("time.sleep", lambda _: None)
    secret = PersonsSecret(key="git-dags", secret_id=f"{OWN}/dags", purpose="")
    with caplog.at_level(logging.DEBUG), pytest.raises((FailedError, RefusedError)) as raised:
        put_value(aws, secret, SecretValue(VALUE))
    error = raised.value
    shown = traceback.TracebackException(type(error), error, error.__traceback__, capture_locals=True)
    # The frames of this test know the value; those of the project must not.
    frames = [frame for frame in shown.stack if frame.filename != __file__]
    assert frames
    assert VALUE not in "".join(traceback.StackSummary.from_list(frames).format())
    assert (error.__cause__, error.__context__) == (None, None)
    assert VALUE not in str(error)
    assert VALUE not in caplog.text
    with caplog.at_level(logging.DEBUG):
        monkeypatch.setattr(endpoint, "_send", send)
        put_value(aws, secret, SecretValue(VALUE))
    assert VALUE not in caplog.text
    assert VALUE not in repr(SecretValue(VALUE)) + str(SecretValue(VALUE))
    logging.getLogger("botocore").error("logs are written again")
    assert "logs are written again" in caplog.text


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A project with an embedded AWS of its own, and its address."""
    url = f"http://127.0.0.1:{free_port()}"
    root = write_environment(tmp_path / "project", url)
    embedded = EmbeddedAws(endpoint_url=url, folder=root / ".windlass" / "embedded-aws")
    embedded.start()
    client_of(url).create_secret(Name=f"{OWN}/dags")
    yield root, url
    embedded.stop()


def start(root: Path, **streams: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cli", "secrets", "local", "set", "git-dags", "--verbose"]
    environment = {**os.environ, "WINDLASS_ROOT": str(root), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=root, env=environment, **streams)


def written(root: Path) -> Iterator[Path]:
    """Files of the project with the value in them, beside the saved account, which is AWS here."""
    for path in root.rglob("*"):
        if path.is_file() and "saved" not in path.parts and VALUE.encode() in path.read_bytes():
            yield path


@pytest.mark.slow
def test_a_value_is_in_no_argument_variable_or_file(platform: tuple[Path, str]) -> None:
    root, url = platform
    process = start(root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdin is not None
    process.stdin.write(f"{VALUE}\n".encode())
    process.stdin.flush()
    time.sleep(1)  # it reads until the end, so it is there now
    for name in ("cmdline", "environ"):
        assert VALUE.encode() not in Path(f"/proc/{process.pid}/{name}").read_bytes()
    output, _ = process.communicate()
    assert process.returncode == 0, output
    assert VALUE.encode() not in output
    assert list(written(root)) == []
    assert client_of(url).get_secret_value(SecretId=f"{OWN}/dags")["SecretString"] == VALUE


@pytest.mark.slow
def test_a_prompt_shows_nothing_of_what_is_typed(platform: tuple[Path, str]) -> None:
    root, url = platform
    ours, theirs = pty.openpty()
    process = start(root, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + 60
    typed = False
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
        if not typed and b"(not shown)" in shown:
            time.sleep(0.2)
            os.write(ours, f"{VALUE}\n".encode())
            typed = True
    process.wait(timeout=30)
    os.close(ours)
    assert process.returncode == 0, shown
    assert VALUE.encode() not in shown
    assert client_of(url).get_secret_value(SecretId=f"{OWN}/dags")["SecretString"] == VALUE
