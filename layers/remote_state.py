"""How layers exchange values: one publishes a dataclass as Terraform outputs, others read it by remote state (S03).

An outputs class lists everything that a layer publishes. A field is a string, an object (a dataclass of such
fields), or a mapping of either whose keys follow from the environment.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, field, fields, is_dataclass
from types import NoneType
from typing import Any, Protocol, TypeVar, get_args, get_type_hints

from cdktf import TerraformOutput, TerraformResource, TerraformStack

from config import Environment

Outputs = TypeVar("Outputs")


class RemoteState(Protocol):
    """The state of another layer, as `backend` provides it."""

    def expression(self, output: str, *keys: str) -> str:
        """The Terraform expression of an output, or of what is at `keys` inside a map or an object."""
        ...


def output(
    description: str,
    *,
    keys: Callable[[Environment], Iterable[str]] | None = None,
    when: Callable[[Environment], bool] = lambda _: True,
) -> Any:
    """Declare a field of an outputs class.

    Args:
        description: of the Terraform output.
        keys: the keys of a mapping, which follow from the environment alone. Default: it is not a mapping.
        when: whether the environment has it; otherwise the field is None and nothing is published. Default: always.
    """
    return field(default=None, metadata={"description": description, "keys": keys, "when": when})


def publish(stack: TerraformStack, outputs: Any, environment: Environment) -> None:
    """Write the outputs of a layer into its stack.

    A value that refers to no resource depends on one all the same: Terraform leaves an output without any out of a plan
    with `-target`, and so out of the first round of an apply (`cli/running/two_rounds.py`).

    Raises:
        ValueError: a field is empty although the environment has it, or a mapping has other keys than declared.
    """
    resources = (each for each in stack.node.find_all() if isinstance(each, TerraformResource))
    anchor = next((f"{each.terraform_resource_type}.{each.friendly_unique_id}" for each in resources), None)
    for declared in _fields_of(outputs, environment):
        value = _plain(declared, getattr(outputs, declared.name), environment, declared.name)
        # A prefix, because a web service may have the same name as an output, such as `services`.
        published = TerraformOutput(
            stack, f"output-{declared.name}", value=value, description=declared.metadata["description"]
        )
        published.override_logical_id(declared.name)
        if anchor is not None and "${" not in str(value):
            published.add_override("depends_on", [anchor])


def read(outputs_class: type[Outputs], state: RemoteState, environment: Environment) -> Outputs:
    """The outputs of another layer, as expressions over its remote state.

    Raises:
        TypeError: a field may hold one of several objects, so that its expressions are not known.
    """
    return outputs_class(**_read(outputs_class, state, environment, ()))


def _fields_of(outputs: Any, environment: Environment) -> "list[Field[Any]]":
    """The fields that an environment has. A field that was not declared with `output` is always there."""
    return [one for one in fields(outputs) if "when" not in one.metadata or one.metadata["when"](environment)]


def _plain(declared: "Field[Any]", value: Any, environment: Environment, path: str) -> Any:
    """The value as Terraform takes it."""
    keys = declared.metadata.get("keys")
    if keys is None:
        return _one(value, environment, path)
    wanted = sorted(keys(environment))
    if not isinstance(value, Mapping) or sorted(value) != wanted:
        actual = sorted(value) if isinstance(value, Mapping) else type(value).__name__
        raise ValueError(f"output {path} must have the keys {wanted}, not {actual}")
    return {key: _one(one, environment, f"{path}.{key}") for key, one in value.items()}


def _one(value: Any, environment: Environment, path: str) -> Any:
    if isinstance(value, str):
        return value
    if not is_dataclass(value) or isinstance(value, type):
        raise ValueError(f"output {path} must be a string or an object, not {type(value).__name__}")
    return {
        declared.name: _plain(declared, getattr(value, declared.name), environment, f"{path}.{declared.name}")
        for declared in _fields_of(value, environment)
    }


def _read(
    outputs_class: type[Any], state: RemoteState, environment: Environment, path: tuple[str, ...]
) -> dict[str, Any]:
    hints, values = get_type_hints(outputs_class), {}
    for declared in _fields_of(outputs_class, environment):
        keys, here = declared.metadata.get("keys"), (*path, declared.name)
        shape = _shape(hints[declared.name], is_mapping=keys is not None, path=here)
        if keys is None:
            values[declared.name] = _expressions(shape, state, environment, here)
        else:
            values[declared.name] = {
                key: _expressions(shape, state, environment, (*here, key)) for key in keys(environment)
            }
    return values


def _expressions(shape: type[Any], state: RemoteState, environment: Environment, path: tuple[str, ...]) -> Any:
    return state.expression(*path) if shape is str else shape(**_read(shape, state, environment, path))


def _shape(hint: Any, *, is_mapping: bool, path: tuple[str, ...]) -> type[Any]:
    """`str`, or the class of an object; of a mapping, that of its values."""
    if is_mapping:
        hint = get_args(hint)[1]
    choices: list[type[Any]] = [one for one in get_args(hint) or (hint,) if one is not NoneType]
    if len(choices) != 1 or not (choices[0] is str or "__dataclass_fields__" in vars(choices[0])):
        raise TypeError(f"output {'.'.join(path)} is {hint}; only a string or one class of objects can be read")
    return choices[0]
