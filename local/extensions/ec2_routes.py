"""EC2: a NAT gateway is pending before it is there, and routes to what is gone are blackholes.

Symptoms: a NAT gateway carries traffic from its first moment on; a route stays `active` when its NAT gateway is deleted
or its internet gateway is detached, so that nobody sees why connections time out.
"""

import threading
from typing import Any

from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.models.route_tables import Route

from local import interruptions
from local.extensions.dataplane import observations
from local.extensions.patching import wrap_method

GONE = "deleted"
A_MOMENT = 0.05
"""Seconds after which it is certainly there."""


def _state(gateway: Any) -> str:
    stored = vars(gateway)
    state = stored.get("_state") or stored.get("state") or "available"
    return str(state) if state == GONE else interruptions.status_of(gateway, state)


def _set_state(gateway: Any, state: str) -> None:
    vars(gateway)["_state"] = state


NatGateway.state = property(_state, _set_state)


@wrap_method(NatGatewayBackend, "create_nat_gateway")
def begin_pending(original: Any, ec2: Any, *args: Any, **settings: Any) -> Any:
    """CreateNatGateway: nothing passes while it is pending."""
    gateway = original(ec2, *args, **settings)
    interruptions.interrupt(gateway, interruptions.NAT_PENDING_SECONDS, "pending")
    # No call changes it when it is there, and the data plane reads again after changes.
    there = threading.Timer(interruptions.seconds_left(gateway) + A_MOMENT, observations.count, ["ec2"])
    there.daemon = True
    there.start()
    return gateway


def _route_state(route: Any) -> str:
    gateway, nat_gateway = route.gateway, route.nat_gateway
    is_detached = getattr(gateway, "id", "").startswith("igw-") and gateway.vpc is None
    is_gone = nat_gateway is not None and nat_gateway.state == GONE
    return "blackhole" if is_detached or is_gone else "active"


Route.state = property(_route_state)
