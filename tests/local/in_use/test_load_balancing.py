"""Certificates, target groups, load balancers and web ACLs stay while they are needed."""

import pytest

from tests.local.in_use.refusals import refused

pytestmark = pytest.mark.slow


@pytest.fixture
def load_balancer(client, network):
    elbv2 = client("elbv2")
    created = elbv2.create_load_balancer(Name="front", Subnets=network.subnet_ids, Scheme="internal")
    arn = created["LoadBalancers"][0]["LoadBalancerArn"]
    yield arn
    elbv2.delete_load_balancer(LoadBalancerArn=arn)


def _certificate(client, name):
    return client("acm").request_certificate(DomainName=name, ValidationMethod="DNS")["CertificateArn"]


def _in_use_by(client, arn):
    return client("acm").describe_certificate(CertificateArn=arn)["Certificate"].get("InUseBy", [])


def _fixed():
    return [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


def _https_listener(client, load_balancer, certificate, further):
    elbv2 = client("elbv2")
    listener = elbv2.create_listener(
        LoadBalancerArn=load_balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=_fixed(),
    )["Listeners"][0]["ListenerArn"]
    elbv2.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": further}])
    return listener


def test_a_certificate_stays_while_a_listener_has_it(client, load_balancer):
    acm, elbv2 = client("acm"), client("elbv2")
    first, second, more = (_certificate(client, f"{name}.in-use.example") for name in ("first", "second", "more"))
    listener = _https_listener(client, load_balancer, first, more)
    for arn in (first, more):
        assert _in_use_by(client, arn) == [load_balancer]
        with refused("ResourceInUseException", f"Certificate {arn} in account 123456789012 is in use."):
            acm.delete_certificate(CertificateArn=arn)

    elbv2.remove_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": more}])
    acm.delete_certificate(CertificateArn=more)
    elbv2.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": second}])
    assert (_in_use_by(client, first), _in_use_by(client, second)) == ([], [load_balancer])
    acm.delete_certificate(CertificateArn=first)
    elbv2.delete_listener(ListenerArn=listener)
    assert _in_use_by(client, second) == []
    acm.delete_certificate(CertificateArn=second)


def test_another_default_certificate_leaves_the_others(client, load_balancer):
    elbv2 = client("elbv2")
    first, second, more = (_certificate(client, f"{name}.kept.example") for name in ("first", "second", "more"))
    listener = _https_listener(client, load_balancer, first, more)
    elbv2.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": second}])
    assert _in_use_by(client, more) == [load_balancer]


def test_a_target_group_stays_while_a_listener_or_a_rule_forwards_to_it(client, network, load_balancer):
    elbv2 = client("elbv2")
    default, weighted = (
        elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=network.vpc_id, TargetType="ip")[
            "TargetGroups"
        ][0]["TargetGroupArn"]
        for name in ("default", "weighted")
    )
    forward = [{"Type": "forward", "TargetGroupArn": default}]
    listener = elbv2.create_listener(LoadBalancerArn=load_balancer, Protocol="HTTP", Port=80, DefaultActions=forward)[
        "Listeners"
    ][0]["ListenerArn"]
    pair = [{"TargetGroupArn": default, "Weight": 1}, {"TargetGroupArn": weighted, "Weight": 0}]
    rule = elbv2.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": pair}}],
    )["Rules"][0]["RuleArn"]
    for arn in (default, weighted):
        with refused("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule"):
            elbv2.delete_target_group(TargetGroupArn=arn)
    elbv2.delete_rule(RuleArn=rule)
    elbv2.delete_target_group(TargetGroupArn=weighted)
    elbv2.delete_listener(ListenerArn=listener)
    elbv2.delete_target_group(TargetGroupArn=default)


def test_a_protected_load_balancer_stays(client, load_balancer):
    elbv2 = client("elbv2")
    key = "deletion_protection.enabled"
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=load_balancer, Attributes=[{"Key": key, "Value": "true"}])
    words = f"Load balancer '{load_balancer}' cannot be deleted because deletion protection is enabled"
    with refused("OperationNotPermitted", words):
        elbv2.delete_load_balancer(LoadBalancerArn=load_balancer)
    assert elbv2.describe_load_balancers(LoadBalancerArns=[load_balancer])["LoadBalancers"]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=load_balancer, Attributes=[{"Key": key, "Value": "false"}])


def test_a_web_acl_stays_while_a_load_balancer_has_it(client, network):
    waf, elbv2 = client("wafv2"), client("elbv2")
    arn = elbv2.create_load_balancer(Name="guarded", Subnets=network.subnet_ids, Scheme="internal")["LoadBalancers"][0][
        "LoadBalancerArn"
    ]
    metrics = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "guard"}
    acl = waf.create_web_acl(
        Name="guard", Scope="REGIONAL", Description="guards", DefaultAction={"Allow": {}}, VisibilityConfig=metrics
    )["Summary"]
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=arn)
    delete = {"Name": "guard", "Scope": "REGIONAL", "Id": acl["Id"], "LockToken": acl["LockToken"]}
    words = (
        "AWS WAF couldn’t perform the operation because your resource is being used by another resource "  # noqa: RUF001
        "or it’s associated with another resource."  # noqa: RUF001
    )
    with refused("WAFAssociatedItemException", words):
        waf.delete_web_acl(**delete)
    assert waf.get_web_acl(Name="guard", Scope="REGIONAL", Id=acl["Id"])["WebACL"]["ARN"] == acl["ARN"]
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    waf.delete_web_acl(**delete)
