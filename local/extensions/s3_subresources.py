"""S3: who pays for requests, and subresources of a bucket that moto does not know.

Symptoms: GetBucketRequestPayment answers with the list of the bucket's objects. moto takes a subresource that it does
not know for the bucket itself: `GET` lists its objects, `PUT` creates it, and `DELETE` deletes it.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any
from xml.etree import ElementTree

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.s3.responses import S3Response

from local.extensions.patching import wrap_method

REQUEST_PAYMENT = "requestPayment"
WRITTEN_BY_MOTO = {
    *("accelerate", "acl", "cors", "encryption", "inventory", "lifecycle", "logging", "notification", "object-lock"),
    *("ownershipControls", "policy", "publicAccessBlock", "replication", "tagging", "versioning", "website"),
}
"""Subresources that moto's `PUT` knows. Its `GET` and `DELETE` show what they take for the bucket."""


@wrap_method(S3Response, "_bucket_response_get")
def get_request_payment(original: Any, response: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    """GetBucketRequestPayment."""
    if REQUEST_PAYMENT not in querystring:
        return original(response, bucket_name, querystring)
    response.data["Action"] = "GetBucketRequestPayment"
    bucket = response.backend.get_bucket(bucket_name)
    return response.serialized(ActionResult({"Payer": getattr(bucket, "payer", "BucketOwner")}))


@wrap_method(S3Response, "_bucket_response_put")
def put_request_payment(
    original: Any, response: Any, request: Any, bucket_name: str, querystring: dict[str, Any]
) -> Any:
    """PutBucketRequestPayment; and no other subresource creates a bucket."""
    if REQUEST_PAYMENT in querystring:
        root = ElementTree.fromstring(response.body)  # noqa: S314 - the server listens on loopback
        response.backend.get_bucket(bucket_name).payer = root.findtext("{*}Payer")
        return 200, {}, ""
    _refuse("PUT", querystring.keys() - WRITTEN_BY_MOTO)
    return original(response, request, bucket_name, querystring)


@wrap_method(S3Response, "list_objects")
def list_objects(original: Any, response: Any) -> Any:
    """ListObjects, which no other subresource is answered with."""
    _refuse("GET", response.querystring.keys())
    return original(response)


@wrap_method(S3Response, "delete_bucket")
def delete_bucket(original: Any, response: Any) -> Any:
    """DeleteBucket, likewise."""
    _refuse("DELETE", response.querystring.keys())
    return original(response)


def _refuse(method: str, parameters: Iterable[str]) -> None:
    """Say that an operation is not emulated if one of these parameters is a subresource.

    Raises:
        NotImplementedError: it is.
    """
    if unknown := _subresources(method).intersection(parameters):
        raise NotImplementedError(f"{method} of a bucket's {', '.join(sorted(unknown))}")


@cache
def _subresources(method: str) -> frozenset[str]:
    """The subresources of a bucket in AWS's model."""
    described = get_service_model("s3")
    operations = [described.operation_model(name) for name in described.operation_names]
    return frozenset(
        name
        for each in operations
        if each.http_trait.path == "/{Bucket}" and each.http_trait.method == method
        for name in each.http_trait.query_args
        if name != "list-type"
    )
