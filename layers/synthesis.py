"""From an environment to Terraform JSON: build the stacks, read them back, run the guards, write the files."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdktf import App

from config import Environment
from guards import Verdict
from layers import BOOTSTRAP, DELIVERY, LAYERS
from layers.addresses import readable
from layers.bootstrap import BootstrapLayer
from layers.data import DataLayer
from layers.delivery import DeliveryLayer
from layers.escape import escape
from layers.guard_intent import run_guards
from layers.network import NetworkLayer
from layers.output_folder import write_stacks
from layers.provider import extra_files
from layers.service import ServiceLayer


class SynthesisError(Exception):
    """A module rejects its inputs; `str()` is a message for users."""


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """The result of a synth."""

    environment: str
    stacks: Mapping[str, Path]
    """Folder of each stack, by layer; includes the bootstrap stack if the state is in S3."""
    verdict: Verdict
    """Warnings and waived findings."""


def synthesise(environment: Environment, root: Path) -> Synthesis:
    """Write the Terraform JSON of every layer of an environment.

    Args:
        environment: the environment.
        root: the project's folder; the JSON lands in its `cdktf.out`.

    Raises:
        SynthesisError: a module rejects its inputs.
        guards.GuardError: the JSON violates a lesson.

    If anything is raised, the previous output stays unchanged.
    """
    documents = terraform_json(environment)
    verdict = run_guards(environment, documents)
    stacks = write_stacks(root, environment.name, documents, extra_files=extra_files(environment))
    return Synthesis(environment=environment.name, stacks=stacks, verdict=verdict)


def terraform_json(environment: Environment) -> dict[str, dict[str, Any]]:
    """The Terraform JSON of every stack of an environment, by layer, in order of dependency."""
    with tempfile.TemporaryDirectory(prefix="windlass-synth-") as folder:
        environment = escape(environment)
        # Terraform checks versions and backends at its first command; checking them here would take a second.
        app = App(outdir=folder, stack_traces=False, skip_backend_validation=True)
        try:
            if environment.state.backend == "s3":
                BootstrapLayer(app, environment, environment.state)
            NetworkLayer(app, environment)
            DataLayer(app, environment)
            ServiceLayer(app, environment)
            if environment.delivery is not None:
                DeliveryLayer(app, environment, environment.delivery)
        except ValueError as error:
            raise SynthesisError(f"environments/{environment.name}.toml: {error}") from error
        app.synth()
        return {
            layer: readable(json.loads(path.read_text(encoding="utf-8")))
            for layer in (BOOTSTRAP, *LAYERS, DELIVERY)
            if (path := Path(folder) / "stacks" / f"{environment.name}-{layer}" / "cdk.tf.json").exists()
        }
