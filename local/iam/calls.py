"""A request to AWS, read by AWS's own models: which operation of which service, with which parameters.

moto reads requests in the same way, but only what an operation of its own asks for. IAM judges before that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

CREDENTIAL = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
SECURITY_TOKEN = "HTTP_X_AMZ_SECURITY_TOKEN"  # noqa: S105 (the name of a header)

ANY_REGION = "us-east-1"

# Signing name → names of botocore's models, where they differ or are several.
MODELS: Mapping[str, tuple[str, ...]] = {
    "elasticloadbalancing": ("elbv2", "elb"),
    "monitoring": ("cloudwatch",),
    "elasticfilesystem": ("efs",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
    "email": ("sesv2", "ses"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "s3": ("s3", "s3control"),
    "eventbridge": ("events",),
}


class UnknownCallError(LookupError):
    """No model has such a request."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signed a request, as far as it says so. moto checks no signature, and neither does this."""

    access_key: str
    region: str
    service: str
    """The signing name."""
    token: str = ""
    """Session token of temporary credentials."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request to one operation."""

    service: str
    """Name of botocore's model, such as `elbv2`."""
    operation: str
    region: str
    account: str
    """The caller's."""
    protocol: str
    """`json`, `rest-json`, `query`, `ec2` or `rest-xml`."""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def of_account(self, account: str) -> "Call":
        """The same call in another account."""
        return replace(self, account=account)

    def text(self, *names: str) -> str:
        """The first of these parameters that is given, as text; empty where none is."""
        for name in names:
            value = self.parameters.get(name)
            if value not in (None, "", [], {}):
                return str(value)
        return ""

    def texts(self, *names: str) -> list[str]:
        """All values of these parameters, lists included."""
        result: list[str] = []
        for name in names:
            value = self.parameters.get(name)
            result += [str(each) for each in (value if isinstance(value, list) else [value]) if each not in (None, "")]
        return result


def signature_of(environ: Mapping[str, Any]) -> Signature | None:
    """The signature in the header or, of a presigned URL, in the query; `None` for an unsigned request."""
    match = CREDENTIAL.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    token = str(environ.get(SECURITY_TOKEN, ""))
    if match is None:
        query = str(environ.get("QUERY_STRING", ""))
        if "X-Amz-Credential=" not in query and "AWSAccessKeyId=" not in query:
            return None
        values = {name.lower(): value[0] for name, value in parse_qs(query).items()}
        token = values.get("x-amz-security-token", "")
        if "awsaccesskeyid" in values:
            # Version 2, in which boto3 presigns URLs of S3 by default. It names no region.
            return Signature(access_key=values["awsaccesskeyid"], region=ANY_REGION, service="s3", token=token)
        match = CREDENTIAL.search(f"Credential={values['x-amz-credential']}")
        if match is None:
            return None
    return Signature(access_key=match["key"], region=match["region"], service=match["service"].lower(), token=token)


def call_of(environ: Mapping[str, Any], body: bytes, signature: Signature, account: str) -> Call:
    """Read a request.

    Args:
        environ: of WSGI; its input is not read.
        body: of the request.
        signature: of the request.
        account: the caller's.

    Raises:
        UnknownCallError: no model has such a request.
    """
    # Here: they take a second to import, and only a role's request needs them.
    from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
    from moto.core.request import Request, determine_request_protocol
    from moto.core.routing import get_service_router
    from moto.core.utils import get_service_model
    from werkzeug.exceptions import HTTPException

    for service in _models(environ, signature.service):
        request = Request({**environ, "wsgi.input": BytesIO(body)})
        try:
            operation, path_values = get_service_router(service).match(request)
            protocol = determine_request_protocol(get_service_model(service), request.content_type)
            parameters = PROTOCOL_PARSERS[protocol](operation).parse(
                {
                    "method": request.method,
                    "values": request.values,
                    "headers": request.headers,
                    "body": body,
                    "url_path": request.path,
                    "url_params": path_values,
                }
            )
        except (HTTPException, NotImplementedError, RequestParserError):
            continue
        return Call(
            service=service,
            operation=str(operation.name),
            region=signature.region,
            account=account,
            protocol=protocol,
            parameters=parameters or {},
        )
    raise UnknownCallError(f"{signature.service} has no {environ.get('REQUEST_METHOD')} {environ.get('PATH_INFO')}")


def _models(environ: Mapping[str, Any], signing_name: str) -> tuple[str, ...]:
    if signing_name == "s3" and str(environ.get("PATH_INFO", "")).startswith("/v20180820/"):
        return ("s3control",)
    return MODELS.get(signing_name, (signing_name,))
