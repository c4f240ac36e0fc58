"""Values of JSON and CBOR: requests and answers of `json`, `rest-json` and `cbor`."""

import base64
import binascii
import datetime
from typing import Any

from local.strict.decoding.scalars import is_timestamp, type_bound
from local.strict.violations import Findings, Kind, element, entry, member

PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int, float),
    "long": (int, float),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str, datetime.datetime),
    "blob": (str, bytes),
}
IGNORED_MEMBERS = {"__type"}


class DocumentReader:
    """Reads what a document says about a shape."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def value(self, shape: Any, value: Any, path: str, *, in_body: bool = False) -> Any:
        """The value with the model's names; `None` where it is null or of another type.

        Args:
            shape: what the model says of it.
            value: as it is in the document.
            path: where.
            in_body: the document is a whole body, some of whose members are elsewhere.
        """
        kind = shape.type_name
        if value is None or (kind == "structure" and shape.is_document_type):
            return value
        if not self._is_of_type(kind, value):
            self._findings.add(path, Kind.TYPE, type_bound(kind), value, shape)
            return None
        match kind:
            case "structure":
                return self._structure(shape, value, path, in_body)
            case "list":
                return [self.value(shape.member, one, element(path, n)) for n, one in enumerate(value, start=1)]
            case "map":
                return {key: self.value(shape.value, one, entry(path, key)) for key, one in value.items()}
            case "blob" if isinstance(value, str):
                return self._blob(shape, value, path)
        return value

    @staticmethod
    def _is_of_type(kind: str, value: Any) -> bool:
        allowed: tuple[type[Any], ...] = PYTHON_TYPES.get(kind, (object,))
        if not any(isinstance(value, one) for one in allowed):
            return False
        match kind:
            case "integer" | "long":
                return not isinstance(value, bool) and float(value).is_integer()
            case "float" | "double":
                return not isinstance(value, bool)
            case "timestamp":
                return not isinstance(value, bool) and (isinstance(value, datetime.datetime) or is_timestamp(value))
        return True

    def _structure(self, shape: Any, value: dict[str, Any], path: str, in_body: bool) -> dict[str, Any]:
        left, decoded = dict(value), {}
        for name, described in shape.members.items():
            if in_body and "location" in described.serialization:
                continue
            written = described.serialization.get("name", name)
            # Null means that a member is left out.
            if written in left and (one := left.pop(written)) is not None:
                decoded[name] = self.value(described, one, member(path, name))
        for name, one in left.items():
            if one is not None and name not in IGNORED_MEMBERS:
                self._findings.add(member(path, name), Kind.UNKNOWN, "be a member of the model")
        return decoded

    def _blob(self, shape: Any, value: str, path: str) -> bytes | None:
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error:
            self._findings.add(path, Kind.TYPE, "be Base64", value, shape)
            return None
