"""Application Auto Scaling: tags of scalable targets.

Symptom: every `aws_appautoscaling_target` ends up tainted, since the provider reads its tags after creating it, and
moto implements none of the three tag operations.
"""

import json
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from local.extensions.backend_state import state_of
from local.extensions.patching import add_method, wrap_method


@wrap_method(ApplicationAutoScalingResponse, "register_scalable_target")
def keep_tags(original: Any, response: Any) -> str:
    """Store the tags that come with a registration."""
    answer: str = original(response)
    _tags_by_arn(response).setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(
        response._get_param("Tags") or {}
    )
    return answer


@add_method(ApplicationAutoScalingResponse)
def list_tags_for_resource(response: Any) -> str:
    """ListTagsForResource."""
    return json.dumps({"Tags": _tags_by_arn(response).get(response._get_param("ResourceARN"), {})})


@add_method(ApplicationAutoScalingResponse)
def tag_resource(response: Any) -> str:
    """TagResource."""
    _tags_by_arn(response).setdefault(response._get_param("ResourceARN"), {}).update(response._get_param("Tags") or {})
    return "{}"


@add_method(ApplicationAutoScalingResponse)
def untag_resource(response: Any) -> str:
    """UntagResource."""
    tags = _tags_by_arn(response).get(response._get_param("ResourceARN"), {})
    for key in response._get_param("TagKeys") or []:
        tags.pop(key, None)
    return "{}"


def _tags_by_arn(response: Any) -> dict[str, dict[str, str]]:
    return state_of(response.applicationautoscaling_backend, "tags_by_arn", dict)
