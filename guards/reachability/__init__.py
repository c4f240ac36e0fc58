"""Who can reach whom on which port, computed from the JSON alone: routes, subnets, security groups, rules, ACLs.

What is computed is what AWS would let through when a connection is opened; answers follow by themselves, since
security groups remember connections. Two things lie outside of the JSON and are taken for granted, on the safe side:
networks with private addresses beyond the VPC (a VPN, a peered network) may have a route to every subnet, and a subnet
that exists already may have any route. What security groups never see is left out: the VPC's own DNS, time and metadata
services.
"""

from guards.reachability.members import Member
from guards.reachability.network import Network, read
from guards.reachability.paths import Outside, Path, paths
from guards.reachability.ports import Ports
from guards.reachability.table import Table

__all__ = ["Member", "Network", "Outside", "Path", "Ports", "Table", "paths", "read"]
