"""Mistakes in the network: a rule, a route, an address too many."""

from typing import Any

from tests.guards.mistakes import Change, Mistake, add, both, edit, resource
from tests.support.documents import Documents

REMOTE = "${data.terraform_remote_state.network.outputs."


def group(role: str) -> str:
    return f"${{aws_security_group.networking_group-{role}.id}}"


def rule(direction: str, role: str, *, port: int | None, to: str = "", **peer: Any) -> Change:
    """A rule more; `to` is the role at its other end."""
    body: dict[str, Any] = {"security_group_id": group(role), "description": "x", "ip_protocol": "tcp", **peer}
    body |= {"referenced_security_group_id": group(to)} if to else {}
    body |= {"from_port": port, "to_port": port} if port else {"ip_protocol": "-1"}
    return add("network", f"aws_vpc_security_group_{direction}_rule", f"more-{direction}", **body)


def route(table: str, **target: Any) -> Change:
    values = {"route_table_id": f"${{aws_route_table.networking_{table}-routes.id}}", **target}
    return add("network", "aws_route", "more", **{"destination_cidr_block": "0.0.0.0/0", **values})


def second_service(documents: Documents) -> None:
    """A service beside `web`, in its own group, which may not be reached by it."""
    service = dict(resource(documents, "service", "aws_ecs_service", "blue"))
    service["name"] = "windlass-prod-other"
    service["network_configuration"] = {
        **service["network_configuration"],
        "security_groups": [f"{REMOTE}security_group_ids.service-other}}"],
    }
    documents["service"]["resource"]["aws_ecs_service"]["other"] = service
    documents["network"]["resource"]["aws_security_group"]["networking_group-other"] = {"name": "other"}
    published = documents["network"]["output"]["security_group_ids"]["value"]
    published["service-other"] = group("other")


def tasks_in(tier: str, **more: Any) -> Change:
    def change(documents: Documents) -> None:
        configuration = resource(documents, "service", "aws_ecs_service", "blue")["network_configuration"]
        configuration["subnets"] = [f"{REMOTE}{tier}_subnet_ids.eu-west-1a}}"]
        configuration.update(more)

    return change


def without_rule(name: str) -> Change:
    def change(documents: Documents) -> None:
        rules = documents["network"]["resource"]["aws_vpc_security_group_ingress_rule"]
        del rules[next(key for key in rules if name in key)]

    return change


def closed_acl(documents: Documents) -> None:
    """An ACL that lets nothing into the isolated subnets."""
    subnets = [f"${{aws_subnet.networking_isolated-eu-west-1{zone}.id}}" for zone in "abc"]
    deny = {"rule_no": 1, "action": "deny", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": "0.0.0.0/0"}
    acls = documents["network"]["resource"].setdefault("aws_network_acl", {})
    acls["closed"] = {"subnet_ids": subnets, "ingress": [deny], "egress": [deny]}


INTERNET_GATEWAY = "${aws_internet_gateway.networking_internet-gateway.id}"
PATH, RULE = "every_path_is_in_the_table", "rules_are_in_the_table"
OUT_OF_REACH = "data_and_tasks_are_unreachable_from_the_internet"
PUBLIC, NO_WAY_OUT = "only_load_balancers_are_in_public_subnets", "data_has_no_egress_route"

MISTAKES = (
    Mistake(
        RULE,
        "a rule that lets everybody into the database, which no packet could use today",
        edit("network", "aws_vpc_security_group_ingress_rule", "to-database", cidr_ipv4="0.0.0.0/0"),
    ),
    Mistake(
        PATH,
        "a rule from one service to another",
        both(
            second_service,
            rule("egress", "service-web", port=9000, to="other"),
            rule("ingress", "other", port=9000, to="service-web"),
        ),
        also=(RULE,),
    ),
    Mistake(
        PATH,
        "a range of the VPC that lets any task into another service",
        both(
            second_service,
            rule("egress", "service-web", port=9000, cidr_ipv4="10.30.0.0/16"),
            rule("ingress", "other", port=9000, cidr_ipv4="10.30.0.0/16"),
        ),
        also=(RULE,),
    ),
    Mistake(
        PATH,
        "a group that lets itself in, so that blue reaches green",
        both(
            rule("egress", "service-web", port=8000, to="service-web"),
            rule("ingress", "service-web", port=8000, to="service-web"),
        ),
        also=(RULE,),
    ),
    Mistake(
        PATH,
        "another system's group that reaches the database",
        rule("ingress", "database", port=5432, referenced_security_group_id="sg-0123456789abcdef0"),
        also=(RULE,),
    ),
    Mistake(
        OUT_OF_REACH,
        "a task with a public address, a gateway before it and a rule",
        both(
            tasks_in("public", assign_public_ip=True), rule("ingress", "service-web", port=8000, cidr_ipv4="0.0.0.0/0")
        ),
        also=(PATH, RULE, PUBLIC),
    ),
    Mistake(
        OUT_OF_REACH,
        "the same by IPv6",
        both(tasks_in("public", assign_public_ip=True), rule("ingress", "service-web", port=8000, cidr_ipv6="::/0")),
        also=(PATH, RULE, PUBLIC),
    ),
    Mistake(
        OUT_OF_REACH,
        "a database that may open connections",
        both(
            rule("egress", "database", port=443, to="service-web"),
            rule("ingress", "service-web", port=443, to="database"),
        ),
        also=(PATH, RULE),
    ),
    Mistake(
        OUT_OF_REACH,
        "a cache that may say everything to its VPC and beyond",
        both(
            route("isolated", nat_gateway_id="${aws_nat_gateway.networking_nat-eu-west-1a.id}"),
            rule("egress", "cache", port=None, cidr_ipv4="0.0.0.0/0"),
        ),
        also=(PATH, RULE, NO_WAY_OUT),
    ),
    Mistake(
        OUT_OF_REACH,
        "a public database with a gateway and a rule",
        both(
            edit("data", "aws_db_instance", "instance", publicly_accessible=True),
            route("isolated", gateway_id=INTERNET_GATEWAY),
            rule("ingress", "database", port=5432, cidr_ipv4="0.0.0.0/0"),
        ),
        also=(PATH, RULE, PUBLIC, "data_is_private_and_encrypted"),
    ),
    Mistake(PUBLIC, "a task with a public address", tasks_in("private", assign_public_ip=True)),
    Mistake(PUBLIC, "a task in a public subnet", tasks_in("public"), also=()),
    Mistake(PUBLIC, "a gateway before the tasks", route("private-eu-west-1a", gateway_id=INTERNET_GATEWAY)),
    Mistake(PUBLIC, "a gateway before the database", route("isolated", gateway_id=INTERNET_GATEWAY)),
    Mistake(
        NO_WAY_OUT,
        "a NAT gateway behind the database",
        route("isolated", nat_gateway_id="${aws_nat_gateway.networking_nat-eu-west-1a.id}"),
    ),
    Mistake(
        NO_WAY_OUT,
        "a peered network behind the database",
        route("isolated", vpc_peering_connection_id="pcx-1", destination_cidr_block="192.168.0.0/16"),
    ),
    Mistake(
        "table_rows_are_reachable",
        "a service without the rule that lets it into its database",
        without_rule("service-web-to-database"),
    ),
    Mistake("table_rows_are_reachable", "an ACL that closes what the table opens", closed_acl),
    Mistake(
        "every_addressable_resource_is_known",
        "a resource in a subnet that the proof knows nothing of",
        add("service", "aws_mq_broker", "x", security_groups=[f"{REMOTE}security_group_ids.database}}"]),
    ),
    Mistake(
        "rules_are_described",
        "a rule that does not say why",
        edit("network", "aws_vpc_security_group_egress_rule", "", description=""),
    ),
    Mistake(
        "rules_are_described",
        "a rule inside a group",
        edit(
            "network",
            "aws_security_group",
            "database",
            ingress=[
                {"from_port": 5432, "to_port": 5432, "protocol": "tcp", "security_groups": [group("service-web")]}
            ],
        ),
    ),
)
