"""What `docker login` has stored."""

import base64
import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from release.errors import FailedError
from release.registry.authorization import Challenged
from release.registry.credentials import Credentials, docker_config, stored_credentials
from release.registry.transport import Transport
from tests.release.registry.images import send, serving

AUTH = base64.b64encode(b"anna:pass:word").decode()
HELPER = """#!/bin/sh
read -r host
test "$1" = get || exit 9
case "$host" in
  known.example) echo '{"Username": "anna", "Secret": "from-helper"}' ;;
  token.example) echo '{"Username": "<token>", "Secret": "identity"}' ;;
  broken.example) echo 'the secret is hunter2' ;;
  *) echo 'credentials not found'; exit 1 ;;
esac
"""


def config(tmp_path: Path, **settings: object) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(settings))
    return path


def test_credentials_in_the_file(tmp_path: Path) -> None:
    hub = "https://index.docker.io/v1/"
    file = config(tmp_path, auths={"ghcr.io": {"auth": AUTH}, hub: {"identitytoken": "it"}, "empty.io": {}})
    assert stored_credentials("ghcr.io", file) == Credentials(user="anna", password="pass:word")
    assert stored_credentials("docker.io", file) == Credentials(identity_token="it")
    assert stored_credentials("empty.io", file) is None
    assert stored_credentials("quay.io", file) is None
    assert stored_credentials("ghcr.io", tmp_path / "nowhere.json") is None


def test_credentials_of_a_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "docker-credential-test"
    helper.write_text(HELPER)
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    file = config(tmp_path, credsStore="test")
    assert stored_credentials("known.example", file) == Credentials(user="anna", password="from-helper")
    assert stored_credentials("token.example", file) == Credentials(identity_token="identity")
    assert stored_credentials("other.example", file) is None
    with pytest.raises(FailedError, match="an answer that is not JSON") as refused:
        stored_credentials("broken.example", file)
    assert "hunter2" not in str(refused.value)
    with pytest.raises(FailedError, match="docker-credential-gone"):
        stored_credentials("known.example", config(tmp_path, credHelpers={"known.example": "gone"}))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(FailedError, match=r"config\.json cannot be read"):
        stored_credentials("ghcr.io", tmp_path / "config.json")
    with pytest.raises(FailedError, match="is not base64"):
        stored_credentials("ghcr.io", config(tmp_path, auths={"ghcr.io": {"auth": "x"}}))


def test_the_file_is_where_docker_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert docker_config() == tmp_path / "docker" / "config.json"
    monkeypatch.delenv("DOCKER_CONFIG")
    assert docker_config() == Path.home() / ".docker" / "config.json"


def test_credentials_are_never_shown() -> None:
    assert "secret" not in repr(Credentials(user="anna", password="secret", identity_token="secret"))


def test_an_identity_token_is_exchanged() -> None:
    bodies: list[dict[str, list[str]]] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        bodies.append(parse_qs(request.rfile.read(int(request.headers["Content-Length"])).decode()))
        send(request, 200, b'{"access_token": "new"}')

    with serving(answer) as host:
        challenged = Challenged(
            Transport(), host="ghcr.io", scope="repository:a:pull", credentials=Credentials(identity_token="identity")
        )
        assert challenged.header() is None
        assert challenged.renew(f'Bearer realm="http://{host}/token",service="s"')
    assert challenged.header() == "Bearer new"
    (body,) = bodies
    assert (body["refresh_token"], body["scope"]) == (["identity"], ["repository:a:pull"])


def test_basic_is_sent_where_it_is_wanted_and_known() -> None:
    def challenged(credentials: Credentials | None) -> Challenged:
        return Challenged(Transport(), host="ghcr.io", scope="", credentials=credentials)

    known = challenged(Credentials(user="anna", password="p"))
    assert known.renew('Basic realm="x"')
    assert known.header() == "Basic YW5uYTpw"
    assert not known.renew('Basic realm="x"'), "they were refused"
    assert not challenged(None).renew('Basic realm="x"')


def test_credentials_are_sent_over_https_only() -> None:
    challenged = Challenged(Transport(), host="ghcr.io", scope="", credentials=Credentials(user="a", password="p"))
    with pytest.raises(FailedError, match="which is not HTTPS"):
        challenged.renew('Bearer realm="http://token.example/get"')
