"""The project as the commands see it: its folder, its environments, their stacks, the embedded AWS."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.errors import BAD_CONFIGURATION, FAILED, CommandError
from cli.running.stack import STACK_FILE, Stack
from cli.running.state_store import S3StateStore
from cli.running.terraform import Terraform, find_terraform

if TYPE_CHECKING:
    from config import Environment
    from guards import Verdict
    from local.dataplane import DataPlane
    from local.embedded import EmbeddedAws

ROOT = Path(__file__).resolve().parent.parent
BOOTSTRAP = "bootstrap"
DELIVERY = "delivery"
EMBEDDED_PARALLELISM = 30
"""The embedded AWS throttles nothing, and most of an apply is waiting."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """Everything a command needs to know about where it runs.

    Imports of `config`, `layers` and `local` happen inside the methods: `./windlass --help` should not load pydantic,
    Node and moto.
    """

    root: Path = ROOT

    @property
    def work_folder(self) -> Path:
        """What belongs to this machine only: logs, plans, provider cache, the embedded AWS."""
        return self.root / ".windlass"

    def environment(self, name: str) -> "Environment":
        """The environment of that name; raises CommandError with every mistake of its file."""
        from config import ConfigurationError, load

        try:
            return load(name, self.root)
        except ConfigurationError as error:
            raise CommandError(str(error), exit_code=BAD_CONFIGURATION) from error

    def synthesise(self, environment: "Environment") -> Mapping[str, Path]:
        """Write the stacks of an environment; layer → folder. Raises CommandError where a guard refuses them.

        `main.py` does it, in a process of its own: its Node would otherwise stay for as long as Terraform runs, and
        Ctrl-C would reach it before Terraform.
        """
        finished = subprocess.run(
            [sys.executable, str(self.root / "main.py")],
            cwd=self.root,
            env={**os.environ, "WINDLASS_ENVIRONMENT": environment.name},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if finished.returncode:
            code = BAD_CONFIGURATION if finished.returncode == BAD_CONFIGURATION else FAILED
            raise CommandError(finished.stderr.rstrip() or "The synth failed and did not say why.", exit_code=code)
        sys.stderr.write(finished.stderr)
        bootstrap = (BOOTSTRAP,) if environment.state.backend == "s3" else ()
        return {
            layer: self.stack_folder(environment, layer)
            for layer in (*bootstrap, *self.chosen_layers(None, environment))
        }

    def check(self, environment: "Environment") -> tuple[int, "Verdict"]:
        """Run the guards over what synth would write, and write nothing.

        Returns:
            The number of stacks, and what the guards let through although they have something to say.
        """
        documents = self.documents(environment)
        import guards
        from layers.guard_intent import run_guards

        try:
            verdict = run_guards(environment, documents)
        except guards.GuardError as error:
            raise CommandError(str(error), exit_code=BAD_CONFIGURATION) from error
        return len(documents), verdict

    def documents(self, environment: "Environment") -> dict[str, dict[str, Any]]:
        """The JSON of every layer, as synth would write it; nothing is written."""
        import bindings

        bindings.install()
        from layers.synthesis import SynthesisError, terraform_json

        try:
            return terraform_json(environment)
        except SynthesisError as error:
            raise CommandError(str(error), exit_code=BAD_CONFIGURATION) from error

    def stack_folder(self, environment: "Environment", layer: str) -> Path:
        """Where the stack of a layer is written."""
        from layers.output_folder import stack_folder

        return stack_folder(self.root, environment.name, layer)

    def state_store(self, environment: "Environment") -> S3StateStore | None:
        """Where the environment's states lie in S3; None where they lie elsewhere."""
        state = environment.state
        if state.backend != "s3":
            return None
        return S3StateStore(
            bucket=state.bucket,
            key=environment.state_key(BOOTSTRAP),
            region=environment.aws.region,
            table=state.lock_table,
            account_id=environment.aws.account_id,
            endpoint_url=environment.aws.endpoint_url,
            variables=self.embedded_variables(environment),
        )

    def bootstrap_file(self, environment: "Environment") -> Path:
        """Where the bootstrap's state is while its bucket is being made; environments of one bucket share it."""
        name = environment.state.bucket if environment.state.backend == "s3" else environment.name
        return self.work_folder / "bootstrap" / f"{name}.tfstate"

    def layers(self) -> tuple[str, ...]:
        """All layers, in the order of their dependence."""
        from layers import LAYERS

        return LAYERS

    def chosen_layers(self, layer: str | None, environment: "Environment") -> tuple[str, ...]:
        """All layers that the environment has, or the one that `--layer` names."""
        layers = self.layers()
        if getattr(environment, "delivery", None) is not None:
            layers = (*layers, DELIVERY)
        if layer is None:
            return layers
        if layer not in layers:
            raise CommandError(
                f"There is no layer {layer!r}; there are {', '.join(layers)}.", exit_code=BAD_CONFIGURATION
            )
        return (layer,)

    def terraform(self, environment: "Environment") -> Terraform:
        """Terraform with the variables that this environment needs."""
        embedded = environment.aws.endpoint_url is not None
        return find_terraform(
            self.work_folder,
            variables=self.embedded_variables(environment),
            parallelism=EMBEDDED_PARALLELISM if embedded else None,
            # Started in the way that its developers do: good for trying things out, not for production.
            shares_provider=embedded,
        )

    def stack(self, environment: "Environment", layer: str, terraform: Terraform, *, lock_timeout: str = "0s") -> Stack:
        """The stack of a layer, which must have been synthesised."""
        folder = self.stack_folder(environment, layer)
        if not (folder / STACK_FILE).exists():
            raise CommandError(f"{environment.name} has no stack {layer}: {folder / STACK_FILE} was not written.")
        return Stack(name=layer, folder=folder, terraform=terraform, lock_timeout=lock_timeout)

    # --- the embedded AWS ----------------------------------------------------------------------------------------

    def embedded(self, environment: "Environment") -> "EmbeddedAws":
        """The embedded AWS that the environment points at."""
        from local.embedded import EmbeddedAws

        endpoint_url = environment.aws.endpoint_url
        if endpoint_url is None:
            raise CommandError(f"{environment.name} is on the real AWS: its file has no aws.endpoint_url.")
        return EmbeddedAws(endpoint_url=endpoint_url, folder=self.work_folder / "embedded-aws")

    @property
    def repositories_folder(self) -> Path:
        """Git repositories on this machine that stand for remote ones, as `HOST/PATH`."""
        return self.work_folder / "repositories"

    @property
    def authority_folder(self) -> Path:
        """The certificate authority of the addresses on this machine, which `local trust` makes a browser trust."""
        return self.work_folder / "authority"

    def data_plane(self, environment: "Environment", *, parts: tuple[str, ...] | None = None) -> "DataPlane":
        """What runs the containers of an environment on the embedded AWS; `parts` of it, or all."""
        from cli.parts import PARTS, skipped_services
        from local.dataplane import DataPlane, Settings

        if environment.aws.endpoint_url is None:
            raise CommandError(f"{environment.name} is on the real AWS: its containers do not run here.")
        settings = Settings(
            endpoint_url=environment.aws.endpoint_url,
            folder=self.work_folder / "data-plane",
            windlass_folder=self.root,
            region=environment.aws.region,
            listener_ports={f"load_balancer.{key}": port for key, port in environment.load_balancer.ports.items()},
            authority_folder=self.authority_folder,
            skipped_services=skipped_services(environment, PARTS if parts is None else parts),
            repositories=self.repositories_folder,
        )
        return DataPlane(settings)

    def embedded_variables(self, environment: "Environment") -> dict[str, str]:
        """What makes Terraform and boto3 talk to the embedded AWS; empty where the environment is on the real one."""
        from local.embedded import environment_variables

        endpoint_url = environment.aws.endpoint_url
        return environment_variables(endpoint_url, environment.aws.region) if endpoint_url else {}

    def require_aws(self, environment: "Environment") -> None:
        """Raise CommandError where the environment needs the embedded AWS and that does not run."""
        if environment.aws.endpoint_url is not None and not is_running(self.embedded(environment).status()):
            raise CommandError(
                f"The embedded AWS of {environment.name} ({environment.aws.endpoint_url}) does not run. "
                "Start it: ./windlass local up",
                exit_code=FAILED,
            )


def is_running(status: object) -> bool:
    """Whether a status of the embedded AWS says that it runs."""
    return bool(getattr(status, "running", status))
