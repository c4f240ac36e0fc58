"""A new Python process for each run, since bindings are installed once per process."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

STACK = """
import bindings
bindings.install()
from cdktf import App, TerraformStack, Testing
from cdktf_cdktf_provider_aws.provider import AwsProvider
app = Testing.app(stack_traces=False)
stack = TerraformStack(app, "test")
AwsProvider(stack, "aws", region="eu-west-1")
"""
"""A stack with nothing in it but the provider."""

VPC = """
from cdktf_cdktf_provider_aws.vpc import Vpc
vpc = Vpc(stack, "vpc", cidr_block="10.0.0.0/16")
assert vpc.arn.startswith("${TfToken["), vpc.arn
"""

SYNTH = """
print(Testing.synth(stack))
"""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """Runs code in the project's folder with caches of its own."""

    cache: Path

    def start(self, code: str, *, stderr: int = subprocess.PIPE, **environment: str) -> "subprocess.Popen[str]":
        """Start a process and leave it running."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("JSII_", "WINDLASS_"))}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code],
            cwd=ROOT,
            env={**inherited, "FAST_BINDINGS_CACHE": str(self.cache), **environment},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    def says(self, code: str, **environment: str) -> str:
        """What the code prints; it must succeed and leave stderr empty."""
        process = self.start(code, **environment)
        output, errors = process.communicate(timeout=300)
        assert (process.returncode, errors) == (0, ""), f"exit code {process.returncode}\n{errors}"
        return output
