"""Of two commands that change one environment at once, the second says who is at work."""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.running.work_lock import work_lock
from tests.cli.test_apply import PLANNED

ROOT = Path(__file__).resolve().parents[2]
HOLDS = """
import pathlib, sys, time
from cli.running.work_lock import work_lock
with work_lock(pathlib.Path(sys.argv[1]), "dev", "apply"):
    print("held", flush=True)
    time.sleep(60)
"""


def killed_holder(folder: Path, environment: str, command: str) -> None:
    """Leave the lock file of a command that was killed."""
    holds = f"""
import os, pathlib, sys
from cli.running.work_lock import work_lock
with work_lock(pathlib.Path(sys.argv[1]), {environment!r}, {command!r}):
    os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", holds, str(folder)], cwd=ROOT, check=False)
    assert killed.returncode == -9


@pytest.fixture
def folder(project) -> Path:
    return project.workspace.work_folder / "locks"


CHANGING = [
    ("apply", "dev", "--yes"),
    ("destroy", "dev", "--yes"),
    ("bootstrap", "dev", "--yes"),
    *(("local", word, "--environment", "dev") for word in ("up", "down", "apply")),
    ("local", "clean", "--yes", "--environment", "dev"),
    ("local", "reset", "--yes", "--environment", "dev"),
    *(("local", word, "name", "--environment", "dev") for word in ("save", "load")),
]


@pytest.mark.parametrize("command", CHANGING, ids=" ".join)
def test_the_second_command_names_the_first(windlass, terraform, folder, command):
    with work_lock(folder, "dev", "local apply"):
        ended = windlass(*command)
    assert ended.code == 1
    assert re.search(
        r"Another \./windlass command is working on dev \(local apply, process \d+, since [\d-]{10} [\d:]{8} UTC\)",
        ended.err,
    )
    assert "lock=false" not in ended.err
    assert not terraform.calls("init")


def test_other_environments_and_plans_go_on(windlass, terraform, folder):
    with work_lock(folder, "prod", "apply"):
        assert windlass("apply", "dev", "--yes").code == 0
    with work_lock(folder, "dev", "apply"):
        assert windlass("plan", "dev").code == 0


def test_it_is_free_afterwards_whatever_happened(windlass, terraform, folder):
    terraform.follow({**PLANNED, "code": 1})
    assert windlass("apply", "dev", "--yes").code == 1
    terraform.follow()
    assert windlass("apply", "dev", "--yes").code == 0


def test_it_can_be_waited_for(windlass, terraform, folder):
    held, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with work_lock(folder, "dev", "destroy"):
            held.set()
            enough.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(10)
    threading.Timer(0.7, enough.set).start()
    ended = windlass("apply", "dev", "--yes", "--lock-timeout", "1m")
    other.join()
    assert ended.code == 0
    assert ended.err.count("waiting for it") == 1


def test_a_wait_has_an_end(folder):
    with work_lock(folder, "dev", "apply"), pytest.raises(CommandError, match="is working on dev"):
        started = time.monotonic()
        with work_lock(folder, "dev", "apply", timeout_seconds=0.1):
            pass
    assert time.monotonic() - started < 10


def test_a_killed_command_holds_nothing(folder):
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(CommandError, match=rf"process {process.pid}"), work_lock(folder, "dev", "apply"):
            pass
        process.kill()
    with work_lock(folder, "dev", "apply"):
        assert (folder / "dev.lock").exists()


def test_a_misspelt_environment_leaves_no_lock(windlass, folder):
    assert windlass("apply", "dav", "--yes").code == 2
    assert not folder.exists()


def test_the_next_one_learns_of_a_killed_one_once(folder):
    killed_holder(folder, "dev", "local apply")
    with work_lock(folder, "dev", "apply") as killed:
        assert killed is not None
        assert killed.command == "local apply"
    with work_lock(folder, "dev", "apply") as killed:
        assert killed is None


def test_status_says_that_an_apply_is_running(windlass, project) -> None:
    with work_lock(project.workspace.work_folder / "locks", "dev", "apply"):
        ended = windlass("status", "dev")
        assert re.search(r"A command is working on dev \(apply, process \d+, since", ended.err), ended.err
    assert "is working on" not in windlass("status", "dev").err
