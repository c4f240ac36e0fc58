"""Reads load balancers, listeners and target groups of the emulated account as frozen values."""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.dataplane.desired_state.model import Listener, TargetGroup
from local.dataplane.desired_state.network_reader import member
from local.network.rules import Member


def target_groups(elbv2: Any) -> Iterable[TargetGroup]:
    """All target groups."""
    balancers = {each["LoadBalancerArn"]: _balancer(each) for each in elbv2.describe_load_balancers()["LoadBalancers"]}
    for each in elbv2.describe_target_groups()["TargetGroups"]:
        answer = elbv2.describe_target_group_attributes(TargetGroupArn=each["TargetGroupArn"])
        used_by = tuple(balancers[arn] for arn in each.get("LoadBalancerArns") or [] if arn in balancers)
        yield _target_group(each, {pair["Key"]: pair["Value"] for pair in answer["Attributes"]}, used_by)


def _balancer(document: Mapping[str, Any]) -> Member:
    return member(
        document["LoadBalancerName"],
        document.get("SecurityGroups") or [],
        [each["SubnetId"] for each in document.get("AvailabilityZones") or []],
        public=document.get("Scheme") != "internal",
    )


def listeners(elbv2: Any, acm: Any) -> Iterable[Listener]:
    """The listeners of all application load balancers, with their rules."""
    for balancer in elbv2.describe_load_balancers()["LoadBalancers"]:
        if balancer["Type"] != "application":
            continue
        arn = balancer["LoadBalancerArn"]
        answer = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)
        attributes = {pair["Key"]: pair["Value"] for pair in answer["Attributes"]}
        for each in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            rules = elbv2.describe_rules(ListenerArn=each["ListenerArn"])["Rules"]
            yield Listener(
                arn=each["ListenerArn"],
                port=each["Port"],
                is_https=each["Protocol"] == "HTTPS",
                certificate_names=tuple(_certificate_names(acm, each.get("Certificates") or [])),
                idle_timeout_seconds=int(attributes.get("idle_timeout.timeout_seconds", "60")),
                rules=tuple(sorted(rules, key=_priority)),
            )


def _certificate_names(acm: Any, certificates: list[dict[str, Any]]) -> Iterable[str]:
    for each in certificates:
        try:
            certificate = acm.describe_certificate(CertificateArn=each["CertificateArn"])["Certificate"]
        except ClientError:
            continue  # an IAM certificate: the host names of the rules are enough
        yield from dict.fromkeys([certificate["DomainName"], *certificate.get("SubjectAlternativeNames", [])])


def _target_group(document: dict[str, Any], attributes: dict[str, str], balancers: tuple[Member, ...]) -> TargetGroup:
    return TargetGroup(
        arn=document["TargetGroupArn"],
        name=document["TargetGroupName"],
        path=document.get("HealthCheckPath") or "/",
        matcher=(document.get("Matcher") or {}).get("HttpCode") or "200",
        interval_seconds=float(document.get("HealthCheckIntervalSeconds") or 30),
        timeout_seconds=float(document.get("HealthCheckTimeoutSeconds") or 5),
        healthy_threshold=int(document.get("HealthyThresholdCount") or 5),
        unhealthy_threshold=int(document.get("UnhealthyThresholdCount") or 2),
        deregistration_delay_seconds=float(attributes.get("deregistration_delay.timeout_seconds", "300")),
        least_outstanding_requests=attributes.get("load_balancing.algorithm.type") == "least_outstanding_requests",
        balancers=balancers,
    )


def _priority(rule: Mapping[str, Any]) -> int:
    return 1_000_000 if rule["IsDefault"] else int(rule["Priority"])
