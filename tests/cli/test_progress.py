import io
import json

from rich.console import Console

from cli.running.machine_ui import MachineUi
from cli.running.progress import Progress, duration
from tests.cli.fake_terraform import applying, error, planned, summary


def fed(*events: dict, clock=lambda: 0.0) -> MachineUi:
    ui = MachineUi(clock=clock)
    for event in events:
        ui.feed(json.dumps(event))
    return ui


def test_a_replacement_takes_two_steps():
    ui = fed(planned("aws_a.x", "replace"), planned("aws_b.x", "create"), planned("aws_c.x", "read"))
    assert ui.steps == 3


def test_what_started_runs_until_it_completes_or_fails():
    ui = fed(applying("aws_a.x", "create"), applying("aws_b.x", "create"), applying("aws_c.x", "create"))
    for event in (applying("aws_a.x", "create", "apply_complete"), applying("aws_b.x", "create", "apply_errored")):
        ui.feed(json.dumps(event))
    assert list(ui.running) == ["aws_c.x"]
    assert ui.finished == [("aws_a.x", "create", 0.0)]
    assert ui.failed == ["aws_b.x"]


def test_drift_without_a_consequence_is_not_reported():
    def drift(address: str) -> dict:
        return {"type": "resource_drift", "change": {"resource": {"addr": address}, "action": "update"}}

    ui = fed(drift("aws_a.x"), drift("aws_b.x"), planned("aws_b.x", "update"))
    assert ui.undone == {"aws_b.x": "update"}


def test_errors_and_warnings_are_kept_apart():
    warning = error("Old")
    warning["diagnostic"]["severity"] = "warning"
    ui = fed(error("Bad", "Because."), warning)
    assert [one.summary for one in ui.errors] == ["Bad"]
    assert [one.summary for one in ui.warnings] == ["Old"]


def test_lines_that_are_no_json_are_kept_for_the_error():
    ui = MachineUi()
    ui.feed("panic: runtime error")
    ui.feed("")
    assert ui.other_text == ["panic: runtime error"]


def test_an_output_that_stays_is_no_change():
    outputs = {"a": {"action": "noop"}, "b": {"action": "update"}}
    assert fed({"type": "outputs", "outputs": outputs}).changed_outputs == ["b"]


def test_a_terminal_gets_a_bar_with_what_is_running():
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None)
    ui = fed(planned("aws_a.x", "create"), planned("aws_b.x", "create"), summary(add=2))
    with Progress("data: apply", ui, steps=ui.steps, console=console) as progress:
        for event in (applying("aws_a.x", "create"), applying("aws_a.x", "create", "apply_complete")):
            ui.feed(json.dumps(event))
        ui.feed(json.dumps(applying("aws_db_instance.x", "create")))
        progress.tick()
    assert "data: apply" in screen.getvalue()
    assert "1/2" in screen.getvalue()
    assert "creating   aws_db_instance.x" in screen.getvalue()


def test_a_pipe_gets_lines():
    screen = io.StringIO()
    ui = MachineUi()
    with Progress("data: apply", ui, steps=1, console=Console(file=screen, width=100)) as progress:
        ui.feed(json.dumps(applying("aws_a.x", "delete", "apply_complete", seconds=3)))
        progress.tick()
    assert screen.getvalue().splitlines() == ["data: apply …", "  [1/1] aws_a.x destroyed in 3s"]


def test_durations_are_written_as_terraform_does():
    assert [duration(seconds) for seconds in (0, 59.4, 60, 75, 3600)] == ["0s", "59s", "1m00s", "1m15s", "60m00s"]
