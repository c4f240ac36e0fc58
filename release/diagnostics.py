"""Why tasks do not serve, from everything that may know: load balancer, ECS service, stopped tasks."""

from release.ecs import EcsService, EcsServiceState
from release.health import Health


def diagnose(service: EcsService, state: EcsServiceState, health: Health) -> str:
    """Return indented lines, the most direct cause first.

    Args:
        service: the ECS service; its stopped tasks are read here.
        state: the service as it was when the problem showed.
        health: its targets at the same moment.
    """
    lines = [f"tasks: {state.running} running, {state.pending} starting, {state.desired} desired"]
    if state.failure:
        lines.append(f"deployment: {state.failure}")
    lines += [f"load balancer: {reason}" for reason in health.reasons]
    if not health.total:
        lines.append("load balancer: no target is registered")
    lines += [f"stopped: {reason}" for reason in service.stopped_reasons()]
    lines += [f"ECS: {event}" for event in state.events]
    return "\n".join(f"  {line}" for line in lines)
