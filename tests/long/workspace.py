"""A user's folder with environment files on an embedded AWS of its own, and commands in it.

`commands.log` beside the folder has each command with its duration and what it printed: what a long run is doing.
"""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3

from tests.support.platform import ROOT, free_port
from tests.support.terminal import run_in_terminal

COMMAND_SECONDS = 1500


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The folder; its embedded AWS is started and removed by its commands."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, *files: Path) -> "Workspace":
        """Copy environment files into a new folder, and choose free ports."""
        (folder / "environments").mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder / "environments")
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("WINDLASS_", "AWS_"))}
        variables["WINDLASS_AWS__ENDPOINT_URL"] = f"http://127.0.0.1:{free_port()}"
        for key in ("LOAD_BALANCER__HTTP_PORT", "LOAD_BALANCER__HTTPS_PORT"):
            variables[f"WINDLASS_{key}"] = str(free_port())
        return cls(folder=folder, variables=variables)

    def beside(self, **variables: str) -> "Workspace":
        """The same folder, whose commands get more variables."""
        return replace(self, variables={**self.variables, **variables})

    def file(self, environment: str) -> Path:
        return self.folder / "environments" / f"{environment}.toml"

    def windlass(self, *arguments: str, code: int = 0, given: str = "") -> str:
        """Run a command that must exit with this code; `given` is on its standard input. Returns all of its output."""
        started = time.monotonic()
        done = subprocess.run(
            [str(ROOT / "windlass"), *arguments],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            input=given,
        )
        return self._recorded(" ".join(arguments), code, started, done)

    def typed(self, command: str, answers: str) -> str:
        """Run a line of a document in a shell, in a terminal in which somebody types; returns all of its output."""
        started = time.monotonic()
        done = run_in_terminal(
            ["sh", "-c", command.replace("./windlass", str(ROOT / "windlass"))],
            folder=self.folder,
            variables=self.variables,
            typed=answers,
            timeout_seconds=COMMAND_SECONDS,
        )
        return self._recorded(command, 0, started, done)

    def _recorded(self, shown: str, code: int, started: float, done: "subprocess.CompletedProcess[str]") -> str:
        printed: str = done.stdout + done.stderr
        with (self.folder.parent / "commands.log").open("a", encoding="utf-8") as log:
            log.write(f"{time.monotonic() - started:6.1f} s, exit {done.returncode}: {shown}\n{printed}\n")
        assert done.returncode == code, f"{shown}\n{printed}"
        return printed

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.variables["WINDLASS_AWS__ENDPOINT_URL"],
            region_name=region,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
