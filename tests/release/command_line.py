"""`./windlass` on a service under test: a real project with an environment file and a state, and no Terraform."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pytest

from cli import app, release_session
from cli.commands import deploy
from cli.local_platform import LocalPlatform
from cli.project import Project
from cli.session import open_readonly
from release.outputs import parse_web_service
from tests.release.operator import StubTerraform, quick
from tests.release.shared_resources import REGION

ENVIRONMENT = f"""\
project = "shop"
kind = "{{kind}}"
[aws]
region = "{REGION}"
account_id = "123456789012"
endpoint_url = "{{endpoint_url}}"
[state]
backend = "local"
path = "states"
[network]
cidr = "10.9.0.0/16"
egress = "single-nat-gateway"
nat_gateway_zone = "{REGION}a"
flow_logs_retention_days = 1
[network.zones]
{REGION}a = {{{{ public = "10.9.0.0/22", private = "10.9.64.0/20", isolated = "10.9.16.0/22" }}}}
{REGION}b = {{{{ public = "10.9.4.0/22", private = "10.9.80.0/20", isolated = "10.9.20.0/22" }}}}
[load_balancer]
https = false
scheme = "internal"
allowed_cidrs = ["10.0.0.0/8"]
deletion_protection = false
access_logs_retention_days = 1
[database]
instance_class = "db.t4g.small"
multi_az = false
backup_retention_days = 1
deletion_protection = false
final_snapshot = false
monitoring_interval_seconds = 0
[cluster]
execute_command = false
logs_retention_days = 1
"""
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-dev/web:1.0.0"
STRATEGIES: Mapping[str, str] = {
    "blue-green": f'blue.image = "{IMAGE}"\ngreen.image = "{IMAGE}"',
    "rolling": f'strategy = "rolling"\nimage = "{IMAGE}"',
    "codedeploy": f'strategy = "codedeploy"\nimage = "{IMAGE}"\n'
    'test_listener = { port = 8443, allowed_cidrs = ["10.0.0.0/8"] }',
}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything that it printed, in one line."""
        return " ".join((self.out + self.err).split())


@dataclass(frozen=True, kw_only=True)
class RunningPlatform(LocalPlatform):
    """The embedded AWS of the tests, which no process file belongs to."""

    def is_reachable(self, _environment: Any) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class ReleaseProject(Project):
    """A project in a folder of its own."""

    @cached_property
    def local(self) -> LocalPlatform:
        return RunningPlatform(workspace=self.workspace)


@dataclass(frozen=True, kw_only=True)
class CommandLine:
    """Runs command lines on a service whose state is `outputs`."""

    root: Path
    monkeypatch: pytest.MonkeyPatch
    capfd: pytest.CaptureFixture[str]

    def write(
        self,
        outputs: Mapping[str, Any],
        *,
        endpoint_url: str,
        migrations: Mapping[str, tuple[str, ...]],
        kind: str = "development",
    ) -> None:
        """Write environment `dev`, and the state of its service layer.

        Args:
            outputs: of the service layer.
            endpoint_url: of the embedded AWS.
            migrations: service → its migration command; every service of the outputs has one, or an empty one.
            kind: of the environment.
        """
        lines = [ENVIRONMENT.format(kind=kind, endpoint_url=endpoint_url)]
        for number, name in enumerate(migrations):
            published = outputs["services"].get(name)
            strategy = parse_web_service(published).strategy if published else "blue-green"
            command = json.dumps(list(migrations[name]))
            lines.append(
                f'[services.{name}]\npriority = {100 + number}\npath_patterns = ["/{name}/*"]\ndesired_count = 2\n'
                f"migration_command = {command}\n{STRATEGIES[strategy]}\n"
            )
        (self.root / "environments").mkdir(parents=True, exist_ok=True)
        (self.root / "environments" / "dev.toml").write_text("\n".join(lines))
        state = {
            "serial": 1,
            "lineage": "one",
            "resources": [],
            "outputs": {name: {"value": value} for name, value in outputs.items()},
        }
        environment = self.project.environments.load("dev")
        path = self.root / "states" / environment.state_key("service")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(state))

    @cached_property
    def project(self) -> Project:
        return ReleaseProject(root=self.root)

    def replace_terraform(self, terraform: StubTerraform) -> None:
        """Let a function do what Terraform would; no stack is written for it."""
        self.monkeypatch.setattr(deploy, "open_for_change", open_readonly)
        self.monkeypatch.setattr(release_session, "apply_layers", lambda _stacks, ask, consent: terraform.apply())
        self.monkeypatch.setattr(
            release_session,
            "register_task_definition",
            lambda _stack, family: terraform.register_task_definition(family),
        )
        self.monkeypatch.setattr("cli.session.Session.stacks", lambda _session, layer: [layer])

    def run(self, *arguments: str, during: Callable[[], object] | None = None) -> Ended:
        """Run a command line; time passes at once, and `during` happens in its first wait."""
        session = release_session.ReleaseSession
        with self.monkeypatch.context() as patch:
            patch.setattr(release_session, "ReleaseSession", partial(session, pace=quick(during)))
            self.capfd.readouterr()
            code = app.main(list(arguments), project=self.project)
        printed = self.capfd.readouterr()
        return Ended(code=code, out=printed.out, err=printed.err)
