"""Routes, zones, names and what others are in."""

from tests.cli.consequences.examples.example import HALF_WAY, OUTAGE, change, example

ROUTE = "aws_route.networking_private-eu-west-1a-internet"
TO_NAT = {"destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1", "route_table_id": "rtb-1"}
TABLE = {"id": "rtb-1"}

NETWORKS = (
    example("NAT gateway replaced", "network", change("aws_nat_gateway.a", "replace"), costs=OUTAGE),
    example("public address", "network", change("aws_eip.a", "delete", {"public_ip": "203.0.113.7"})),
    example(
        "another NAT gateway",
        "network",
        change(ROUTE, "update", TO_NAT, {"nat_gateway_id": "nat-2"}),
        costs=OUTAGE,
        says="open connections end",
    ),
    example(
        "a NAT gateway that is new",
        "network",
        change(ROUTE, "update", TO_NAT, unknown={"nat_gateway_id": True}),
        costs=OUTAGE,
    ),
    example("route replaced", "network", change(ROUTE, "replace", TO_NAT), costs=OUTAGE),
    example(
        "no route to the internet",
        "network",
        change(ROUTE, "delete", TO_NAT),
        costs=OUTAGE,
        says="tasks lose their way to the internet",
    ),
    example(
        "a zone fewer",
        "network",
        change(ROUTE, "delete", TO_NAT),
        change("aws_route_table.networking_private-eu-west-1a-routes", "delete", TABLE),
        change("aws_subnet.networking_private-eu-west-1a", "delete", {"cidr_block": "10.0.0.0/24"}),
    ),
    example(
        "a zone more",
        "network",
        change("aws_subnet.networking_private-eu-west-1c", "create"),
        change("aws_route.networking_private-eu-west-1c-internet", "create", after=TO_NAT),
    ),
    example("association replaced", "network", change("aws_route_table_association.a", "replace"), costs=OUTAGE),
    example(
        "endpoint replaced", "network", change("aws_vpc_endpoint.s3", "replace", {"service_name": "s3"}), costs=OUTAGE
    ),
    example("endpoint off", "network", change("aws_vpc_endpoint.s3", "delete", {"service_name": "s3"})),
    example(
        "name replaced",
        "service",
        change("aws_route53_record.name", "replace", {"name": "shop.example.com", "type": "A"}),
        costs=OUTAGE,
    ),
    example("validation replaced", "network", change("aws_route53_record.proof", "replace", {"type": "CNAME"})),
    example(
        "name in Cloud Map replaced",
        "service",
        change("aws_service_discovery_service.airflow", "replace"),
        costs=HALF_WAY,
    ),
    example(
        "subnet replaced",
        "network",
        change("aws_subnet.networking_private-eu-west-1a", "replace", causes=["cidr_block"]),
        costs=HALF_WAY,
        says="and AWS does not delete it: tasks, load balancer, database and cache have addresses in it",
    ),
)
