"""A stack for one module, and its synthesised JSON in a form that tests can read like sentences."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdktf import App, TerraformStack, Testing
from cdktf_cdktf_provider_aws.provider import AwsProvider


@dataclass(frozen=True, kw_only=True)
class Synthesised:
    """The Terraform JSON of one stack."""

    document: dict[str, Any]

    def resources(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Every resource of a type, by its Terraform name."""
        return dict(self.document.get("resource", {}).get(resource_type, {}))

    def only(self, resource_type: str) -> dict[str, Any]:
        """The one resource of a type; fails where there are none or several."""
        result = self.resources(resource_type)
        assert len(result) == 1, f"{len(result)} of {resource_type}: {sorted(result)}"
        return next(iter(result.values()))

    def inventory(self) -> dict[str, int]:
        """How many of each resource type, `data.` and `ephemeral.` prefixed where it is one."""
        counts: dict[str, int] = {}
        for section, prefix in (("resource", ""), ("data", "data."), ("ephemeral", "ephemeral.")):
            for resource_type, bodies in self.document.get(section, {}).items():
                counts[prefix + resource_type] = len(bodies)
        return dict(sorted(counts.items()))

    def text(self) -> str:
        """The whole JSON as text, for searching."""
        return json.dumps(self.document, sort_keys=True)


@contextmanager
def module_stack(region: str = "eu-west-1") -> Iterator[TerraformStack]:
    """A stack named `test` with the AWS provider, outside any layer."""
    with tempfile.TemporaryDirectory(prefix="windlass-module-") as outdir:
        app = Testing.app(stack_traces=False, outdir=outdir)
        assert isinstance(app, App)
        stack = TerraformStack(app, "test")
        AwsProvider(stack, "aws", region=region)
        yield stack


def synthesised(stack: TerraformStack) -> Synthesised:
    """The JSON that `cdktf synth` would write for this stack."""
    return Synthesised(document=json.loads(Testing.synth(stack)))


def write_stack(stack: TerraformStack, folder: Path) -> Path:
    """Write the stack's JSON where Terraform can run on it; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.tf.json").write_text(Testing.synth(stack))
    return folder
