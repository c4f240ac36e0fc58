"""The Terraform on this machine: its path, its version, its environment variables."""

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cli.errors import CommandError

OLDEST = (1, 11, 0)
"""Ephemeral resources and write-only arguments, which keep secrets out of the state, came with 1.11."""

COLLECT_LATER = {"GOGC": "400", "GOMEMLIMIT": "2GiB"}
"""For Go, which Terraform and its providers are written in. Reading the AWS provider's schema makes garbage whose
collection is a quarter of the work: `validate` takes 2.6 s of processor in place of 3.6 s, and 50 MB more memory. Up to
the limit only: a large state must not take several times its memory."""

_KEPT_LOGS = 60
_INSTALL = "Install 1.11 or newer (https://developer.hashicorp.com/terraform/install) or set TERRAFORM to its path."


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """A Terraform that is new enough."""

    binary: str
    version: str
    work_folder: Path
    """The project's `.windlass`: logs, plans and the provider cache."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables in addition to the user's own, such as the embedded AWS's keys."""
    parallelism: int | None = None
    """Terraform's own default (10) where None."""
    shares_provider: bool = False
    """Whether one process of the provider may serve several commands."""

    def environment(self) -> dict[str, str]:
        """The environment variables that Terraform is started with."""
        variables = {**os.environ, **self.variables}
        # A file that is named but missing makes Terraform print a warning before every output.
        if not Path(variables.get("TF_CLI_CONFIG_FILE") or os.devnull).exists():
            del variables["TF_CLI_CONFIG_FILE"]
        # A data folder of the user's would be shared by all stacks, whose backends differ.
        variables.pop("TF_DATA_DIR", None)
        if not variables.get("TF_PLUGIN_CACHE_DIR"):
            cache = self.work_folder / "plugin-cache"
            cache.mkdir(parents=True, exist_ok=True)
            variables["TF_PLUGIN_CACHE_DIR"] = str(cache)
        fixed = {"TF_INPUT": "0", "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        return {**COLLECT_LATER, **variables, **fixed}

    def new_log(self, name: str) -> Path:
        """The file of a log, named after what writes it; the oldest logs are removed."""
        folder = self.work_folder / "logs"
        if folder.exists():
            for old in sorted(folder.glob("*.log"))[:-_KEPT_LOGS]:
                old.unlink(missing_ok=True)
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        return folder / f"{stamp}-{name}.log"


def find_terraform(
    work_folder: Path,
    *,
    variables: Mapping[str, str] | None = None,
    parallelism: int | None = None,
    shares_provider: bool = False,
) -> Terraform:
    """The `terraform` of `$TERRAFORM`, or of the PATH; raises CommandError where it is missing or too old."""
    wanted = os.environ.get("TERRAFORM") or "terraform"
    binary = shutil.which(wanted)
    if binary is None:
        raise CommandError(f"Terraform was not found ({wanted!r}). {_INSTALL}")
    version = _version(binary)
    numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:3])
    if numbers < OLDEST:
        raise CommandError(f"Terraform {version} ({binary}) is too old. {_INSTALL}")
    return Terraform(
        binary=binary,
        version=version,
        work_folder=work_folder,
        variables=variables or {},
        parallelism=parallelism,
        shares_provider=shares_provider,
    )


@functools.cache
def _version(binary: str) -> str:
    # The warning about a missing TF_CLI_CONFIG_FILE goes to standard output, in front of the JSON.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environment["CHECKPOINT_DISABLE"] = "1"
    try:
        finished = subprocess.run(
            [binary, "version", "-json"], capture_output=True, text=True, env=environment, check=True, timeout=60
        )
        return str(json.loads(finished.stdout)["terraform_version"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{binary} does not answer `version -json` as Terraform does. {_INSTALL}") from error
