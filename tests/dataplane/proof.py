"""The proof of reachability for the account of these tests, as Terraform would have written its JSON."""

from typing import Any

from guards.reachability import Member, paths, read
from terraform.document import Stacks
from tests.dataplane.account import Account


def reached(account: Account) -> set[tuple[str, str, int]]:
    """Who may reach whom on which port: `web`, `database`, `balancer`, `internet`."""
    network = read(Stacks(documents={"account": {"resource": _resources(account)}}))
    return {
        (path.source.address.rpartition(".")[2], _name(path.target), path.ports.first)
        for path in paths(network)
        if isinstance(path.source, Member)
    }


def _name(end: Any) -> str:
    return end.address.rpartition(".")[2] if isinstance(end, Member) else str(end)


def _resources(account: Account) -> dict[str, Any]:
    ec2 = account.ec2
    resources: dict[str, Any] = {
        "aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {},
        "aws_route_table": {"main": {}},
        "aws_route": {},
        "aws_route_table_association": {},
        "aws_security_group": {name: {} for name in account.groups},
        "aws_vpc_security_group_ingress_rule": {},
        "aws_vpc_security_group_egress_rule": {},
    }
    names = {id_: name for name, id_ in account.groups.items()}
    for number, each in enumerate(ec2.describe_subnets(SubnetIds=account.network["subnets"])["Subnets"]):
        resources["aws_subnet"][f"s{number}"] = {"cidr_block": each["CidrBlock"]}
        resources["aws_route_table_association"][f"s{number}"] = {
            "subnet_id": f"${{aws_subnet.s{number}.id}}",
            "route_table_id": "${aws_route_table.main.id}",
        }
    for number, route in enumerate(
        ec2.describe_route_tables(RouteTableIds=[account.routes])["RouteTables"][0]["Routes"]
    ):
        resources["aws_route"][f"r{number}"] = {
            "route_table_id": "${aws_route_table.main.id}",
            "destination_cidr_block": route["DestinationCidrBlock"],
            "gateway_id": route["GatewayId"],
        }
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": list(names)}])
    for rule in rules["SecurityGroupRules"]:
        direction = "egress" if rule["IsEgress"] else "ingress"
        body = {
            "security_group_id": _group(names[rule["GroupId"]]),
            "ip_protocol": rule["IpProtocol"],
            "from_port": rule.get("FromPort"),
            "to_port": rule.get("ToPort"),
        }
        if "CidrIpv4" in rule:
            body["cidr_ipv4"] = rule["CidrIpv4"]
        else:
            body["referenced_security_group_id"] = _group(names[rule["ReferencedGroupInfo"]["GroupId"]])
        resources[f"aws_vpc_security_group_{direction}_rule"][rule["SecurityGroupRuleId"]] = body
    subnets = [f"${{aws_subnet.{name}.id}}" for name in resources["aws_subnet"]]
    return resources | {
        "aws_lb": {"balancer": {"security_groups": [_group("balancer")], "subnets": subnets}},
        "aws_db_subnet_group": {"d": {"subnet_ids": subnets}},
        "aws_db_instance": {
            "database": {
                "vpc_security_group_ids": [_group("database")],
                "db_subnet_group_name": "${aws_db_subnet_group.d.name}",
            }
        },
        "aws_ecs_service": {
            "web": {
                "network_configuration": {
                    "security_groups": [_group("web")],
                    "subnets": subnets,
                    "assign_public_ip": True,
                }
            }
        },
    }


def _group(name: str) -> str:
    return f"${{aws_security_group.{name}.id}}"
