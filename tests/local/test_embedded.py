"""The life cycle of the process: each test has its own folder and port, and stops what it started."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import pytest

from local import EmbeddedAws, EmbeddedAwsError, environment_variables, processes
from tests.local.conftest import REGION
from tests.local.iam.roles import Roles, refused

pytestmark = pytest.mark.slow


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedAws]:
    embedded = EmbeddedAws(endpoint_url=f"http://127.0.0.1:{_free_port()}", folder=tmp_path / "embedded-aws")
    yield embedded
    embedded.stop()


def test_it_starts_answers_and_stops(embedded, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert embedded.status().running is False

    embedded.start()

    status = embedded.status()
    assert (status.running, status.endpoint_url) == (True, embedded.endpoint_url)
    assert status.pid is not None
    assert status.memory_mib is not None
    assert status.memory_mib > 10
    assert status.started_at is not None
    assert os.getsid(status.pid) == status.pid, "a session of its own: it survives the terminal"
    environ = Path(f"/proc/{status.pid}/environ")
    if environ.exists():
        assert b"PYTHONDONTWRITEBYTECODE" not in environ.read_bytes()
    assert status.log_path.read_text() == f"The embedded AWS is ready on {embedded.endpoint_url}\n"

    embedded.stop()

    stopped = embedded.status()
    assert (stopped.running, stopped.pid, stopped.memory_mib, stopped.started_at) == (False, None, None, None)
    assert processes.has_ended(status.pid)
    embedded.stop()


def test_the_status_and_the_log_have_the_calls_of_roles_that_were_denied(embedded):
    embedded.start()
    root = boto3.session.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    roles = Roles(embedded.endpoint_url, lambda service: root.client(service, endpoint_url=embedded.endpoint_url))
    assert embedded.status().denied_calls == ()
    name = roles.make()
    refused(roles.session(name)("ecs").list_clusters)
    (call,) = embedded.status().denied_calls
    assert (call.role, call.action, call.resource, call.count) == (name, "ecs:ListClusters", "*", 1)
    said = f"assumed-role/{name}/test is not authorized to perform: ecs:ListClusters on resource: *"
    assert said in embedded.log_path.read_text()


def test_starting_twice_keeps_the_first_process(embedded):
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: embedded.start(), range(2)))
    first = embedded.status().pid

    EmbeddedAws(endpoint_url=embedded.endpoint_url, folder=embedded.log_path.parent).start()

    assert embedded.status().pid == first


def test_it_survives_the_process_that_started_it(embedded):
    script = (
        "import sys; from pathlib import Path; from local import EmbeddedAws;"
        "EmbeddedAws(endpoint_url=sys.argv[1], folder=Path(sys.argv[2])).start()"
    )
    folder = embedded.log_path.parent
    subprocess.run([sys.executable, "-c", script, embedded.endpoint_url, str(folder)], check=True)

    pid = embedded.status().pid

    assert pid is not None
    embedded.stop()
    assert processes.command_line(pid) == ""


class Stranger(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_arguments: object) -> None:
        pass


def test_a_port_that_something_else_has_is_refused_in_one_sentence(tmp_path):
    stranger = HTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=stranger.serve_forever, daemon=True).start()
    port = stranger.server_address[1]
    try:
        with pytest.raises(EmbeddedAwsError, match=f"^Port {port} is taken by something else; .*another port"):
            EmbeddedAws(endpoint_url=f"http://127.0.0.1:{port}", folder=tmp_path).start()
    finally:
        stranger.shutdown()
        stranger.server_close()


def test_the_server_of_another_folder_is_neither_used_nor_stopped(endpoint_url, tmp_path):
    mine = EmbeddedAws(endpoint_url=endpoint_url, folder=tmp_path)

    with pytest.raises(EmbeddedAwsError, match="another embedded AWS"):
        mine.start()
    mine.stop()

    assert processes.port_is_taken("127.0.0.1", int(endpoint_url.rpartition(":")[2]))


def test_a_stale_pid_file_is_not_believed(embedded):
    folder = embedded.log_path.parent
    folder.mkdir(parents=True)
    stale = {"pid": os.getpid(), "instance": "0123456789abcdef", "endpoint_url": embedded.endpoint_url}
    (folder / "process.json").write_text(json.dumps({**stale, "started_at": "2026-01-01T00:00:00+00:00"}))

    embedded.stop()
    assert not (folder / "process.json").exists()

    (folder / "process.json").write_text("not json")
    assert embedded.status().running is False
    embedded.start()
    assert embedded.status().running is True


def test_a_killed_server_is_seen_and_can_be_started_again(embedded):
    embedded.start()
    pid = embedded.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while not processes.has_ended(pid):
        pass

    assert embedded.status().running is False
    embedded.start()

    assert embedded.status().pid not in (None, pid)


def test_a_server_that_ends_while_starting_shows_its_last_words(embedded, monkeypatch, tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho moto is not installed >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))

    with pytest.raises(EmbeddedAwsError, match=r"(?s)ended while starting.*moto is not installed"):
        embedded.start()

    assert embedded.status().running is False


def test_a_process_that_nobody_reaped_counts_as_ended():
    process = subprocess.Popen([sys.executable, "-c", ""])
    while not processes._waits_to_be_reaped(process.pid):
        pass
    assert processes.has_ended(process.pid)
    assert processes.command_line(process.pid) == ""
    process.wait()
    assert processes.has_ended(process.pid)


@pytest.mark.parametrize(
    "endpoint_url", ["http://0.0.0.0:4566", "https://127.0.0.1:4566", "http://127.0.0.1", "http://example.com:4566"]
)
def test_an_endpoint_elsewhere_is_refused(endpoint_url, tmp_path):
    with pytest.raises(ValueError, match=r"must be http://127\.0\.0\.1:PORT"):
        EmbeddedAws(endpoint_url=endpoint_url, folder=tmp_path)


def test_the_environment_shuts_out_real_accounts():
    variables = environment_variables("http://127.0.0.1:4566", REGION)
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]) == ("testing", "testing")
    assert (variables["AWS_REGION"], variables["AWS_EC2_METADATA_DISABLED"]) == (REGION, "true")
    assert variables["AWS_PROFILE"] == ""
    assert {variables["AWS_CONFIG_FILE"], variables["AWS_SHARED_CREDENTIALS_FILE"]} == {os.devnull}
