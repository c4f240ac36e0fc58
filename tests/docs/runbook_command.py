"""Runs the commands of the runbooks: on a service under test in this process, or in a shell."""

import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.docs.runbooks import filled
from tests.release.blue_green_service import MIGRATION, BlueGreenTestService
from tests.release.command_line import CommandLine, Ended
from tests.release.operator import Operator


@dataclass(kw_only=True)
class RunbookCommand:
    """One command of a runbook, the service that it works on, and what happens while it waits."""

    command: str
    web: BlueGreenTestService
    root: Path
    monkeypatch: pytest.MonkeyPatch
    capfd: pytest.CaptureFixture[str]
    ran: bool = field(default=False)

    @property
    def operator(self) -> Operator:
        """A colleague, for what happened before."""
        return Operator(self.web, "bob@tablet")

    def run(self, *, during: Callable[[], object] | None = None, **values: str) -> Ended:
        """Run the command; `during` happens when it waits for the first time."""
        values = {"ENV": "dev", "SERVICE": self.web.name, "REASON": "a test", **values}
        program, *arguments = shlex.split(filled(self.command, values))
        assert program == "./windlass"
        command_line = CommandLine(root=self.root, monkeypatch=self.monkeypatch, capfd=self.capfd)
        airflow = {"url": "http://airflow.test", "service_names": {self.web.name: self._service_name}}
        command_line.write(
            {**self.web.outputs, "airflow": airflow},
            endpoint_url=self.web.shared.endpoint_url,
            migrations={self.web.name: MIGRATION},
        )
        command_line.replace_terraform(self.web.terraform)
        # The service plays Airflow's API server too.
        self.monkeypatch.setattr("release.airflow_command.CONTAINER", self.web.name)
        ended = command_line.run(*arguments, during=during)
        self.ran = True
        return ended

    @property
    def _service_name(self) -> str:
        return self.web.published.blue.service_name

    def shell(self, folder: Path, **values: str) -> Ended:
        """Run the command unchanged in a shell."""
        done = subprocess.run(
            ["bash", "-c", filled(self.command, values)], cwd=folder, capture_output=True, text=True, timeout=60
        )
        self.ran = True
        return Ended(code=done.returncode, out=done.stdout, err=done.stderr)
