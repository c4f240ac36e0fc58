"""HTTP to registries: by the proxy that the user has set, and not forever."""

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from release.errors import FailedError
from release.registry.transport import TransientError, Transport
from tests.release.registry.images import send, serving


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_users_proxy_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    paths: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        paths.append(request.path)
        send(request, 200, b"")

    with serving(answer) as host:
        monkeypatch.setenv("http_proxy", f"http://{host}")
        transport = Transport()
        assert transport.request("GET", "http://registry.example/v2/", headers={}).status == 200
        assert transport.request("GET", f"http://{host}/v2/", headers={}).status == 200
        monkeypatch.setenv("no_proxy", "registry.example")
        with pytest.raises(TransientError, match=r"registry\.example cannot be reached"):
            transport.request("GET", "http://registry.example/v2/", headers={})
    assert paths == ["http://registry.example/v2/", "/v2/"]


def test_redirects_end() -> None:
    with (
        serving(lambda request: send(request, 302, b"", Location="/again")) as host,
        pytest.raises(FailedError, match="redirects again and again"),
    ):
        Transport().request("GET", f"http://{host}/", headers={})


@pytest.mark.parametrize("status", [429, 503])
def test_a_registry_that_is_busy_may_answer_later(status: int) -> None:
    body = b'{"errors": [{"code": "TOOMANYREQUESTS", "message": "slow down"}]}'
    with (
        serving(lambda request: send(request, status, body)) as host,
        pytest.raises(TransientError, match=f"answered {status} TOOMANYREQUESTS slow down"),
    ):
        Transport().request("GET", f"http://{host}/", headers={})


def test_a_companys_own_authority_is_the_one_of_calls_to_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    with pytest.raises(FailedError, match=r"missing\.pem"):
        Transport().request("GET", "https://127.0.0.1:9/", headers={})
