"""ARNs, names of regions and tags, shared by the ElastiCache extensions."""

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


DIRECTIONS = {
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "central": "c",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
}


def short_region(region: str) -> str:
    """The region as names of ElastiCache's hosts have it, such as `euw1` for `eu-west-1`."""
    return "".join(DIRECTIONS.get(part, part) for part in region.split("-"))


def tag(response: Any, arn: str) -> None:
    """Store the tags that came with the request."""
    tags = response._get_param("Tags", [])
    if tags:
        response.elasticache_backend.tagging_service.tag_resource(arn, tags)
