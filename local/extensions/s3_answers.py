"""S3: tags without a value, buckets without notifications, and what a bucket's policy denies.

Symptoms: GetBucketTagging drops a tag's empty value, so that the provider shows a change in every plan;
GetBucketNotificationConfiguration has another root element for a bucket without notifications; a call that the bucket's
policy denies gets a status and no error, so that a client says "403" in place of AccessDenied.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import S3AccessDeniedError
from moto.s3.responses import S3Response

from local.extensions.patching import wrap_method


@wrap_method(S3Response, "_bucket_tagging_from_body")
def keep_empty_values(original: Any, response: Any) -> dict[str, str]:
    """The tags of PutBucketTagging, of which one may have no value."""
    return {key: value or "" for key, value in original(response).items()}


@wrap_method(S3Response, "get_bucket_notification")
def answer_by_the_newer_name(original: Any, response: Any) -> Any:
    """GetBucketNotificationConfiguration; moto calls it otherwise where there is nothing to answer."""
    response.data["Action"] = "GetBucketNotificationConfiguration"
    return original(response)


@wrap_method(S3Response, "_key_response")
def say_access_denied(original: Any, response: Any, request: Any, full_url: str) -> Any:
    """Any operation on an object."""
    answer = original(response, request, full_url)
    if isinstance(answer, tuple) and answer[0] == 403 and not answer[2] and request.method != "HEAD":
        return response.serialized(ActionResult(S3AccessDeniedError()))
    return answer
