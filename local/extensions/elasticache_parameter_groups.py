"""ElastiCache parameter groups.

Symptom: `aws_elasticache_parameter_group` gets a 500, since moto has none of the operations.
"""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.responses import ElastiCacheResponse

from local.extensions.elasticache_common import arn_of, tag
from local.extensions.patching import add_method


class CacheParameterGroupNotFound(ElastiCacheException):  # type: ignore[misc]
    """There is no parameter group with that name."""

    code = "CacheParameterGroupNotFound"


@add_method(ElastiCacheResponse)
def create_cache_parameter_group(response: Any) -> ActionResult:
    """CreateCacheParameterGroup."""
    name = response._get_param("CacheParameterGroupName").lower()
    group = {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": response._get_param("CacheParameterGroupFamily"),
        "Description": response._get_param("Description"),
        "IsGlobal": False,
        "ARN": arn_of(response, "parametergroup", name),
    }
    _parameter_groups(response)[name] = (group, {})
    tag(response, group["ARN"])
    return ActionResult({"CacheParameterGroup": group})


@add_method(ElastiCacheResponse)
def describe_cache_parameter_groups(response: Any) -> ActionResult:
    """DescribeCacheParameterGroups."""
    if response._get_param("CacheParameterGroupName"):
        groups = [_parameter_group(response)[0]]
    else:
        groups = [group for group, _ in _parameter_groups(response).values()]
    return ActionResult({"CacheParameterGroups": groups})


@add_method(ElastiCacheResponse)
def describe_cache_parameters(response: Any) -> ActionResult:
    """DescribeCacheParameters; the engine's defaults are not listed."""
    _, values = _parameter_group(response)
    parameters = [
        {"ParameterName": name, "ParameterValue": value, "Source": "user"} for name, value in sorted(values.items())
    ]
    return ActionResult({"Parameters": parameters})


@add_method(ElastiCacheResponse)
def modify_cache_parameter_group(response: Any) -> ActionResult:
    """ModifyCacheParameterGroup."""
    group, values = _parameter_group(response)
    for parameter in response._get_param("ParameterNameValues", []):
        values[parameter["ParameterName"]] = parameter.get("ParameterValue")
    return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})


@add_method(ElastiCacheResponse)
def reset_cache_parameter_group(response: Any) -> ActionResult:
    """ResetCacheParameterGroup."""
    group, values = _parameter_group(response)
    if response._get_bool_param("ResetAllParameters"):
        values.clear()
    for parameter in response._get_param("ParameterNameValues", []):
        values.pop(parameter["ParameterName"], None)
    return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})


@add_method(ElastiCacheResponse)
def delete_cache_parameter_group(response: Any) -> EmptyResult:
    """DeleteCacheParameterGroup."""
    group, _ = _parameter_group(response)
    _parameter_groups(response).pop(group["CacheParameterGroupName"], None)
    return EmptyResult()


def family_of(response: Any, name: str) -> str:
    """The family of a parameter group, such as `valkey8`.

    Raises:
        CacheParameterGroupNotFound: there is none of that name.
    """
    return str(_named(response, name)[0]["CacheParameterGroupFamily"])


def _parameter_groups(response: Any) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    groups: dict[str, tuple[dict[str, Any], dict[str, str]]] = vars(response.elasticache_backend).setdefault(
        "parameter_groups", {}
    )
    return groups


def _parameter_group(response: Any) -> tuple[dict[str, Any], dict[str, str]]:
    return _named(response, response._get_param("CacheParameterGroupName").lower())


def _named(response: Any, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    if name in _parameter_groups(response):
        return _parameter_groups(response)[name]
    if name.startswith("default."):
        family = name.removeprefix("default.")
        arn = arn_of(response, "parametergroup", name)
        return {"CacheParameterGroupName": name, "CacheParameterGroupFamily": family, "ARN": arn}, {}
    raise CacheParameterGroupNotFound(f"CacheParameterGroup {name} not found.")
