"""Synth and guards, as the commands use them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.errors import BAD_CONFIGURATION, FAILED, CommandError
from layers import LAYERS
from layers.output_folder import stack_folder
from workspace import ROOT_VARIABLE, Workspace

if TYPE_CHECKING:
    from config import Environment
    from guards import Verdict

BOOTSTRAP = "bootstrap"
DELIVERY = "delivery"


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """Turns environments into stacks, in a process of its own or in memory.

    What loads the AWS bindings is imported inside the methods: it starts Node, which takes seconds.
    """

    workspace: Workspace

    def all_layers(self) -> tuple[str, ...]:
        """The layers that every environment has, in the order of their dependence."""
        return LAYERS

    def layers(self, environment: "Environment", *, only: str | None = None) -> tuple[str, ...]:
        """The layers of an environment in the order of their dependence, or the one that `--layer` names."""
        layers = self.all_layers()
        if environment.delivery is not None:
            layers = (*layers, DELIVERY)
        if only is None:
            return layers
        if only not in layers:
            raise CommandError(
                f"There is no layer {only!r}; there are {', '.join(layers)}.", exit_code=BAD_CONFIGURATION
            )
        return (only,)

    def folder(self, environment: "Environment", layer: str) -> Path:
        """Where the stack of a layer is written."""
        return stack_folder(self.workspace.root, environment.name, layer)

    def write(self, environment: "Environment", *, allow_warnings: bool = True) -> Mapping[str, Path]:
        """Write the stacks of an environment; layer → folder. Raises CommandError where a guard refuses them.

        Args:
            environment: to write.
            allow_warnings: print the warnings of guards and go on; otherwise they raise CommandError as well.

        `main.py` does it, in a process of its own: its Node would otherwise stay for as long as Terraform runs, and
        Ctrl-C would reach it before Terraform.
        """
        options = ["--allow-warnings"] if allow_warnings else []
        finished = subprocess.run(
            [sys.executable, str(self.workspace.windlass_folder / "main.py"), *options],
            cwd=self.workspace.root,
            env={
                **os.environ,
                "WINDLASS_ENVIRONMENT": environment.name,
                ROOT_VARIABLE: str(self.workspace.root),
            },
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
        return {layer: self.folder(environment, layer) for layer in (*bootstrap, *self.layers(environment))}

    def check(self, environment: "Environment") -> tuple[dict[str, dict[str, Any]], "Verdict"]:
        """Run the guards over what synth would write, and write nothing.

        Returns:
            The JSON of every stack, and the findings that do not stop a synth.
        """
        documents = self.documents(environment)
        # guards takes 0.05 s, which a plan need not pay for; guard_intent needs the bindings, which are installed now.
        import guards
        from layers.guard_intent import run_guards

        try:
            verdict = run_guards(environment, documents)
        except guards.GuardError as error:
            problems = [asdict(violation) for violation in error.violations]
            raise CommandError(str(error), exit_code=BAD_CONFIGURATION, problems=problems) from error
        return documents, verdict

    def documents(self, environment: "Environment") -> dict[str, dict[str, Any]]:
        """The JSON of every layer, as synth would write it; nothing is written."""
        import bindings  # 0.06 s

        bindings.install()
        # After install(): before it, the generic bindings would be loaded, which takes several times as long.
        from layers.synthesis import SynthesisError, terraform_json

        try:
            return terraform_json(environment)
        except SynthesisError as error:
            raise CommandError(str(error), exit_code=BAD_CONFIGURATION) from error
