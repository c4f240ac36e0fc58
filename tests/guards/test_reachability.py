"""Reachability is computed from the JSON alone, and equals what AWS allows (N03)."""

import copy
from typing import Any

import pytest

from guards.reachability import Member, Outside, paths, read
from guards.reachability.ports import Ports, ports_of
from terraform.document import Stacks
from tests.guards.mistakes import Change, add
from tests.support.documents import Documents, documents


def reached(document: Documents) -> set[tuple[str, str, str]]:
    network = read(Stacks(documents=document))
    return {(short(path.source), short(path.target), str(path.ports)) for path in paths(network)}


def short(end: Member | Outside) -> str:
    return end.address.rpartition(".")[2] if isinstance(end, Member) else str(end)


def test_production_is_reachable_exactly_as_its_table_says() -> None:
    web = ("web_blue_service", "web_green_service")
    workers = ("airflow_worker-default_service", "airflow_worker-reports_service")
    scheduler, triggerer, api_server = (f"airflow_{name}_service" for name in ("scheduler", "triggerer", "api-server"))
    cleaning = "airflow-operations_db-clean-schedule_task"
    tasks = (*web, *workers, scheduler, triggerer, api_server, "airflow_dag-processor_service", cleaning)
    databases, cache = ("database_instance", "database_replica-reports"), "cache_replication-group"
    balancer = "load-balancer_balancer"
    assert reached(documents("prod")) == {
        *(("internet", balancer, f"tcp {port}") for port in (80, 443)),
        *((balancer, service, "tcp 8000") for service in web),
        (balancer, api_server, "tcp 8080"),
        *((worker, api_server, "tcp 8080") for worker in workers),
        *((api_server, worker, "tcp 8793") for worker in workers),
        (api_server, triggerer, "tcp 8794"),
        *((each, database, "tcp 5432") for each in tasks for database in databases),
        *((each, cache, "tcp 6379") for each in (*web, *workers, scheduler)),
        *((each, outside, "tcp 443") for each in tasks for outside in ("internet", "S3")),
        # The load balancer is on the internet, which tasks may reach.
        *((each, balancer, "tcp 443") for each in tasks),
    }


def test_without_internet_tasks_reach_aws_by_its_endpoints_only() -> None:
    targets = {target for source, target, _ in reached(documents("staging")) if source == "web_blue_service"}
    assert "internet" not in targets
    assert {"S3", "networking_endpoint-logs", "networking_endpoint-secretsmanager"} <= targets


SMALL: Documents = {
    "one": {
        "resource": {
            "aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}},
            "aws_internet_gateway": {"i": {}},
            "aws_subnet": {"a": {"cidr_block": "10.0.0.0/24"}, "b": {"cidr_block": "10.0.1.0/24"}},
            "aws_route_table": {"open": {}, "closed": {}},
            "aws_route": {
                "out": {
                    "route_table_id": "${aws_route_table.open.id}",
                    "destination_cidr_block": "0.0.0.0/0",
                    "gateway_id": "${aws_internet_gateway.i.id}",
                }
            },
            "aws_route_table_association": {
                "a": {"subnet_id": "${aws_subnet.a.id}", "route_table_id": "${aws_route_table.open.id}"},
                "b": {"subnet_id": "${aws_subnet.b.id}", "route_table_id": "${aws_route_table.closed.id}"},
            },
            "aws_security_group": {"front": {}, "back": {}},
            "aws_instance": {
                "front": {
                    "subnet_id": "${aws_subnet.a.id}",
                    "vpc_security_group_ids": ["${aws_security_group.front.id}"],
                    "associate_public_ip_address": True,
                },
                "back": {
                    "subnet_id": "${aws_subnet.b.id}",
                    "vpc_security_group_ids": ["${aws_security_group.back.id}"],
                },
            },
        }
    }
}
"""A machine with a public address behind a gateway, and one without; nobody may reach anybody."""


def small(*changes: Change) -> set[tuple[str, str, str]]:
    document = copy.deepcopy(SMALL)
    for change in changes:
        change(document)
    return reached(document)


def allow(direction: str, group: str, port: int, **peer: Any) -> Change:
    body = {"security_group_id": f"${{aws_security_group.{group}.id}}", "ip_protocol": "tcp", **peer}
    kind = f"aws_vpc_security_group_{direction}_rule"
    return add("one", kind, f"{group}-{port}-{len(peer)}", from_port=port, to_port=port, **body)


def inline(group: str, **rules: Any) -> Change:
    return lambda document: document["one"]["resource"]["aws_security_group"][group].update(rules)


FRONT, BACK = "${aws_security_group.front.id}", "${aws_security_group.back.id}"
OPEN = allow("ingress", "back", 80, referenced_security_group_id=FRONT)
INTO_ALL = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}
FROM_FRONT = {("front", "back", "tcp 80")}


def acl(action: str, *, number: int = 1, cidr: str = "0.0.0.0/0", subnet: str = "b") -> Change:
    line = {"rule_no": number, "action": action, "protocol": "-1", "cidr_block": cidr, "from_port": 0, "to_port": 0}
    everything = {**line, "rule_no": 100, "action": "allow", "cidr_block": "0.0.0.0/0"}
    return add(
        "one",
        "aws_network_acl",
        "acl",
        subnet_ids=[f"${{aws_subnet.{subnet}.id}}"],
        ingress=[line, everything],
        egress=[everything],
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), set()),
        ((OPEN,), set()),
        ((OPEN, allow("egress", "front", 80, referenced_security_group_id=BACK)), FROM_FRONT),
        ((OPEN, allow("egress", "front", 81, referenced_security_group_id=BACK)), set()),
        ((OPEN, allow("egress", "front", 80, cidr_ipv4="10.0.1.0/24")), FROM_FRONT),
        ((OPEN, allow("egress", "front", 80, cidr_ipv4="10.0.0.0/24")), set()),
        ((allow("ingress", "front", 22, cidr_ipv4="0.0.0.0/0"),), {("internet", "front", "tcp 22")}),
        ((allow("ingress", "front", 22, cidr_ipv6="::/0"),), {("internet", "front", "tcp 22")}),
        ((allow("ingress", "front", 22, cidr_ipv4="198.51.100.0/24"),), {("198.51.100.0/24", "front", "tcp 22")}),
        ((allow("ingress", "back", 22, cidr_ipv4="0.0.0.0/0"),), set()),
        # A company's network may have a way in that another state makes.
        ((allow("ingress", "back", 22, cidr_ipv4="192.168.0.0/16"),), {("192.168.0.0/16", "back", "tcp 22")}),
        ((allow("ingress", "back", 22, referenced_security_group_id="sg-1"),), {("sg-1", "back", "tcp 22")}),
        ((allow("ingress", "back", 22, prefix_list_id="pl-1"),), {("pl-1", "back", "tcp 22")}),
        ((allow("egress", "front", 443, cidr_ipv4="0.0.0.0/0"),), {("front", "internet", "tcp 443")}),
        ((allow("egress", "back", 443, cidr_ipv4="0.0.0.0/0"),), set()),
        ((inline("front", egress=[INTO_ALL]), OPEN), {*FROM_FRONT, ("front", "internet", "every port")}),
        ((inline("front", ingress=[INTO_ALL]),), {("internet", "front", "every port")}),
        ((acl("deny"), OPEN, allow("egress", "front", 80, referenced_security_group_id=BACK)), set()),
        ((acl("deny", cidr="10.0.0.0/24"), OPEN, allow("egress", "front", 80, cidr_ipv4="10.0.0.0/16")), set()),
        ((acl("deny", cidr="10.0.7.0/24"), OPEN, allow("egress", "front", 80, cidr_ipv4="10.0.0.0/16")), FROM_FRONT),
        ((acl("deny", number=200), OPEN, allow("egress", "front", 80, cidr_ipv4="10.0.0.0/16")), FROM_FRONT),
        ((acl("deny", subnet="a"), allow("ingress", "front", 22, cidr_ipv4="0.0.0.0/0")), set()),
    ],
)
def test_a_connection_is_let_through_where_everything_on_its_way_lets_it(
    changes: tuple[Change, ...], expected: set[tuple[str, str, str]]
) -> None:
    assert small(*changes) == expected


def test_a_resource_without_a_group_has_the_default_one_which_is_open_until_restricted() -> None:
    def unnamed(document: Documents) -> None:
        for body in document["one"]["resource"]["aws_instance"].values():
            del body["vpc_security_group_ids"]

    assert ("front", "back", "every port") in small(unnamed)
    closed = add("one", "aws_default_security_group", "d", ingress=[], egress=[])
    assert small(unnamed, closed) == set()


def test_a_subnet_that_exists_already_may_have_any_route() -> None:
    def elsewhere(document: Documents) -> None:
        for body in document["one"]["resource"]["aws_instance"].values():
            body["subnet_id"] = "subnet-0abc"

    paths_ = small(elsewhere, allow("ingress", "front", 22, cidr_ipv4="0.0.0.0/0"))
    assert ("internet", "front", "tcp 22") in paths_


@pytest.mark.parametrize(
    ("rule", "ports"),
    [
        ({"ip_protocol": "tcp", "from_port": 80, "to_port": 81}, Ports("tcp", 80, 81)),
        ({"ip_protocol": "6", "from_port": "80", "to_port": "80"}, Ports("tcp", 80, 80)),
        ({"ip_protocol": "-1"}, Ports("-1", 0, 65535)),
        ({"ip_protocol": "tcp", "from_port": -1, "to_port": -1}, Ports("tcp", 0, 65535)),
        ({"ip_protocol": "icmp", "from_port": 8, "to_port": 0}, Ports("icmp", 0, 65535)),
        ({"ip_protocol": "tcp", "from_port": "${local.port}"}, Ports("tcp", 0, 65535)),
    ],
)
def test_ports_are_read_in_every_way_that_terraform_writes_them(rule: dict[str, Any], ports: Ports) -> None:
    assert ports_of(rule) == ports
