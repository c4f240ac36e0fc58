"""No wait is silent for more than fifteen seconds."""

import io
import time

import pytest
from rich.console import Console

from cli.running import heartbeat as heartbeat_module
from cli.running import progress as progress_module
from cli.running.heartbeat import heartbeat
from cli.running.machine_ui import MachineUi
from cli.running.progress import Progress
from local.dataplane import news

LONGEST_SILENCE_SECONDS = 15


def test_nothing_that_waits_is_silent_for_long() -> None:
    assert {
        heartbeat_module.INTERVAL_SECONDS,
        progress_module.STILL_RUNNING_SECONDS,
        news.REPORT_SECONDS,
    } <= set(range(1, LONGEST_SILENCE_SECONDS))


def test_a_long_step_says_that_it_goes_on_and_a_short_one_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with heartbeat("installing packages", interval_seconds=30):
        pass
    assert capfd.readouterr().err == ""
    with heartbeat("installing packages", interval_seconds=0.05):
        time.sleep(0.3)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) >= 2
    assert lines[0] == "  still installing packages after 0s"


@pytest.mark.parametrize("running", [(), ("aws_lb.main",)])
def test_terraform_that_prints_nothing_is_said_to_be_at_work(
    monkeypatch: pytest.MonkeyPatch, running: tuple[str, ...]
) -> None:
    now = [0.0]
    monkeypatch.setattr("cli.running.progress.time.monotonic", lambda: now[0])
    screen, ui = io.StringIO(), MachineUi()
    for address in running:
        ui.feed(f'{{"type": "apply_start", "hook": {{"resource": {{"addr": "{address}"}}, "action": "create"}}}}')
    with Progress("data: plan", ui, console=Console(file=screen, width=100)) as progress:
        now[0] = 11.0
        progress.tick()
        progress.tick()
    expected = "  data: plan: still running after 11s" + "".join(f": {address}" for address in running)
    assert screen.getvalue().splitlines() == ["data: plan …", expected]
