"""Runs the commands of the runbooks: on a service under test in this process, or in a shell."""

import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from cli import app
from tests.docs.runbooks import filled
from tests.release.blue_green_service import MIGRATION, BlueGreenTestService
from tests.release.command_line import CommandLine, Ended
from tests.release.operator import Operator
from tests.support.aws_command import AwsCommand


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

    def run_on_prod(self, **settings: str) -> Ended:
        """Run the command on this project's own production, some values of its file changed as `TABLE__KEY`."""
        program, *arguments = shlex.split(filled(self.command, {"ENV": "prod"}))
        assert program == "./windlass"
        with self.monkeypatch.context() as patch:
            patch.setattr("cli.notices.today", lambda: date(2026, 12, 1))
            for name, value in settings.items():
                patch.setenv(f"WINDLASS_{name}", value)
            self.capfd.readouterr()
            code = app.main(arguments)
        self.ran = True
        printed = self.capfd.readouterr()
        return Ended(code=code, out=printed.out, err=printed.err)

    def aws(self, **values: str) -> AwsCommand:
        """The command as a call of AWS, which nobody sends."""
        self.ran = True
        return AwsCommand.parse(filled(self.command, values))

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
