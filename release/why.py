"""Why a colour is not ready, from everybody who might know: load balancer, ECS service, stopped tasks."""

from aws.colour import Colour
from release.context import Context
from release.ecs import Running
from release.health import Health


def why_not_ready(context: Context, colour: Colour, health: Health, running: Running) -> str:
    """Return indented lines, the nearest cause first."""
    lines = [f"tasks: {running.running} running, {running.pending} starting, {running.desired} wanted"]
    if running.failed:
        lines.append(f"deployment: {running.failed}")
    lines += [f"load balancer: {reason}" for reason in health.reasons]
    if not health.total:
        lines.append("load balancer: no target is registered")
    lines += [f"stopped: {reason}" for reason in context.service(colour).stopped_reasons()]
    lines += [f"ECS: {event}" for event in running.events]
    return "\n".join(f"  {line}" for line in lines)
