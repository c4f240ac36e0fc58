"""Listener rules become Envoy routes, whose regular expressions must match in full."""

import re
from typing import Any

import pytest

from local.dataplane.proxy.envoy_routes import RouteContext, UnsupportedRuleError, route_of

CONTEXT = RouteContext(listener_port=8443, clusters={"arn:blue": "blue", "arn:green": "green"})


def _route(*conditions: dict[str, Any], action: dict[str, Any] | None = None) -> dict[str, Any]:
    forward = {"Type": "forward", "TargetGroupArn": "arn:blue"}
    return route_of({"Conditions": list(conditions), "Actions": [action or forward]}, CONTEXT)


def _path(*patterns: str) -> str:
    route = _route({"Field": "path-pattern", "PathPatternConfig": {"Values": list(patterns)}})
    return str(route["match"]["safe_regex"]["regex"])


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/*", "/anything/at/all", True),
        ("/img/*", "/img/a.png", True),
        ("/img/*", "/img", False),
        ("/img/*/pics", "/img/a/b/pics", True),
        ("/a?c", "/abc", True),
        ("/a?c", "/ac", False),
        ("/a.c", "/abc", False),
        ("/API", "/api", False),
    ],
)
def test_path_patterns_have_two_wildcards_and_are_case_sensitive(pattern, path, matches):
    assert (re.fullmatch(_path(pattern), path) is not None) is matches


def test_any_value_of_a_condition_is_enough():
    expression = _path("/a", "/b/*")
    assert [bool(re.fullmatch(expression, path)) for path in ("/a", "/b/c", "/c")] == [True, True, False]


@pytest.mark.parametrize(
    ("pattern", "authority", "matches"),
    [
        ("app.example.com", "APP.example.com", True),
        ("app.example.com", "app.example.com:8443", True),
        ("*.example.com", "app.example.com", True),
        ("*.example.com", "example.com", False),
        ("app.example.com", "app-example.com", False),
        ("app.example.com", "app.example.com.evil.org", False),
    ],
)
def test_host_names_match_without_case_and_port(pattern, authority, matches):
    route = _route({"Field": "host-header", "HostHeaderConfig": {"Values": [pattern]}})
    (header,) = route["match"]["headers"]
    assert header["name"] == ":authority"
    assert (re.fullmatch(header["string_match"]["safe_regex"]["regex"], authority) is not None) is matches


def test_weights_become_weighted_clusters_without_those_of_weight_0():
    groups = [{"TargetGroupArn": "arn:blue", "Weight": 90}, {"TargetGroupArn": "arn:green", "Weight": 10}]
    both = _route(action={"Type": "forward", "ForwardConfig": {"TargetGroups": groups}})
    shares = [{"name": "blue", "weight": 90}, {"name": "green", "weight": 10}]
    assert both["route"]["weighted_clusters"] == {"clusters": shares}

    groups[1]["Weight"] = 0
    one = _route(action={"Type": "forward", "ForwardConfig": {"TargetGroups": groups}})
    assert one["route"]["cluster"] == "blue"


def test_redirects_and_x_forwarded_port_name_the_port_of_the_listener():
    config = {"Protocol": "HTTPS", "Port": "8443", "StatusCode": "HTTP_301"}
    route = _route(action={"Type": "redirect", "RedirectConfig": config})
    assert route["redirect"]["port_redirect"] == 8443
    assert route["redirect"]["scheme_redirect"] == "https"
    headers = {each["header"]["key"]: each["header"]["value"] for each in _route()["request_headers_to_add"]}
    assert headers["x-forwarded-port"] == "8443"


def test_a_fixed_response_is_answered_without_a_target():
    config = {"StatusCode": "403", "ContentType": "text/plain", "MessageBody": "Forbidden"}
    path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/execution/*"]}}
    route = _route(path, action={"Type": "fixed-response", "FixedResponseConfig": config})
    assert route["direct_response"] == {"status": 403, "body": {"inline_string": "Forbidden"}}
    assert "route" not in route
    expression = route["match"]["safe_regex"]["regex"]
    assert [bool(re.fullmatch(expression, path)) for path in ("/execution/task-instances", "/dags")] == [True, False]


@pytest.mark.parametrize("action", ["authenticate-oidc", "authenticate-cognito"])
def test_an_unsupported_condition_or_action_is_refused_by_name(action):
    with pytest.raises(UnsupportedRuleError, match=action):
        _route(action={"Type": action})
    with pytest.raises(UnsupportedRuleError, match="source-ip"):
        _route({"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}})
