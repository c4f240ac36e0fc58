"""Who can reach whom on which port, computed from the JSON alone: routes, subnets, security groups, rules, ACLs.

The result is what AWS lets through when a connection is opened; responses need no rule, since security groups are
stateful. Two assumptions about what the JSON does not contain err on the safe side: private networks outside the VPC
(a VPN, a peered network) may have a route to every subnet, and an existing subnet may have any route. Traffic that
security groups never filter is left out: the VPC's own DNS, time and metadata services.
"""

from guards.reachability.members import Member
from guards.reachability.network import Network, read
from guards.reachability.paths import Outside, Path, paths
from guards.reachability.ports import Ports
from guards.reachability.table import Table

__all__ = ["Member", "Network", "Outside", "Path", "Ports", "Table", "paths", "read"]
