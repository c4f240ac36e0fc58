import json
import subprocess
import sys
import urllib.error
import urllib.request

import moto.backends
import pytest

from local.identity import IDENTITY_PATH
from local.server import main, make_server


def _get(url: str) -> bytes:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
        return bytes(answer.read())


def test_it_says_who_it_is(endpoint_url):
    identity = json.loads(_get(endpoint_url + IDENTITY_PATH))
    assert (identity["service"], identity["instance"]) == ("windlass-embedded-aws", "tests")


@pytest.mark.parametrize("path", ["/moto-api/", "/moto-api/reset", "/moto-api/data.json", "/favicon.ico"])
def test_it_has_no_pages_of_moto(endpoint_url, path):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        _get(endpoint_url + path)
    assert refusal.value.code == 404
    refusal.value.close()


def test_the_account_and_the_managed_policies_are_there(client):
    assert client("sts").get_caller_identity()["Account"] == "123456789012"
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    assert client("iam").get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AmazonECSTaskExecutionRolePolicy"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_it_listens_on_loopback_only(host):
    with pytest.raises(ValueError, match="loopback only"):
        make_server(host, 0)


def test_a_taken_port_is_one_sentence_and_exit_code_1(endpoint_url, capsys):
    port = endpoint_url.rpartition(":")[2]
    assert main(["--port", port]) == 1
    assert capsys.readouterr().err.startswith(f"The embedded AWS cannot listen on 127.0.0.1:{port}: ")


def test_starting_loads_no_service():
    script = (
        "import sys; from local.server import create_application; create_application();"
        "print([name for name in sys.modules if name.startswith(('moto.ec2.', 'moto.rds.', 'moto.cloudformation.'))])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_folder_of_moto_is_listed_for_the_first_request_of_a_service_only(client, monkeypatch):
    listed = []
    modules = moto.backends.list_of_moto_modules
    monkeypatch.setattr(moto.backends, "list_of_moto_modules", lambda: (listed.append(1), modules())[1])
    client("sts").get_caller_identity()
    listed.clear()
    for _ in range(3):
        client("sts").get_caller_identity()
    assert listed == []
