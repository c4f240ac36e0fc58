"""Values of JSON and CBOR: requests and answers of `json`, `rest-json` and `cbor`."""

import base64
import binascii
import datetime
from typing import Any

from local.strict.decoding.scalars import check_timestamp, is_timestamp, type_bound
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
    """Reads what a document says about a shape.

    Args:
        findings: receives violations.
        answer: the document is an answer: nothing is null, and numbers and timestamps are in the form that SDKs of all
            languages read. Default: a request, where AWS reads more than it writes.
    """

    def __init__(self, findings: Findings, *, answer: bool = False) -> None:
        self._findings = findings
        self._answer = answer

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
            if value is None and self._answer:
                self._findings.add(path, Kind.NULL, "be left out, not null")
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
            case "timestamp" if self._answer and not isinstance(value, datetime.datetime):
                check_timestamp(shape, value, path, self._findings, "unixTimestamp")
            case "integer" | "long" if self._answer and not isinstance(value, int):
                self._findings.add(path, Kind.TYPE, f"{type_bound(kind)} without a point", value, shape)
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
            # Null means that a member is left out; AWS reads that, and writes it nowhere.
            if written in left and ((one := left.pop(written)) is not None or self._answer):
                read = self.value(described, one, member(path, name))
                if one is not None:
                    decoded[name] = read
        for name, one in left.items():
            if (one is not None or self._answer) and name not in IGNORED_MEMBERS:
                self._findings.add(member(path, name), Kind.UNKNOWN, "be a member of the model")
        return decoded

    def _blob(self, shape: Any, value: str, path: str) -> bytes | None:
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error:
            self._findings.add(path, Kind.TYPE, "be Base64", value, shape)
            return None
