"""The changes that follow from a layer's file and its state, without a plan.

Terraform cannot plan a layer that reads outputs which are not published yet, such as the security group of a service
with another name. And before the first layer is changed, nobody wants to wait for a plan of each, unless there is
something to ask. What is destroyed and created is exact; of what is updated, only values are seen that stand in the
file as they are.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.running.consequences.change import Change, plain


def expected_changes(state: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Change]:
    """The changes that a plan would have, as far as they can be known.

    Args:
        state: of the layer; empty where it was never applied.
        document: its JSON.
    """
    moves = {each["from"]: each["to"] for each in document.get("moved", [])}
    applied = {moves.get(address, address): attributes for address, attributes in _applied(state)}
    wanted = {
        f"{kind}.{name}": body for kind, bodies in document.get("resource", {}).items() for name, body in bodies.items()
    }
    for address, attributes in applied.items():
        kind = address.partition(".")[0]
        if address not in wanted:
            yield Change(address=address, type=kind, action="delete", before=attributes)
            continue
        after = {name: value for name, value in _values(wanted[address]) if name in attributes}
        if any(plain(value) != plain(attributes[name]) for name, value in after.items()):
            yield Change(address=address, type=kind, action="update", before=attributes, after={**attributes, **after})
    for address in sorted(wanted.keys() - applied.keys()):
        kind = address.partition(".")[0]
        yield Change(address=address, type=kind, action="create", after=wanted[address])


def going(state: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """A state that has only what the layer's file no longer has."""
    gone = {each.address for each in expected_changes(state, document) if each.action == "delete"}
    resources = [each for each in state.get("resources", []) if f"{each.get('type')}.{each.get('name')}" in gone]
    return {"resources": [each for each in resources if each.get("mode") == "managed"]}


def _applied(state: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for resource in state.get("resources", []):
        instances = resource.get("instances")
        if resource.get("mode") == "managed" and instances and "type" in resource:
            yield f"{resource['type']}.{resource['name']}", instances[0].get("attributes") or {}


def _values(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values of the file that need no other resource, and that Terraform does not ignore."""
    ignored = (body.get("lifecycle") or {}).get("ignore_changes") or ()
    for name, value in body.items():
        is_known = isinstance(value, str | bool | int | float) and "${" not in str(value)
        if is_known and ignored != "all" and name not in ignored:
            yield name, value
