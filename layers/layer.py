"""What every layer has: a name, a state, a provider, and a required Terraform version (S02)."""

from cdktf import TerraformStack
from constructs import Construct

from backend import state_of
from config import Environment
from layers.provider import add_provider
from layers.remote_state import Outputs, read

TERRAFORM_VERSION = ">= 1.11.0"
"""The first version with write-only arguments; ephemeral resources came with 1.10."""


class Layer(TerraformStack):
    """A stack named `<environment>-<layer>` with its own state."""

    def __init__(self, scope: Construct, environment: Environment, name: str) -> None:
        super().__init__(scope, f"{environment.name}-{name}")
        self.environment = environment
        self.state = state_of(environment)
        self.state.configure(self, name)
        self.add_override("terraform.required_version", TERRAFORM_VERSION)
        add_provider(self, environment, name)

    def outputs_of(self, layer: str, outputs_class: type[Outputs]) -> Outputs:
        """The outputs of another layer, as expressions over its remote state (S03)."""
        return read(outputs_class, self.state.remote_state(self, layer), self.environment)
