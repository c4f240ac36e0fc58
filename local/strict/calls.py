"""Which operation of which service a request is for, and in which protocol it is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from moto.core.request import Request
from werkzeug.exceptions import HTTPException

from local.strict.models import known_services, model, rest_router

CREDENTIAL = re.compile(r"(?:Credential=)?[^/\s]+/\d{8}/[^/]+/([^/]+)/aws4_request")
S3_CONTROL_PATH = "/v20180820/"
ADDRESS = re.compile(r"[\d.]+|[\da-f:]+")
CBOR_PATH = re.compile(r"/service/[^/]+/operation/([A-Za-z0-9]+)$")

SERVICES_OF_A_SIGNATURE = {
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "monitoring": ("cloudwatch",),
    "servicequotas": ("service-quotas",),
    "ses": ("sesv2", "ses"),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
"""Name that requests are signed for → botocore's names, where they differ. All others are the same."""


class UnjudgedError(Exception):
    """The request is for no operation that a model describes. The text says why; AWS may know more than the model."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request, as far as a model names it."""

    service: str
    """botocore's name of the service."""
    operation: Any
    """Its operation model."""
    protocol: str
    """`query`, `ec2`, `json`, `cbor`, `rest-json` or `rest-xml`."""
    path_values: Mapping[str, Any] = field(default_factory=dict)
    """Members that stand in the path."""

    @property
    def name(self) -> str:
        """Such as `ecs.CreateService`."""
        return f"{self.service}.{self.operation.name}"


def signed_for(environ: Mapping[str, Any]) -> str:
    """The service that a request is signed for; empty if it is not signed."""
    text = environ.get("HTTP_AUTHORIZATION", "")
    if not text and "X-Amz-Credential" in environ.get("QUERY_STRING", ""):
        text = parse_qs(environ["QUERY_STRING"]).get("X-Amz-Credential", [""])[0]
    signed = CREDENTIAL.search(text)
    return signed[1] if signed else ""


def form_of(environ: Mapping[str, Any], body: bytes) -> dict[str, str]:
    """The fields of a form; empty for any other request."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def name_of(environ: Mapping[str, Any], body: bytes) -> str:
    """A name for a request that no model may know: `service.Operation`, or the service with method and path."""
    service = signed_for(environ) or "unsigned"
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    operation = target.rpartition(".")[2] or form_of(environ, body).get("Action", "")
    return f"{service}.{operation}" if operation else f"{service} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


def recognise(environ: Mapping[str, Any], body: bytes) -> Call:
    """The call that a request is.

    Raises:
        UnjudgedError: no model describes it.
    """
    form = form_of(environ, body)
    signed = signed_for(environ)
    if not signed and form.get("Action", "").startswith("AssumeRoleWith"):
        signed = "sts"
    services = _services(signed, environ)
    if target := environ.get("HTTP_X_AMZ_TARGET", ""):
        return _by_target(services, target)
    if "HTTP_SMITHY_PROTOCOL" in environ and (match := CBOR_PATH.search(environ.get("PATH_INFO", ""))):
        return _named(services[0], match[1], "cbor")
    if "Action" in form:
        return _by_action(services, form)
    return _by_path(services, environ)


def _services(signed: str, environ: Mapping[str, Any]) -> tuple[str, ...]:
    if signed == "s3":
        host = urlsplit(f"//{environ.get('HTTP_HOST', 'localhost')}").hostname or ""
        # The bucket may stand in the name, and then the path is the key alone.
        if host != "localhost" and not ADDRESS.fullmatch(host):
            raise UnjudgedError("a bucket of S3 may stand in the name of the host")
        return ("s3control",) if environ.get("PATH_INFO", "").startswith(S3_CONTROL_PATH) else ("s3",)
    services = SERVICES_OF_A_SIGNATURE.get(signed, (signed,))
    if not signed or not known_services().issuperset(services):
        raise UnjudgedError(f"signed for {signed}, of which there is no model" if signed else "not signed")
    return services


def _named(service: str, operation: str, protocol: str) -> Call:
    described = model(service)
    if operation not in described.operation_names:
        raise UnjudgedError(f"the model of {service} has no {operation}")
    return Call(service=service, operation=described.operation_model(operation), protocol=protocol)


def _by_target(services: tuple[str, ...], target: str) -> Call:
    prefix, _, operation = target.rpartition(".")
    for service in services:
        if model(service).metadata.get("targetPrefix") == prefix:
            return _named(service, operation, "json")
    raise UnjudgedError(f"no model of {services[0]} has targets that begin with {prefix}")


def _by_action(services: tuple[str, ...], form: Mapping[str, str]) -> Call:
    for service in services:
        described = model(service)
        protocols = {described.metadata["protocol"], *described.metadata.get("protocols", ())}
        # moto adds `query` to SQS, whose model no longer says how its members were called in a form.
        if service == "sqs" or not protocols & {"query", "ec2"}:
            continue
        if len(services) == 1 or described.api_version == form.get("Version"):
            return _named(service, form["Action"], "ec2" if "ec2" in protocols else "query")
    raise UnjudgedError(f"no model of {services[0]} takes forms of version {form.get('Version')}")


def _by_path(services: tuple[str, ...], environ: Mapping[str, Any]) -> Call:
    request = Request(dict(environ))
    for service in services:
        protocol = model(service).metadata["protocol"]
        if not protocol.startswith("rest"):
            continue
        try:
            operation, values = rest_router(service).match(request)
        except HTTPException:
            continue
        return Call(service=service, operation=operation, protocol=protocol, path_values=values)
    raise UnjudgedError(f"no model of {services[0]} has {environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
