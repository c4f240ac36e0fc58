"""A project whose environments, synth and AWS are made up, so that commands are tested without them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cli.environments import Environments
from cli.errors import BAD_CONFIGURATION, CommandError
from cli.local_platform import LocalPlatform
from cli.project import Project
from cli.running.stacks import Stacks
from cli.synthesis import Synthesis
from config import Environment, load
from config.state import S3State, State
from local.dataplane import DataPlaneStatus, NotSteadyError, ServiceStatus
from local.dataplane.desired_state.changes import Changes
from local.embedded import EmbeddedAws
from tests.cli.fake_embedded_aws import FakeEmbeddedAws

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("network", "data", "service")


def environment(
    name: str, *, production: bool = False, endpoint_url: str | None = None, state: State | None = None
) -> Environment:
    """An environment without services, on its own account."""
    shipped = load("dev", ROOT)
    aws = shipped.aws.model_copy(
        update={"region": "eu-west-1", "account_id": "123456789012", "endpoint_url": endpoint_url}
    )
    return shipped.model_copy(
        update={
            "name": name,
            "kind": "production" if production else "development",
            "throw_away": False,
            "aws": aws,
            "state": state or S3State(backend="s3", bucket="the-bucket"),
            "services": {},
            "airflow": None,
            "delivery": None,
        }
    )


def state_key(name: str, layer: str) -> str:
    """The key of a layer's state in the bucket."""
    return environment(name).state_key(layer)


def stack_document(layer: str) -> dict[str, Any]:
    """The JSON of a stack with an S3 backend."""
    backend = {"bucket": "the-bucket", "key": f"dev/{layer}.tfstate", "region": "eu-west-1", "dynamodb_table": "locks"}
    document: dict[str, Any] = {
        "terraform": {
            "backend": {"s3": backend},
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}},
        },
        "provider": {"aws": [{"region": "eu-west-1"}]},
    }
    if layer == "bootstrap":
        document["resource"] = {
            "aws_s3_bucket": {"state": {"bucket": "the-bucket"}},
            "aws_dynamodb_table": {"locks": {"name": "locks"}},
        }
    return document


@dataclass(frozen=True, kw_only=True)
class FakeEnvironments(Environments):
    """Knows environments without files."""

    known: Mapping[str, Any]

    def exists(self, name: str) -> bool:
        """Whether it is one of the made-up ones."""
        return name in self.known

    def load(self, name: str) -> Any:
        """The made-up environment."""
        if name not in self.known:
            known = ", ".join(sorted(self.known))
            raise CommandError(f"no environment {name!r}; allowed: {known}", exit_code=BAD_CONFIGURATION)
        return self.known[name]


@dataclass(frozen=True, kw_only=True)
class FakeSynthesis(Synthesis):
    """Writes tiny stacks where the real synth writes real ones."""

    refusal: str | None

    def all_layers(self) -> tuple[str, ...]:
        """As the real one."""
        return LAYERS

    def folder(self, environment: Any, layer: str) -> Path:
        """As the real one."""
        return self.workspace.root / "cdktf.out" / "stacks" / f"{environment.name}-{layer}"

    def write(self, environment: Any, *, allow_warnings: bool = True) -> Mapping[str, Path]:
        """Write the tiny stacks, or refuse."""
        if self.refusal:
            raise CommandError(self.refusal, exit_code=BAD_CONFIGURATION)
        folders = {layer: self.folder(environment, layer) for layer in ("bootstrap", *LAYERS)}
        for layer, folder in folders.items():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "cdk.tf.json").write_text(json.dumps(stack_document(layer)))
        return folders


@dataclass(frozen=True, kw_only=True)
class FakeStacks(Stacks):
    """The real Terraform on a made-up bucket."""

    states: Mapping[str, dict[str, Any] | Exception]

    def state_store(self, environment: Any) -> Any:
        """A bucket with `states` in it."""

        def read(key: str) -> dict[str, Any]:
            state = self.states.get(key, {})
            if isinstance(state, Exception):
                raise state
            return state

        return FakeBucket(read=read)


@dataclass(frozen=True, kw_only=True)
class FakeBucket:
    """A bucket of states that exists."""

    read: Callable[[str], dict[str, Any]]

    def bucket_exists(self) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class FakeLocalPlatform(LocalPlatform):
    """An embedded AWS that only says whether it runs, and a data plane that runs nothing."""

    embedded_aws: EmbeddedAws
    containers: "FakeDataPlane"

    def aws(self, environment: Any) -> Any:
        """The embedded AWS."""
        return self.embedded_aws

    def data_plane(self, environment: Any, *, parts: object = None) -> Any:
        """The data plane."""
        return self.containers


@dataclass(kw_only=True)
class FakeDataPlane:
    """Runs nothing, and says of its services what a test says."""

    services: tuple[ServiceStatus, ...] = ()
    problems: tuple[str, ...] = ()
    running: bool = False
    failure: str = ""
    """What waiting for steady services ends with; empty where it ends well."""
    leftovers: int = 0
    """Processes that a killed one left."""
    restarts: bool = False
    """Whether the next start finds other settings, and so makes a new process."""
    pid: int = 7
    stores_folder: Path = Path("nowhere")
    not_run: tuple[str, ...] = ()
    """Names of services that it leaves alone."""

    def left_alone(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.not_run)

    def start(self, report: Callable[[str], None]) -> None:
        self.running = True
        self.pid += self.restarts

    def count_leftovers(self) -> int:
        return self.leftovers

    def end_leftovers(self, report: Callable[[str], None] = str) -> None:
        if self.leftovers:
            report(f"Ended {self.leftovers} processes of a data plane that was killed; its data is kept.")
        self.leftovers = 0

    def stop(self) -> None:
        self.running = False

    def remove(self) -> None:
        self.running = False

    def wait_until_steady(self, seconds: float, report: Callable[[str], None], *, prefix: str) -> None:
        report(f"waiting for {'windlass-local-web-blue'.removeprefix(prefix)} (starting)")
        if self.failure:
            raise NotSteadyError(self.failure)

    def status(self) -> DataPlaneStatus:
        return DataPlaneStatus(
            running=self.running,
            ready=self.running,
            pid=self.pid if self.running else None,
            ports=(),
            services=self.services if self.running else (),
            stores=(),
            problems=self.problems if self.running else (),
            changes=Changes(),
            authority_path=Path("authority.pem"),
            log_path=Path("dataplane.log"),
        )


def service_status(name: str, *, problem: str = "", desired: int = 1) -> ServiceStatus:
    """A service with all its tasks, healthy where there is no problem."""
    return ServiceStatus(
        name=name,
        desired=desired,
        running=desired,
        healthy=0 if problem else desired,
        pending=0,
        deployment="in progress" if problem else "completed",
        steady=not problem,
        problem=problem,
        next_step="",
        logs=(Path(f"/logs/{name}/web.log"),),
    )


@dataclass(frozen=True, kw_only=True)
class FakeProject(Project):
    """Made of the fakes above."""

    known: Mapping[str, Any] = field(
        default_factory=lambda: {
            "dev": environment("dev"),
            "prod": environment("prod", production=True),
            "local": environment("local", endpoint_url="http://127.0.0.1:9"),
        }
    )
    """The environments that there are."""
    refusal: str | None = None
    """What the guards say, if they refuse."""
    embedded_aws: EmbeddedAws = field(default_factory=lambda: FakeEmbeddedAws(Path("nowhere"), running=True))
    containers: FakeDataPlane = field(default_factory=FakeDataPlane)
    states: dict[str, dict[str, Any] | Exception] = field(default_factory=dict)
    """The state under each key of the bucket, or why it cannot be read."""

    @cached_property
    def environments(self) -> FakeEnvironments:
        return FakeEnvironments(workspace=self.workspace, known=self.known)

    @cached_property
    def synthesis(self) -> FakeSynthesis:
        return FakeSynthesis(workspace=self.workspace, refusal=self.refusal)

    @cached_property
    def stacks(self) -> FakeStacks:
        return FakeStacks(
            workspace=self.workspace, synthesis=self.synthesis, variables=self.local.variables, states=self.states
        )

    @cached_property
    def local(self) -> FakeLocalPlatform:
        return FakeLocalPlatform(workspace=self.workspace, embedded_aws=self.embedded_aws, containers=self.containers)
