"""Translates listener rules, as DescribeRules returns them, into Envoy routes: conditions and actions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

REDIRECT_CODES = {"HTTP_301": "MOVED_PERMANENTLY", "HTTP_302": "FOUND"}


class UnsupportedRuleError(ValueError):
    """A rule has a condition or an action that this proxy does not support."""


@dataclass(frozen=True, kw_only=True)
class RouteContext:
    """What a route needs beside its rule."""

    listener_port: int
    """The load balancer's port, which `X-Forwarded-Port` names."""
    clusters: Mapping[str, str]
    """Target group ARN → name of its Envoy cluster."""


def route_of(rule: Mapping[str, Any], context: RouteContext) -> Document:
    """The route of one rule.

    Raises:
        UnsupportedRuleError: a condition or an action is not supported.
    """
    match: Document = {"safe_regex": {"regex": "/.*"}, "headers": []}
    for condition in rule["Conditions"]:
        _add_condition(match, condition)
    return {"match": match, **_action(rule["Actions"][-1], context)}


def wildcard_expression(pattern: str) -> str:
    """The regular expression of an ALB pattern, in which `*` is any number of characters and `?` is one."""
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)


def _add_condition(match: Document, condition: Mapping[str, Any]) -> None:
    field = condition["Field"]
    if field == "path-pattern":
        values = _values(condition, "PathPatternConfig")
        match["safe_regex"] = {"regex": _any_of(values)}
    elif field == "host-header":
        # Not case-sensitive; the port in the Host header is not part of the name.
        values = _values(condition, "HostHeaderConfig")
        match["headers"].append(_header(":authority", f"(?i:{_any_of(values)})(:[0-9]+)?"))
    elif field == "http-header":
        config = condition["HttpHeaderConfig"]
        match["headers"].append(_header(config["HttpHeaderName"].lower(), f"(?i:{_any_of(config['Values'])})"))
    elif field == "http-request-method":
        methods = condition["HttpRequestMethodConfig"]["Values"]
        match["headers"].append(_header(":method", "|".join(map(re.escape, methods))))
    elif field == "query-string":
        pairs = condition["QueryStringConfig"]["Values"]
        if len(pairs) != 1 or not pairs[0].get("Key"):
            raise UnsupportedRuleError("a query-string condition with several values, or with a value and no key")
        parameter = {
            "name": pairs[0]["Key"],
            "string_match": {"safe_regex": {"regex": f"(?i:{wildcard_expression(pairs[0]['Value'])})"}},
        }
        match.setdefault("query_parameters", []).append(parameter)
    else:
        raise UnsupportedRuleError(f"a {field} condition")


def _values(condition: Mapping[str, Any], config: str) -> list[str]:
    values = (condition.get(config) or {}).get("Values") or condition.get("Values") or []
    return [str(value) for value in values]


def _any_of(patterns: list[str]) -> str:
    return "|".join(f"(?:{wildcard_expression(pattern)})" for pattern in patterns)


def _header(name: str, expression: str) -> Document:
    return {"name": name, "string_match": {"safe_regex": {"regex": expression}}}


def _action(action: Mapping[str, Any], context: RouteContext) -> Document:
    kind = action["Type"]
    if kind == "forward":
        return _forward(action, context)
    if kind == "fixed-response":
        return _fixed_response(action["FixedResponseConfig"])
    if kind == "redirect":
        return _redirect(action["RedirectConfig"])
    raise UnsupportedRuleError(f"a {kind} action")


def _forward(action: Mapping[str, Any], context: RouteContext) -> Document:
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or [
        {"TargetGroupArn": action["TargetGroupArn"], "Weight": 1}
    ]
    weighted = [
        {"name": context.clusters[each["TargetGroupArn"]], "weight": int(each.get("Weight", 1))}
        for each in groups
        if each["TargetGroupArn"] in context.clusters and int(each.get("Weight", 1)) > 0
    ]
    if not weighted:
        return _fixed_response({"StatusCode": "503", "ContentType": "text/html", "MessageBody": ""})
    # Like ALB, this retries failed connections only, never a request that a target may have received.
    retries = {
        "retry_on": "connect-failure,refused-stream,reset-before-request",
        "num_retries": 3,
        "retry_back_off": {"base_interval": "0.01s", "max_interval": "0.1s"},
        "host_selection_retry_max_attempts": 5,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
                },
            }
        ],
    }
    route: Document = {"timeout": "0s", "retry_policy": retries}
    route.update(
        {"cluster": weighted[0]["name"]} if len(weighted) == 1 else {"weighted_clusters": {"clusters": weighted}}
    )
    return {
        "route": route,
        "request_headers_to_add": [
            _set("x-forwarded-port", str(context.listener_port)),
            _set(
                "x-forwarded-for", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", append_action="APPEND_IF_EXISTS_OR_ADD"
            ),
        ],
        "request_headers_to_remove": ["x-envoy-external-address", "x-envoy-internal"],
    }


def _fixed_response(config: Mapping[str, Any]) -> Document:
    response: Document = {"status": int(config["StatusCode"])}
    if config.get("MessageBody"):
        response["body"] = {"inline_string": config["MessageBody"]}
    content_type = f"{config.get('ContentType') or 'text/plain'}; charset=utf-8"
    return {"direct_response": response, "response_headers_to_add": [_set("content-type", content_type)]}


def _redirect(config: Mapping[str, Any]) -> Document:
    redirect: Document = {"response_code": REDIRECT_CODES[config["StatusCode"]]}
    protocol = str(config.get("Protocol") or "#{protocol}")
    if protocol in ("HTTP", "HTTPS"):
        redirect["scheme_redirect"] = protocol.lower()
    port = str(config.get("Port") or "#{port}")
    if port.isdigit():
        redirect["port_redirect"] = int(port)
    host = str(config.get("Host") or "#{host}")
    if "#{" not in host:
        redirect["host_redirect"] = host
    elif host != "#{host}":
        raise UnsupportedRuleError(f"a redirect to host {host}")
    path, query = str(config.get("Path") or "/#{path}"), str(config.get("Query") or "#{query}")
    if "#{" not in path:
        redirect["path_redirect"] = path if query in ("", "#{query}") else f"{path}?{query}"
    elif path != "/#{path}":
        raise UnsupportedRuleError(f"a redirect to path {path}")
    redirect["strip_query"] = query != "#{query}"
    return {"redirect": redirect}


def _set(name: str, value: str, *, append_action: str = "OVERWRITE_IF_EXISTS_OR_ADD") -> Document:
    return {"header": {"key": name, "value": value}, "append_action": append_action}
