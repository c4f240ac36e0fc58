"""The load balancer: closed by default, and two target groups behind one rule."""

import dataclasses
from typing import Any

import pytest

from modules.alb import (
    AccessLogs,
    BlueGreenRoute,
    BlueGreenRouteInputs,
    LoadBalancer,
    LoadBalancerInputs,
    RuleInputs,
    SingleRoute,
    SingleRouteInputs,
    TargetGroupSettings,
    TargetHealthCheck,
    Tls,
)
from tests.support.stack import Synthesised, module_stack, synthesised

CERTIFICATE = "arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555"
LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/acme/1/2"

SAFE = LoadBalancerInputs(
    name="acme-prod",
    subnet_ids=["subnet-a", "subnet-b"],
    security_group_ids=["sg-1"],
    tls=Tls(certificate_arn=CERTIFICATE),
)
PLAIN = dataclasses.replace(SAFE, tls=None, allow_public_http=True)
RULE = RuleInputs(listener_arn=LISTENER, priority=100, path_patterns=["/*"])
TARGETS = TargetGroupSettings(vpc_id="vpc-1", health_check=TargetHealthCheck(path="/health"))
ROUTE = BlueGreenRouteInputs(name="acme-prod-web", rule=RULE, targets=TARGETS, blue_weight=100, green_weight=0)


def balancer(inputs: LoadBalancerInputs) -> Synthesised:
    with module_stack() as stack:
        LoadBalancer(stack, "alb", inputs)
        return synthesised(stack)


def route(inputs: BlueGreenRouteInputs) -> Synthesised:
    with module_stack() as stack:
        BlueGreenRoute(stack, "route", inputs)
        return synthesised(stack)


def listeners(result: Synthesised) -> dict[int, dict[str, Any]]:
    return {body["port"]: body for body in result.resources("aws_lb_listener").values()}


def weights(result: Synthesised) -> list[object]:
    (action,) = result.only("aws_lb_listener_rule")["action"]
    return [group["weight"] for group in action["forward"]["target_group"]]


def test_n05_with_a_certificate_https_serves_with_tls_1_3_and_http_redirects() -> None:
    actual = listeners(balancer(SAFE))
    assert actual[443]["protocol"] == "HTTPS"
    assert actual[443]["certificate_arn"] == CERTIFICATE
    assert actual[443]["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    (redirect,) = actual[80]["default_action"]
    assert redirect["redirect"] == {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}


def test_without_a_certificate_http_serves() -> None:
    actual = listeners(balancer(PLAIN))
    assert set(actual) == {80}
    assert actual[80]["default_action"][0]["type"] == "fixed-response"


@pytest.mark.parametrize(("inputs", "port"), [(SAFE, 443), (PLAIN, 80)])
def test_what_no_rule_takes_is_answered_404(inputs: LoadBalancerInputs, port: int) -> None:
    (action,) = listeners(balancer(inputs))[port]["default_action"]
    assert action["fixed_response"] == {"content_type": "text/plain", "message_body": "Not found", "status_code": "404"}


def test_n05_a_public_load_balancer_without_certificate_is_refused_unless_said() -> None:
    with pytest.raises(ValueError, match=r'N05: load balancer "acme-prod" is public and has no certificate'):
        balancer(dataclasses.replace(PLAIN, allow_public_http=False))


def test_n08_an_internal_load_balancer_may_do_without_a_certificate() -> None:
    inputs = dataclasses.replace(PLAIN, allow_public_http=False, internal=True)
    assert balancer(inputs).only("aws_lb")["internal"] is True


@pytest.mark.parametrize("policy", ["ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-1-2021-06"])
def test_n05_a_policy_that_allows_tls_1_1_is_refused(policy: str) -> None:
    with pytest.raises(ValueError, match="N05: ssl_policy is"):
        Tls(certificate_arn=CERTIFICATE, ssl_policy=policy)


def test_further_certificates_have_addresses_of_their_own_names() -> None:
    tls = Tls(certificate_arn=CERTIFICATE, additional_certificate_arns={"shop": CERTIFICATE, "blog": CERTIFICATE})
    names = balancer(dataclasses.replace(SAFE, tls=tls)).resources("aws_lb_listener_certificate")
    assert sorted(name.rsplit("_", 1)[0] for name in names) == ["alb_certificate-blog", "alb_certificate-shop"]


def test_requests_that_mean_two_things_do_not_come_through() -> None:
    body = balancer(SAFE).only("aws_lb")
    assert body["drop_invalid_header_fields"] is True
    assert body["desync_mitigation_mode"] == "defensive"
    assert body["enable_waf_fail_open"] is False


def test_it_cannot_be_deleted_by_mistake() -> None:
    assert balancer(SAFE).only("aws_lb")["enable_deletion_protection"] is True
    inputs = dataclasses.replace(SAFE, deletion_protection=False)
    assert balancer(inputs).only("aws_lb")["enable_deletion_protection"] is False


def test_access_logs_are_written_where_a_bucket_is_given() -> None:
    inputs = dataclasses.replace(SAFE, access_logs=AccessLogs(bucket="acme-logs", prefix="alb"))
    assert balancer(inputs).only("aws_lb")["access_logs"] == {"bucket": "acme-logs", "prefix": "alb", "enabled": True}
    assert "access_logs" not in balancer(SAFE).only("aws_lb")


@pytest.mark.parametrize("prefix", ["/alb", "alb/", "my/AWSLogs"])
def test_a_prefix_that_aws_would_refuse_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="access log prefix is"):
        AccessLogs(bucket="acme-logs", prefix=prefix)


@pytest.mark.parametrize("name", ["", "a" * 33, "internal-acme", "-acme", "acme-", "acme_prod"])
def test_a_name_that_aws_would_refuse_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="load balancer name is"):
        balancer(dataclasses.replace(SAFE, name=name))


def test_an_address_names_the_port_where_it_is_not_the_default_of_its_scheme() -> None:
    with module_stack() as stack:
        usual, plain, moved, plain_on_443 = (
            LoadBalancer(stack, id_, inputs).outputs.url("app.example.com")
            for id_, inputs in (
                ("a", SAFE),
                ("b", PLAIN),
                ("c", dataclasses.replace(SAFE, https_port=8443, http_port=8080)),
                ("d", dataclasses.replace(PLAIN, http_port=443)),
            )
        )
    assert (usual, plain) == ("https://app.example.com", "http://app.example.com")
    assert (moved, plain_on_443) == ("https://app.example.com:8443", "http://app.example.com:443")


def test_http_redirects_to_the_port_on_which_https_listens() -> None:
    actual = listeners(balancer(dataclasses.replace(SAFE, https_port=8443, http_port=8080)))
    assert {port: listener["protocol"] for port, listener in actual.items()} == {8443: "HTTPS", 8080: "HTTP"}
    (action,) = actual[8080]["default_action"]
    assert action["redirect"]["port"] == "8443"


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        ({"https_port": 0}, "https_port is 0; allowed are 1 to 65535"),
        ({"http_port": 65536}, "http_port is 65536; allowed are 1 to 65535"),
        ({"http_port": 8443, "https_port": 8443}, "are both 8443"),
    ],
)
def test_ports_that_no_two_listeners_can_have_are_refused(ports: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        balancer(dataclasses.replace(SAFE, **ports))


def test_b03_both_target_groups_are_attached_with_weights_in_the_full_form() -> None:
    result = route(ROUTE)
    (action,) = result.only("aws_lb_listener_rule")["action"]
    assert action["type"] == "forward"
    assert "target_group_arn" not in action
    assert len(action["forward"]["target_group"]) == 2
    assert weights(result) == [100, 0]


def test_weights_can_be_terraform_expressions() -> None:
    inputs = dataclasses.replace(
        ROUTE, blue_weight="${local.web_blue_weight}", green_weight="${local.web_green_weight}"
    )
    assert weights(route(inputs)) == ["${local.web_blue_weight}", "${local.web_green_weight}"]


def test_n06_target_groups_check_and_drain_as_the_lesson_says() -> None:
    groups = route(ROUTE).resources("aws_lb_target_group").values()
    assert sorted(group["name"] for group in groups) == ["acme-prod-web-blue", "acme-prod-web-green"]
    for group in groups:
        check = group["health_check"]
        assert (check["interval"], check["healthy_threshold"], check["unhealthy_threshold"]) == (30, 2, 3)
        assert (check["path"], check["matcher"], check["timeout"]) == ("/health", "200", 5)
        assert group["deregistration_delay"] == "30"
        assert group["target_type"] == "ip"


def test_b01_there_is_no_stickiness() -> None:
    for group in route(ROUTE).resources("aws_lb_target_group").values():
        assert group["stickiness"]["enabled"] is False


def test_a_replaced_target_group_is_deleted_after_the_rule_has_moved() -> None:
    for group in route(ROUTE).resources("aws_lb_target_group").values():
        assert group["lifecycle"] == {"create_before_destroy": True}


def test_hosts_and_paths_both_must_match() -> None:
    rule = dataclasses.replace(RULE, host_headers=["shop.example.com"])
    conditions = route(dataclasses.replace(ROUTE, rule=rule)).only("aws_lb_listener_rule")["condition"]
    assert conditions == [{"host_header": {"values": ["shop.example.com"]}}, {"path_pattern": {"values": ["/*"]}}]


@pytest.mark.parametrize("paths", [[], [f"/{n}" for n in range(6)]])
def test_a_rule_has_one_to_five_conditions(paths: list[str]) -> None:
    with pytest.raises(ValueError, match=r"the listener rule has \d host names, paths and blocks"):
        RuleInputs(listener_arn=LISTENER, priority=1, path_patterns=paths)


def test_a_priority_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="priority of the listener rule is 0"):
        dataclasses.replace(RULE, priority=0)


def test_weights_of_zero_for_both_colours_are_refused() -> None:
    with pytest.raises(ValueError, match="both 0"):
        dataclasses.replace(ROUTE, blue_weight=0, green_weight=0)
    with pytest.raises(ValueError, match="green_weight is 1000"):
        dataclasses.replace(ROUTE, green_weight=1000)


def test_the_colours_must_fit_into_the_names() -> None:
    with pytest.raises(ValueError, match="1 to 26"):
        route(dataclasses.replace(ROUTE, name="a" * 27))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "health"}, "health check path"),
        ({"timeout_seconds": 30}, "timeout_seconds is 30"),
        ({"interval_seconds": 301}, "interval_seconds is 301"),
        ({"healthy_threshold": 1}, "healthy_threshold is 1"),
    ],
)
def test_a_health_check_that_aws_would_refuse_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TargetHealthCheck(**{"path": "/health", **change})


def test_a_single_route_has_one_target_group_in_the_same_form() -> None:
    with module_stack() as stack:
        outputs = SingleRoute(stack, "route", SingleRouteInputs(name="acme-ui", rule=RULE, targets=TARGETS)).outputs
        result = synthesised(stack)
    assert result.inventory() == {"aws_lb_listener_rule": 1, "aws_lb_target_group": 1}
    assert weights(result) == [1]
    (name,) = result.resources("aws_lb_listener_rule")
    assert outputs.listener_rule_address == f"aws_lb_listener_rule.{name}"
