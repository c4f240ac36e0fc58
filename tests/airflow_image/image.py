"""Airflow's image as these tests have it: its Python, and programs run with an environment that holds nothing else."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.airflow_environment import ensure

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = PROJECT / "modules" / "airflow" / "scripts"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program ended."""

    code: int
    out: str
    err: str
    cpu_seconds: float

    @property
    def text(self) -> str:
        return self.out + self.err


class Image:
    """Runs programs of the image.

    Args:
        home: AIRFLOW_HOME.
    """

    def __init__(self, home: Path) -> None:
        self.programs = ensure(PROJECT) / "bin"
        self.home = home

    def start(self, command: list[str], variables: Mapping[str, str], *, log: Path) -> "Running":
        """Start a program in its own process group."""
        return Running([str(self.programs / command[0]), *command[1:]], self._all(variables), self.home, log)

    def start_script(self, name: str, variables: Mapping[str, str], *, log: Path) -> "Running":
        """Start a script as a task definition does."""
        return self.start(["python", "-c", script(name)], variables, log=log)

    def run(self, command: list[str], variables: Mapping[str, str], *, timeout: float = 120) -> Ended:
        """Run a program to completion."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                [self.programs / command[0], *command[1:]],
                env=self._all(variables),
                cwd=self.home,
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
            )
            cpu_seconds = _wait(process, timeout)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode())
        return Ended(code=process.returncode, out=texts[0], err=texts[1], cpu_seconds=cpu_seconds)

    def run_script(self, name: str, variables: Mapping[str, str], *, timeout: float = 120) -> Ended:
        """Run a script to completion."""
        return self.run(["python", "-c", script(name)], variables, timeout=timeout)

    def _all(self, variables: Mapping[str, str]) -> dict[str, str]:
        image = {"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.home), "AIRFLOW_HOME": str(self.home)}
        return {**image, "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8", **variables}


class Running:
    """A program that runs in the background."""

    def __init__(self, command: list[str], environment: dict[str, str], folder: Path, log: Path) -> None:
        self._log = log
        with log.open("wb") as stream:
            self.process: subprocess.Popen[Any] = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdout=stream,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, text: str, *, seconds: float = 60, count: int = 1) -> None:
        """Until it has printed that, so many times."""
        deadline = time.monotonic() + seconds
        while self.output.count(text) < count:
            assert self.process.poll() is None and time.monotonic() < deadline, f"no {text!r} in:\n{self.output}"
            time.sleep(0.1)

    def signal(self, number: int) -> None:
        """Send a signal to the program and all that it started."""
        os.killpg(self.process.pid, number)

    def end(self) -> None:
        """End it and all that it started."""
        for number, seconds in ((signal.SIGCONT, 0), (signal.SIGTERM, 5), (signal.SIGKILL, 10)):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                break
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                continue
        self.process.wait()


def script(name: str) -> str:
    """The text of a script."""
    return (SCRIPTS / name).read_text()


def _wait(process: "subprocess.Popen[Any]", timeout: float) -> float:
    """Wait for the end; returns the CPU seconds that it took."""
    deadline = time.monotonic() + timeout
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return used.ru_utime + used.ru_stime
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise TimeoutError(f"did not end within {timeout} seconds: {process.args!r:.200}")
        time.sleep(0.02)
