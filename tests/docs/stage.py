"""Where the commands of the runbooks are run: on a small platform in this process, or in a shell."""

import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from cli import app, release_session
from cli.commands import airflow, deploy, migrate, status, switch
from cli.console import messages
from release.context import AnyContext, Pace
from release.reporter import Reporter
from tests.docs.runbooks import filled
from tests.release.desk import Desk, quick
from tests.release.platform import MIGRATION, Platform
from tests.release.shared import REGION


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    text: str
    """All that it printed."""


@dataclass(kw_only=True)
class Stage:
    """One command of a runbook, the platform that it meets, and what happens while it waits."""

    command: str
    platform: Platform
    monkeypatch: pytest.MonkeyPatch
    capfd: pytest.CaptureFixture[str]
    ran: bool = field(default=False)

    @property
    def desk(self) -> Desk:
        """A colleague's keyboard, for what happened before."""
        return Desk(self.platform, "bob@tablet")

    def run(self, *, during: Callable[[], object] | None = None, **values: str) -> Ended:
        """Run the command; `during` happens when it waits for the first time."""
        values = {"ENV": "dev", "SERVICE": self.platform.name, "REASON": "a test", **values}
        program, *arguments = shlex.split(filled(self.command, values))
        assert program == "./windlass"
        project = self._project(during)
        self.capfd.readouterr()
        code = app.main(arguments, project=project)
        printed = self.capfd.readouterr()
        self.ran = True
        return Ended(code=code, text=" ".join((printed.out + printed.err).split()))

    def shell(self, folder: Path, **values: str) -> Ended:
        """Run the command as it stands in a shell."""
        done = subprocess.run(
            ["bash", "-c", filled(self.command, values)], cwd=folder, capture_output=True, text=True, timeout=60
        )
        self.ran = True
        return Ended(code=done.returncode, text=done.stdout + done.stderr)

    def _project(self, during: Callable[[], object] | None) -> Any:
        """The project with the state of the platform instead of Terraform's, and with time that passes at once."""
        platform, patch = self.platform, self.monkeypatch
        published = {key: {"value": value} for key, value in platform.outputs.items()}
        state = {"serial": 1, "lineage": "one", "resources": [], "outputs": published}
        environment = SimpleNamespace(
            name="dev",
            kind="production",
            aws=SimpleNamespace(region=REGION, account_id="123456789012", endpoint_url=platform.shared.endpoint_url),
            services={platform.name: SimpleNamespace(migration_command=MIGRATION)},
            state=SimpleNamespace(backend="s3", bucket="state"),
        )
        project = SimpleNamespace(
            environments=SimpleNamespace(load=lambda _: environment),
            local=SimpleNamespace(is_reachable=lambda _: True),
            synthesis=SimpleNamespace(
                layers=lambda _: ("service",), folder=lambda *_: Path("cdktf.out/stacks/dev-service")
            ),
        )
        session = SimpleNamespace(
            project=project,
            environment=environment,
            state=lambda _layer: state,
            outputs=lambda _layer: published,
            stacks=lambda _layer: [],
        )
        context_of = release_session.context_of
        patch.setattr(deploy, "open_for_change", lambda *_, **__: session)
        for module in (migrate, status, switch):
            patch.setattr(module, "open_readonly", lambda *_, **__: session)
        for module in (release_session, status):
            patch.setattr(module, "aws_of", lambda _: platform.aws)
        for module in (deploy, migrate, switch):
            patch.setattr(module, "context_of", lambda *given: replace(context_of(*given), pace=quick(during)))
        patch.setattr(deploy, "apply_layers", lambda *_, **__: platform.terraform_apply())
        self._airflow(session, quick(during))
        found = (
            *(deploy.deploy, migrate.migrate, switch.switch),
            *(status.status, airflow.airflow),
        )
        patch.setattr(app, "windlass", click.Group(commands={str(one.name): one for one in found}))
        return project

    def _airflow(self, session: Any, pace: Pace) -> None:
        """The service stands for Airflow's API server too."""
        context = Desk(self.platform, pace=pace).context
        reporter = Reporter(messages())
        of_airflow = AnyContext(
            aws=context.aws, target=context.target, author=context.author, reporter=reporter, pace=pace
        )
        service_name = self.platform.target.sides["blue"].service_name
        self.monkeypatch.setattr(airflow, "open_readonly", lambda *_, **__: session)
        self.monkeypatch.setattr(airflow, "context_of", lambda _: (of_airflow, service_name))
