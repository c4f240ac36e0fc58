"""XML: requests of `rest-xml`, and answers of `rest-xml`, `query` and `ec2`."""

from typing import Any
from xml.etree import ElementTree

from local.strict.decoding.scalars import check_timestamp, scalar, type_bound
from local.strict.violations import Findings, Kind, element, entry, member


def parsed(body: bytes) -> ElementTree.Element:
    """The root element.

    Raises:
        xml.etree.ElementTree.ParseError: it is not XML.
    """
    return ElementTree.fromstring(body)  # noqa: S314 - the server listens on loopback


def tag(node: ElementTree.Element) -> str:
    """The name of an element, without its namespace."""
    return node.tag.rpartition("}")[2]


class XmlReader:
    """Reads what an element says about a shape.

    Args:
        findings: receives violations.
        ec2: the answer is one of EC2, whose elements of lists are called `item`.
        answer: timestamps are in the one form that SDKs of all languages read. Default: a request.
    """

    def __init__(self, findings: Findings, *, ec2: bool = False, answer: bool = False) -> None:
        self._findings = findings
        self._answer = answer
        self._element_name = "item" if ec2 else "member"

    def structure(
        self, shape: Any, node: ElementTree.Element, path: str, ignored: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The members that are there; elements in `ignored` may be there too."""
        groups: dict[str, list[ElementTree.Element]] = {}
        for child in node:
            groups.setdefault(tag(child), []).append(child)
        decoded: dict[str, Any] = {}
        for name, described in shape.members.items():
            said = described.serialization
            if "location" in said:
                continue
            if said.get("xmlAttribute"):
                short = said.get("name", name).rpartition(":")[2]
                attributes = {key.rpartition("}")[2]: one for key, one in node.attrib.items()}
                if short in attributes:
                    decoded[name] = attributes[short]
                continue
            written = said.get("name", name)
            flattened_list = described.type_name == "list" and said.get("flattened")
            if flattened_list:
                written = described.member.serialization.get("name", written)
            children = groups.pop(written, None)
            if children is None:
                continue
            place = member(path, name)
            if flattened_list:
                decoded[name] = self._elements(described, children, place)
            elif described.type_name == "map" and said.get("flattened"):
                decoded[name] = self._pairs(described, children, place)
            else:
                if len(children) > 1:
                    self._findings.add(place, Kind.TYPE, "stand once")
                decoded[name] = self.value(described, children[0], place)
        for name in groups.keys() - set(ignored):
            self._findings.add(member(path, name), Kind.UNKNOWN, "be a member of the model")
        return decoded

    def value(self, shape: Any, node: ElementTree.Element, path: str) -> Any:
        """The value of an element; `None` where it is of another type."""
        kind = shape.type_name
        if kind in ("structure", "list", "map"):
            if len(node) == 0 and (node.text or "").strip():
                self._findings.add(path, Kind.TYPE, type_bound(kind), node.text, shape)
                return None
            if kind == "structure":
                return self.structure(shape, node, path)
            if kind == "map":
                return self._pairs(shape, list(node), path)
            wanted = shape.member.serialization.get("name", self._element_name)
            for other in {tag(child) for child in node} - {wanted}:
                self._findings.add(member(path, other), Kind.UNKNOWN, f"be called {wanted}")
            return self._elements(shape, [child for child in node if tag(child) == wanted], path)
        if len(node):
            self._findings.add(path, Kind.TYPE, type_bound(kind))
            return None
        read = scalar(shape, node.text or "", path, self._findings)
        if self._answer and kind == "timestamp" and read is not None:
            check_timestamp(shape, node.text, path, self._findings, "iso8601")
        return read

    def _elements(self, shape: Any, children: list[ElementTree.Element], path: str) -> list[Any]:
        return [self.value(shape.member, child, element(path, n)) for n, child in enumerate(children, start=1)]

    def _pairs(self, shape: Any, children: list[ElementTree.Element], path: str) -> dict[str, Any]:
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        decoded: dict[str, Any] = {}
        for pair in children:
            parts = {tag(child): child for child in pair}
            if key_name not in parts or value_name not in parts:
                self._findings.add(path, Kind.TYPE, f"be pairs of {key_name} and {value_name}")
                continue
            key = parts[key_name].text or ""
            decoded[key] = self.value(shape.value, parts[value_name], entry(path, key))
        return decoded
