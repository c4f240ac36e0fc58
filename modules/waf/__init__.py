"""A web application firewall for a load balancer."""

from modules.waf.existing import ExistingFirewall, ExistingFirewallInputs
from modules.waf.firewall import Firewall, FirewallInputs, FirewallOutputs, ToolHosts

__all__ = [
    "ExistingFirewall",
    "ExistingFirewallInputs",
    "Firewall",
    "FirewallInputs",
    "FirewallOutputs",
    "ToolHosts",
]
