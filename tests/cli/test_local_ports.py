"""Ports of the local platform: which are needed, which are taken, and what to write instead."""

import socket

import pytest

from cli import local_ports
from cli.errors import CommandError
from cli.local_ports import free_port_settings, refuse_unusable_ports
from config import load
from tests.cli.fake_project import environment
from tests.support.documents import ROOT


def test_every_taken_port_is_named_with_its_key_and_with_free_ones_for_env(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.local_ports.port_holder", lambda _: None)  # a platform may run on this machine
    taken = {5999, 8443, 9443}
    monkeypatch.setattr(local_ports, "is_taken", lambda port: port in taken)
    with pytest.raises(CommandError) as caught:
        refuse_unusable_ports(load("local", ROOT), ["aws.endpoint_url", "load_balancer.https_port"])
    assert str(caught.value).splitlines() == [
        "Port 5999 (aws.endpoint_url) is taken by another program.",
        "Port 8443 (load_balancer.https_port) is taken by another program.",
        "Stop that program, or choose other ports. These are free; put the lines into .env:",
        "  WINDLASS_AWS__ENDPOINT_URL=http://127.0.0.1:7999",
        "  WINDLASS_LOAD_BALANCER__HTTPS_PORT=10443",
        "  WINDLASS_LOAD_BALANCER__HTTP_PORT=10080",
    ]


def test_the_lines_for_env_are_settings_that_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_ports, "is_taken", lambda port: port < 9000)
    for line in free_port_settings(load("local", ROOT)):
        monkeypatch.setenv(*line.strip().split("="))
    moved = load("local", ROOT)
    assert moved.aws.endpoint_url == "http://127.0.0.1:9999"
    assert (moved.load_balancer.https_port, moved.load_balancer.http_port) == (12443, 12080)


def test_a_port_that_needs_root_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_ports, "_first_unprivileged_port", lambda: 1024)
    monkeypatch.setattr(local_ports, "is_taken", lambda _: False)
    monkeypatch.setenv("WINDLASS_LOAD_BALANCER__HTTPS_PORT", "443")
    with pytest.raises(CommandError, match=r"Port 443 \(load_balancer\.https_port\) needs root\."):
        refuse_unusable_ports(load("local", ROOT), ["load_balancer.https_port"])


def test_a_listening_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert local_ports.is_taken(port)
    assert not local_ports.is_taken(port)


def test_the_ports_of_an_environment_without_https_are_its_endpoint_and_its_http_port() -> None:
    ports = local_ports.local_ports(environment("x", endpoint_url="http://127.0.0.1:9"))
    assert ports["aws.endpoint_url"] == 9
    assert set(ports) == {
        "aws.endpoint_url",
        *(f"load_balancer.{key}" for key in load("dev", ROOT).load_balancer.ports),
    }
