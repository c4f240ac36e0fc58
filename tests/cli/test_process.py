import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.running.background_task import background_task
from cli.running.process import run
from tests.cli.fake_terraform import FakeTerraform, applying

ROOT = Path(__file__).resolve().parents[2]


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} did not appear"
        time.sleep(0.02)


def start(fake: FakeTerraform, folder: Path, lines: list[str]) -> object:
    return run(
        [str(fake.binary), "apply"],
        folder=folder,
        environment=dict(os.environ),
        log=folder / "logs" / "run.log",
        on_line=lines.append,
    )


def test_lines_arrive_whole_and_all_of_them(tmp_path: Path):
    fake = FakeTerraform.in_folder(tmp_path, {"when": ["apply"], "lines": [f"line {n}" for n in range(500)]})
    lines: list[str] = []
    start(fake, tmp_path, lines)
    assert [line for line in lines if line] == [f"line {n}" for n in range(500)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_reaches_terraform_once_however_often_it_is_sent(tmp_path: Path, number: signal.Signals):
    ready = tmp_path / "ready"
    fake = FakeTerraform.in_folder(tmp_path, {"when": ["apply"], "ready": str(ready), "until_signal": True, "code": 1})

    def press() -> None:
        wait_for(ready)
        os.kill(os.getpid(), number)
        time.sleep(0.2)
        os.kill(os.getpid(), number)

    threading.Thread(target=press).start()
    finished = start(fake, tmp_path, [])
    assert finished.interrupted
    assert finished.exit_code == 1
    assert fake.signals == 1


def test_the_signal_handlers_are_put_back(tmp_path: Path):
    before = signal.getsignal(signal.SIGINT)
    start(FakeTerraform.in_folder(tmp_path), tmp_path, [])
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_ends_a_command_with_130_and_a_sentence(windlass, terraform, tmp_path: Path):
    ready = tmp_path / "ready"
    event = applying("aws_vpc.main", "create")
    terraform.follow({"when": ["plan"], "ready": str(ready), "until_signal": True, "code": 1, "lines": [event]})
    threading.Thread(target=lambda: (wait_for(ready), os.kill(os.getpid(), signal.SIGINT))).start()
    ended = windlass("plan", "dev")
    assert ended.code == 130
    assert "Stopped while terraform plan ran on network. Run the command again to carry on." in ended.err
    assert terraform.signals == 1


def test_terraform_outlives_a_windlass_that_is_killed(tmp_path: Path):
    """Terraform writes to a file, not to a pipe that breaks, so it ends in its own time and frees its lock."""
    ready = tmp_path / "ready"
    done = tmp_path / "done"
    slow = {
        "when": ["apply"],
        "ready": str(ready),
        "lines": ["a", "b", "c", "d"],
        "pause": 0.3,
        "writes": {str(done): ""},
    }
    fake = FakeTerraform.in_folder(tmp_path, slow)
    program = (
        "import os, pathlib; from cli.running.process import run; "
        f"run([{str(fake.binary)!r}, 'apply'], folder=pathlib.Path({str(tmp_path)!r}), environment=dict(os.environ), "
        f"log=pathlib.Path({str(tmp_path / 'log')!r}), on_line=print)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    wait_for(ready)
    process.kill()
    process.wait()
    wait_for(done)
    assert (tmp_path / "log").read_text().split() == ["a", "b", "c", "d"]


def test_a_stop_signal_reaches_a_terraform_in_another_thread_too(tmp_path: Path):
    fakes = []
    for name in ("here", "beside"):
        ready = str(tmp_path / name / "ready")
        rule = {"when": ["apply"], "ready": ready, "until_signal": True, "code": 1}
        fakes.append(FakeTerraform.in_folder(tmp_path / name, rule))
    here, beside = fakes

    def press() -> None:
        for fake in fakes:
            wait_for(fake.binary.parent / "ready")
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    with background_task("the other apply", lambda: start(beside, tmp_path / "beside", [])) as other:
        assert start(here, tmp_path / "here", []).interrupted
        assert other.result().interrupted
    assert [fake.signals for fake in fakes] == [1, 1]


def test_what_fails_beside_a_command_is_raised_where_its_result_is_needed():
    def fail() -> None:
        raise CommandError("the apply beside failed")

    with background_task("the other apply", fail) as other, pytest.raises(CommandError, match="beside failed"):
        other.result()
    ended: list[str] = []
    with pytest.raises(KeyError), background_task("slow", lambda: ended.append(str(time.sleep(0.2)))):
        raise KeyError
    assert ended, "the block ends after what runs beside it"


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """A SIGINT raises KeyboardInterrupt, also where the tests are a shell's background job, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_a_stop_signal_while_a_background_run_is_waited_for_reaches_it_and_nothing_follows(tmp_path: Path):
    ready = tmp_path / "beside" / "ready"
    rule = {"when": ["apply"], "ready": str(ready), "until_signal": True}
    beside = FakeTerraform.in_folder(tmp_path / "beside", rule)
    follows: list[str] = []

    def two_runs() -> None:
        start(beside, tmp_path / "beside", [])
        start(beside, tmp_path / "beside", [])
        follows.append("the second run was begun")

    def press() -> None:
        wait_for(ready)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt), background_task("two runs", two_runs) as runs:
        runs.result()
    assert beside.signals == 1
    assert (len(beside.calls("apply")), follows) == (1, [])
    # The next command is not affected.
    beside.follow({"when": ["apply"]})
    assert start(beside, tmp_path / "beside", []).exit_code == 0
    with background_task("a run", lambda: start(beside, tmp_path / "beside", [])) as run:
        assert run.result().exit_code == 0
