"""A web application firewall for a load balancer."""

from modules.waf.firewall import Firewall, FirewallInputs, FirewallOutputs

__all__ = ["Firewall", "FirewallInputs", "FirewallOutputs"]
