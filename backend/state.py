"""What all state backends have in common: one stack stores its state there, others read its outputs (S03)."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from cdktf import TerraformStack

from config.state import state_key


@dataclass(frozen=True, kw_only=True)
class RemoteState:
    """The outputs of another layer, as Terraform expressions."""

    layer: str
    """The layer that is read; also the name of the data source."""

    def expression(self, output: str, *keys: str) -> str:
        """The expression of an output, or of what is at `keys` inside an output that is a map or an object.

        Keys are written without quotes, so that the expression can be part of JSON text such as a policy.

        Raises:
            ValueError: a key is not a word that Terraform takes without quotes.
        """
        for key in keys:
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", key):
                raise ValueError(
                    f"key of output {output} is {key!r}; it must be letters, digits, - and _, first a letter"
                )
        return f"${{data.terraform_remote_state.{'.'.join((self.layer, 'outputs', output, *keys))}}}"

    def __getitem__(self, output: str) -> str:
        """`outputs["vpc_id"]` is the same as `outputs.expression("vpc_id")`."""
        return self.expression(output)


@dataclass(frozen=True, kw_only=True)
class StateBackend(ABC):
    """Stores the state of each layer of an environment separately (S02)."""

    project: str
    """The project; first part of the name of every state."""

    environment: str
    """The environment; second part of the name of every state, so that environments never share one (A22)."""

    @abstractmethod
    def configure(self, stack: TerraformStack, layer: str) -> None:
        """Store the state of `stack` here, as that of `layer`."""

    def remote_state(self, stack: TerraformStack, layer: str) -> RemoteState:
        """Let `stack` read the outputs of another layer.

        Written as plain JSON: cdktf's classes take several calls to Node and support fewer settings than Terraform.
        """
        stack.add_override(f"data.terraform_remote_state.{layer}", self.data_source(layer))
        return RemoteState(layer=layer)

    @abstractmethod
    def data_source(self, layer: str) -> dict[str, Any]:
        """Backend and configuration of `data.terraform_remote_state` for a layer."""

    def key(self, layer: str) -> str:
        """Path of a layer's state inside a bucket or folder."""
        return state_key(self.project, self.environment, layer)
