"""How layers speak to each other: a dataclass is published as Terraform outputs and read back by remote state (S03).

An outputs class lists everything that a layer gives to others. A field is a string, or a mapping whose keys the
environment names; no other shape crosses a layer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, field, fields
from typing import Any, Protocol, TypeVar

from cdktf import TerraformOutput, TerraformStack

from config import Environment

Outputs = TypeVar("Outputs")


class RemoteState(Protocol):
    """What `backend` gives for the state of another layer."""

    def expression(self, output: str, key: str | None = None) -> str:
        """The Terraform expression of an output, or of one key of an output that is a map."""
        ...


def output(
    description: str,
    *,
    keys: Callable[[Environment], Iterable[str]] | None = None,
    when: Callable[[Environment], bool] = lambda _: True,
) -> Any:
    """Declare a field of an outputs class.

    Args:
        description: what `terraform output` and the documentation say of it.
        keys: for a mapping, its keys, known from the environment alone.
        when: whether the environment has it at all; otherwise the field is None and nothing is published.
    """
    return field(default=None, metadata={"description": description, "keys": keys, "when": when})


def publish(stack: TerraformStack, outputs: Any, environment: Environment) -> None:
    """Write the outputs of a layer into its stack.

    Raises:
        ValueError: where a field is empty although the environment has it, or a mapping has other keys than declared.
    """
    for declared in fields(outputs):
        value = getattr(outputs, declared.name)
        if not declared.metadata["when"](environment):
            continue
        _check(declared, value, environment)
        TerraformOutput(stack, declared.name, value=value, description=declared.metadata["description"])


def read(outputs_class: type[Outputs], state: RemoteState, environment: Environment) -> Outputs:
    """The outputs of another layer, as expressions over its remote state."""
    values: dict[str, Any] = {}
    for declared in fields(outputs_class):  # type: ignore[arg-type]
        if not declared.metadata["when"](environment):
            continue
        keys = declared.metadata["keys"]
        if keys is None:
            values[declared.name] = state.expression(declared.name)
        else:
            values[declared.name] = {key: state.expression(declared.name, key) for key in keys(environment)}
    return outputs_class(**values)


def _check(declared: "Field[Any]", value: Any, environment: Environment) -> None:
    keys = declared.metadata["keys"]
    if keys is None:
        if not isinstance(value, str):
            raise ValueError(f"output {declared.name} must be a string, not {type(value).__name__}")
        return
    wanted = sorted(keys(environment))
    if not isinstance(value, Mapping) or sorted(value) != wanted:
        found = sorted(value) if isinstance(value, Mapping) else type(value).__name__
        raise ValueError(f"output {declared.name} must have the keys {wanted}, not {found}")
