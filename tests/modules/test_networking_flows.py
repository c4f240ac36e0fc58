"""The table of who may reach whom, and the rules that come of it."""

from typing import Any

import pytest

from aws.account import Account
from modules.networking import (
    Cidr,
    Flow,
    Internet,
    Networking,
    NetworkingInputs,
    OtherSecurityGroup,
    Party,
    PrefixList,
    Role,
    S3Endpoint,
    ZoneSubnets,
    flow_table,
)
from tests.support.stack import Synthesised, module_stack, synthesised

ROLES = {"balancer": "Load balancer", "web": "Tasks of the web service", "database": "PostgreSQL"}
FLOWS = (
    Flow(Internet(), Role("balancer"), 443, "HTTPS from everybody"),
    Flow(Role("balancer"), Role("web"), 8000, "Requests and health checks"),
    Flow(Role("web"), Role("database"), 5432, "SQL over TLS"),
    Flow(Role("web"), S3Endpoint(), 443, "Image layers"),
)


def network(flows: tuple[Flow, ...] = FLOWS, roles: dict[str, str] = ROLES) -> Synthesised:
    zones = {
        f"eu-west-1{letter}": ZoneSubnets(
            public=f"10.0.{n}.0/24", private=f"10.0.{n + 10}.0/24", isolated=f"10.0.{n + 20}.0/24"
        )
        for n, letter in enumerate("ab")
    }
    with module_stack() as stack:
        Networking(
            stack,
            "networking",
            NetworkingInputs(
                name="acme",
                account=Account(region="eu-west-1", id="111122223333"),
                cidr="10.0.0.0/16",
                zones=zones,
                egress="public-ip",
                namespace="acme.internal",
                roles=roles,
                flows=flows,
            ),
        )
    return synthesised(stack)


def rules(result: Synthesised, direction: str) -> set[tuple[str, str, int, int, str]]:
    """The rules as tuples: role, peer, first port, last port, description."""
    words = {
        f"${{aws_security_group.{name}.id}}": body["tags"]["Name"].removeprefix("acme-")
        for name, body in result.resources("aws_security_group").items()
    }
    actual = set()
    for rule in result.resources(f"aws_vpc_security_group_{direction}_rule").values():
        assert rule["ip_protocol"] == "tcp"
        (peer,) = (rule[key] for key in ("referenced_security_group_id", "cidr_ipv4", "prefix_list_id") if key in rule)
        owner = words[rule["security_group_id"]]
        actual.add((owner, words.get(peer, peer), rule["from_port"], rule["to_port"], rule["description"]))
    return actual


def test_a_flow_between_roles_is_an_egress_rule_of_one_and_an_ingress_rule_of_the_other():
    result = network((FLOWS[2],))
    assert rules(result, "egress") == {("web", "database", 5432, 5432, "SQL over TLS")}
    assert rules(result, "ingress") == {("database", "web", 5432, 5432, "SQL over TLS")}


def test_the_rules_are_those_of_the_table_and_no_others():
    result = network()
    (endpoint,) = result.resources("aws_vpc_endpoint")
    assert rules(result, "ingress") == {
        ("balancer", "0.0.0.0/0", 443, 443, "HTTPS from everybody"),
        ("web", "balancer", 8000, 8000, "Requests and health checks"),
        ("database", "web", 5432, 5432, "SQL over TLS"),
    }
    assert rules(result, "egress") == {
        ("balancer", "web", 8000, 8000, "Requests and health checks"),
        ("web", "database", 5432, 5432, "SQL over TLS"),
        ("web", f"${{aws_vpc_endpoint.{endpoint}.prefix_list_id}}", 443, 443, "Image layers"),
    }


def test_the_database_can_open_no_connection():
    assert "database" not in {owner for owner, *_ in rules(network(), "egress")}


def test_groups_have_no_rules_inside():
    for group in network().resources("aws_security_group").values():
        assert not {"ingress", "egress"} & set(group)


def test_a_better_description_of_a_role_does_not_replace_its_group():
    for group in network().resources("aws_security_group").values():
        assert group["lifecycle"] == {"ignore_changes": ["description"]}


@pytest.mark.parametrize(
    ("source", "peer"),
    [
        (Cidr("203.0.113.0/24", "office"), "203.0.113.0/24"),
        (PrefixList("pl-0123", "vpn"), "pl-0123"),
        (OtherSecurityGroup("sg-0123", "reporting"), "sg-0123"),
    ],
)
def test_others_are_let_in_by_range_list_or_group(source: Party, peer: str):
    result = network((Flow(source, Role("balancer"), 443, "HTTPS"),))
    assert rules(result, "ingress") == {("balancer", peer, 443, 443, "HTTPS")}
    assert rules(result, "egress") == set()


def test_a_range_of_ports_is_possible():
    result = network((Flow(Role("web"), Role("web"), 7000, "Gossip", to_port=7010),))
    assert rules(result, "ingress") == {("web", "web", 7000, 7010, "Gossip")}


def test_another_role_and_flow_move_no_address_and_change_no_existing_resource():
    more_roles = {"admin": "Database tools", **ROLES}
    more_flows = (Flow(Role("admin"), Role("database"), 5432, "SQL by people"), *FLOWS)
    before, after = (result.document["resource"] for result in (network(), network(more_flows, more_roles)))
    for resource_type, resources in before.items():
        for name, body in resources.items():
            assert after[resource_type][name] == body, f"{resource_type}.{name}"


def test_the_table_becomes_documentation():
    assert flow_table(FLOWS).splitlines()[2:] == [
        "| internet | balancer | 443 | HTTPS from everybody |",
        "| balancer | web | 8000 | Requests and health checks |",
        "| web | database | 5432 | SQL over TLS |",
        "| web | s3 | 443 | Image layers |",
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ((Internet(), S3Endpoint(), 443, "HTTPS"), "internet-to-s3-443: neither end is a Role"),
        ((S3Endpoint(), Role("web"), 443, "HTTPS"), "S3 opens no connections"),
        ((Internet(), Role("web"), 0, "HTTPS"), "ports must be within 1 to 65535"),
        ((Internet(), Role("web"), 65536, "HTTPS"), "ports must be within 1 to 65535"),
        ((Internet(), Role("web"), 443, ""), "EC2 allows 1 to 255"),
        ((Internet(), Role("web"), 443, "the web's port"), "EC2 allows 1 to 255"),
        ((Internet(), Role("web"), 443, "x" * 256), "EC2 allows 1 to 255"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row: tuple[Any, ...], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        Flow(*row)


def test_a_range_of_ports_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="the last not before the first"):
        Flow(Internet(), Role("web"), 443, "HTTPS", to_port=442)


@pytest.mark.parametrize(
    ("cidr", "name", "sentence"),
    [
        ("0.0.0.0/0", "all", r"write Internet\(\) for the whole internet"),
        ("203.0.113.1/24", "office", "host bits"),
        ("2001:db8::/32", "office", "an IPv4 range is needed"),
        ("203.0.113.0/24", "The Office", "lower-case letters, digits and single hyphens"),
    ],
)
def test_a_range_that_is_not_what_it_seems_is_refused(cidr: str, name: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        Cidr(cidr, name)


@pytest.mark.parametrize(
    ("flows", "roles", "sentence"),
    [
        ((Flow(Role("web"), Role("cache"), 6379, "x"),), ROLES, "there is no role 'cache'; roles are"),
        ((FLOWS[0], FLOWS[0]), ROLES, "internet-to-balancer-443 is in the table twice"),
        ((Flow(Cidr("10.9.0.0/16", "web"), Role("web"), 1, "x"),), ROLES, "'web' is the name of a role"),
        ((), {"Web": "Tasks"}, "name of a role is 'Web'"),
        ((), {"web": "Tasks of the “web” service"}, "description of role 'web'"),
    ],
)
def test_a_table_that_does_not_fit_its_roles_is_refused(flows: Any, roles: Any, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        network(flows, roles)
