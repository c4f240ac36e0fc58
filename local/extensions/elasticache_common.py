"""ARNs and tags, shared by the ElastiCache extensions."""

from typing import Any

from moto.elasticache.models import ElastiCacheBackend

from local.extensions.patching import wrap_method


@wrap_method(ElastiCacheBackend, "list_tags_for_resource")
def list_tags_of_any_kind(_original: Any, backend: Any, arn: str) -> Any:
    """ListTagsForResource, also for resource types whose ARNs moto refuses."""
    return backend.tagging_service.list_tags_for_resource(arn)


def arn_of(response: Any, kind: str, name: str) -> str:
    """The ARN of a resource in the account and region of the request."""
    return f"arn:aws:elasticache:{response.region}:{response.current_account}:{kind}:{name}"


def tag(response: Any, arn: str) -> None:
    """Store the tags that came with the request."""
    tags = response._get_param("Tags", [])
    if tags:
        response.elasticache_backend.tagging_service.tag_resource(arn, tags)
