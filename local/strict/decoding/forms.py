"""Requests of the protocols `query` and `ec2`: forms whose keys are paths, such as `Tags.member.1.Key`."""

from typing import Any

from local.strict.decoding.scalars import scalar, type_bound
from local.strict.violations import Findings, Kind, element, entry, member

COMMON_FIELDS = {"Action", "Version"}


class Node:
    """A key, its value and the keys below it."""

    __slots__ = ("children", "value")

    def __init__(self) -> None:
        self.value: str | None = None
        self.children: dict[str, Node] = {}


def tree(fields: list[tuple[str, str]]) -> Node:
    """The fields of a form by the parts of their keys."""
    root = Node()
    for key, value in fields:
        node = root
        for part in key.split("."):
            node = node.children.setdefault(part, Node())
        node.value = value
    return root


class FormReader:
    """Reads what a form says about a shape."""

    def __init__(self, findings: Findings, *, ec2: bool) -> None:
        self._findings, self._ec2 = findings, ec2

    def structure(self, shape: Any, node: Node, path: str) -> dict[str, Any]:
        """The members that are there."""
        left, decoded = dict(node.children), {}
        for name, described in shape.members.items():
            child = left.pop(self._key(described, name), None)
            if child is not None:
                decoded[name] = self.value(described, child, member(path, name))
        for key in left:
            if path or key not in COMMON_FIELDS:
                self._findings.add(member(path, key), Kind.UNKNOWN, "be a member of the model")
        return decoded

    def value(self, shape: Any, node: Node, path: str) -> Any:
        """The value at a node; `None` where it is of another type."""
        match shape.type_name:
            case "structure":
                return self.structure(shape, node, path)
            case "list":
                return self._list(shape, node, path)
            case "map":
                return self._map(shape, node, path)
            case kind if node.children:
                self._findings.add(path, Kind.TYPE, type_bound(kind))
                return None
        return scalar(shape, node.value or "", path, self._findings)

    def _key(self, shape: Any, name: str) -> str:
        said = shape.serialization
        if self._ec2:
            if "queryName" in said:
                return str(said["queryName"])
            written = said.get("name", name)
            return str(written[0].upper() + written[1:])
        if shape.type_name == "list" and said.get("flattened"):
            # A flattened list has the name of its elements, where they have one.
            return str(shape.member.serialization.get("name") or said.get("name", name))
        return str(said.get("name", name))

    def _list(self, shape: Any, node: Node, path: str) -> list[Any] | None:
        if not node.children:
            if node.value:
                self._findings.add(path, Kind.TYPE, type_bound("list"), node.value, shape)
                return None
            return []
        if not self._ec2 and not shape.serialization.get("flattened"):
            wanted = shape.member.serialization.get("name") or "member"
            for other in node.children.keys() - {wanted}:
                self._findings.add(member(path, other), Kind.UNKNOWN, f"be called {wanted}")
            node = node.children.get(wanted, Node())
        children = node.children.values()
        return [self.value(shape.member, child, element(path, n)) for n, child in enumerate(children, start=1)]

    def _map(self, shape: Any, node: Node, path: str) -> dict[str, Any]:
        if not shape.serialization.get("flattened"):
            node = node.children.get("entry", Node())
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        decoded: dict[str, Any] = {}
        for pair in node.children.values():
            key = (pair.children.get(key_name) or Node()).value
            if key is None or value_name not in pair.children:
                self._findings.add(path, Kind.TYPE, f"be pairs of {key_name} and {value_name}")
                continue
            decoded[key] = self.value(shape.value, pair.children[value_name], entry(path, key))
        return decoded
