"""S3: conditions in bucket policies, lifecycle, access logging, notifications, emptying buckets, encoded keys.

Symptoms: a bucket policy that denies requests without TLS turns every call into 403, the state backend's too;
`aws_s3_bucket_lifecycle_configuration` with `newer_noncurrent_versions` times out after 3 minutes;
`aws_s3_bucket_logging` gets a 500 when the target bucket's policy has a statement for `"*"`;
`force_destroy` of a versioned bucket gets a 500, and never completes if a key contains a `+`;
every plan enables `eventbridge` of `aws_s3_bucket_notification` again.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.s3.responses import S3Response

from local.extensions import s3_answers, s3_subresources, s3_versions
from local.extensions.patching import add_method, wrap_method
from local.extensions.policy_conditions import without_conditions

__all__ = ["s3_answers", "s3_subresources", "s3_versions"]

LOGGING_SERVICE = "logging.s3.amazonaws.com"
ENCODED_FIELDS = ("Prefix", "Delimiter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker", "StartAfter")
"""Fields of a list response that `encoding-type=url` encodes."""
ENCODED_ITEMS = {
    "Contents": "Key",
    "Versions": "Key",
    "DeleteMarkers": "Key",
    "Uploads": "Key",
    "CommonPrefixes": "Prefix",
}
"""List in that response → encoded field of its items."""


@wrap_method(FakeBucket, "get_permission")
def with_conditions(_original: Any, bucket: Any, action: str, resource: str) -> Any:
    """Evaluate the statements about everyone and about the root whose conditions hold; moto ignores both.

    Statements about roles count in `local/iam/`, which knows the caller.
    """
    statements = without_conditions([each for each in _statements(bucket) if _is_about_root(each.get("Principal"))])
    if not statements:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({"Statement": statements})).is_action_permitted(action, resource)


def _is_about_root(principal: Any) -> bool:
    names = _listed(principal.get("AWS", [])) if isinstance(principal, dict) else {principal}
    return "*" in names or any(str(name).endswith(":root") for name in names)


def log_delivery_allowed(target_bucket: Any, target_prefix: str | None) -> bool:
    """Whether the target bucket's policy lets S3 write access logs under the prefix."""
    bucket_arn = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}"
    objects = {f"{bucket_arn}/*", f"{bucket_arn}/{target_prefix or ''}*"}
    return any(
        statement["Effect"] == "Allow"
        and LOGGING_SERVICE in _listed(_services(statement.get("Principal")))
        and {"s3:PutObject", "s3:*"} & _listed(statement.get("Action"))
        and objects & _listed(statement.get("Resource"))
        for statement in _statements(target_bucket)
    )


FakeBucket._log_permissions_enabled_policy = staticmethod(log_delivery_allowed)


@wrap_method(FakeBucket, "set_lifecycle")
def keep_newer_versions(original: Any, bucket: Any, rules: list[dict[str, Any]]) -> None:
    """Keep `NewerNoncurrentVersions`, which moto drops."""
    original(bucket, rules)
    for stored, rule in zip(bucket.rules, rules, strict=True):
        stored.newer_noncurrent_versions = (rule.get("NoncurrentVersionExpiration") or {}).get(
            "NewerNoncurrentVersions"
        )


@wrap_method(S3Response, "get_bucket_lifecycle")
def answer_newer_versions(original: Any, response: Any) -> Any:
    """Add the stored number to the response, just before it is serialised as XML."""
    stored_rules = response.backend.get_bucket_lifecycle(response.bucket_name) or []
    serialise = response.serialized

    def serialise_with_newer_versions(result: ActionResult) -> Any:
        for rule, stored in zip(result.result["Rules"], stored_rules, strict=True):
            if getattr(stored, "newer_noncurrent_versions", None):
                rule["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"] = stored.newer_noncurrent_versions
        return serialise(result)

    return _answered_by(original, response, serialise_with_newer_versions)


@wrap_method(S3Response, "get_bucket_notification")
def answer_event_bridge(original: Any, response: Any) -> Any:
    """Report that events go to EventBridge; moto stores this but does not return it."""
    stored = response.backend.get_bucket_notification_configuration(response.bucket_name)
    if stored is None or stored.event_bridge is None:
        return original(response)
    serialise = response.serialized

    def serialise_with_event_bridge(result: ActionResult) -> Any:
        result.result["EventBridgeConfiguration"] = stored.event_bridge
        return serialise(result)

    return _answered_by(original, response, serialise_with_event_bridge)


def _encode_names(owner: Any, operation: str) -> None:
    """Make a list operation encode every name in its response if the request has `encoding-type=url`.

    moto encodes only some names in some operations. A client that requests encoded names decodes all of them, and so
    deletes `a b` instead of `a+b`.
    """

    @wrap_method(owner, operation)
    def with_encoded_names(original: Any, response: Any) -> Any:
        requested = response.querystring.pop("encoding-type", None)
        if requested != ["url"]:
            return original(response)
        serialise = response.serialized

        def serialise_encoded(result: ActionResult) -> Any:
            for holder, field in _names(result.result):
                holder[field] = quote(holder[field])
            result.result["EncodingType"] = "url"
            return serialise(result)

        return _answered_by(original, response, serialise_encoded)


for _operation in ("list_objects", "list_objects_v2", "list_object_versions", "list_multipart_uploads"):
    _encode_names(S3Response, _operation)


def _names(result: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every encoded field, with the object that contains it."""
    holders = [(result, field) for field in ENCODED_FIELDS]
    holders += [(item, field) for name, field in ENCODED_ITEMS.items() for item in result.get(name) or []]
    yield from ((holder, field) for holder, field in holders if isinstance(holder.get(field), str))


def _answered_by(original: Any, response: Any, serialise: Any) -> Any:
    """The original's response, serialised by another function."""
    response.serialized = serialise
    try:
        return original(response)
    finally:
        del response.serialized


@add_method(FakeDeleteMarker)
def dispose(_marker: Any, garbage: bool = False) -> None:
    """Do nothing; moto calls this for every version of a deleted key."""


def _statements(bucket: Any) -> list[dict[str, Any]]:
    if bucket.policy is None:
        return []
    statements = json.loads(bucket.policy.decode())["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _services(principal: Any) -> Any:
    return principal.get("Service") if isinstance(principal, dict) else None


def _listed(value: Any) -> set[str]:
    if value is None:
        return set()
    return {value} if isinstance(value, str) else set(value)
