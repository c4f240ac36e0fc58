"""Requests as botocore writes them, without a server."""

from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
from botocore.config import Config
from werkzeug.test import EnvironBuilder

from tests.local.conftest import REGION

SCALARS = {"boolean": True, "timestamp": "2026-01-02T03:04:05Z"}
DEPTH = 4


def example(shape: Any, depth: int = 0) -> Any:
    """A value of a shape with every member, as short as the model allows; patterns are not obeyed."""
    metadata = shape.metadata
    match shape.type_name:
        case "structure":
            if shape.is_document_type:
                return {"any": 1}
            names = list(shape.members)[-1:] if metadata.get("union") else list(shape.members)
            if depth >= DEPTH and not metadata.get("union"):
                names = list(metadata.get("required", ())) or names[: int(depth < 2 * DEPTH)]
            return {name: example(shape.members[name], depth + 1) for name in names}
        case "list":
            number = max(int(depth < 2 * DEPTH), metadata.get("min", 0))
            return [example(shape.member, depth + 1) for _ in range(number)]
        case "map":
            keys = shape.key.metadata.get("enum") or [
                example(shape.key) + str(n) for n in range(metadata.get("min", 1))
            ]
            return {key: example(shape.value, depth + 1) for key in keys[: max(1, metadata.get("min", 1))]}
        case "string" | "character":
            return (metadata.get("enum") or ["v" * max(1, metadata.get("min", 1))])[0]
        case "integer" | "long":
            return max(1, metadata.get("min", 1))
        case "float" | "double":
            return max(1.5, metadata.get("min", 1.5)) if "max" not in metadata else float(metadata["max"])
        case "blob":
            return b"b" * max(1, metadata.get("min", 1))
    return SCALARS[shape.type_name]


def written(service: str, operation: str, parameters: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """WSGI's environment and the body of a request, by botocore's serialiser of the service."""
    client = _client(service)
    model = client.meta.service_model.operation_model(operation)
    request = client._serializer.serialize_to_request(parameters, model)
    body = request["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    body = body.encode() if isinstance(body, str) else bytes(body)
    path = urlsplit(request["url_path"])
    query = dict(request["query_string"] or {})
    builder = EnvironBuilder(
        path=path.path,
        query_string="&".join(filter(None, (path.query, urlencode(query, doseq=True)))),
        method=request["method"],
        headers={**request["headers"], "Authorization": signature(client.meta.service_model.signing_name)},
        data=body,
    )
    return builder.get_environ(), body


def signature(name: str) -> str:
    """A header that says which service a request is signed for."""
    return f"AWS4-HMAC-SHA256 Credential=testing/20260102/{REGION}/{name}/aws4_request, SignedHeaders=host, Signature=0"


_CLIENTS: dict[str, Any] = {}


def _client(service: str) -> Any:
    if service not in _CLIENTS:
        session = boto3.session.Session(
            aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION
        )
        config = Config(parameter_validation=False)
        _CLIENTS[service] = session.client(service, endpoint_url="http://127.0.0.1:1", config=config)
    return _CLIENTS[service]


def operations(service: str) -> list[Any]:
    """The models of a service's operations, as clients have them."""
    model = _client(service).meta.service_model
    return [model.operation_model(name) for name in model.operation_names]
