"""Scales a colour up and waits until as many of its targets are healthy."""

from release.counted import counted
from release.diagnostics import diagnose
from release.errors import FailedError, StoppedError
from release.minimum import hold
from release.resources import ColourResources

TIMEOUT_SECONDS = 900
"""A cold start with an image of a few GiB takes minutes; ECS gives up a deployment long before this."""


def scale_up(
    side: ColourResources,
    count: int,
    *,
    healthy: int | None = None,
    serves: bool = False,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> None:
    """Set the desired count, and wait for one completed deployment with that many healthy targets.

    Args:
        side: the colour.
        count: tasks. Scaling takes none of them away for a while.
        healthy: wait for fewer targets, whatever else still starts. Default: for as many, and a completed deployment.
        serves: whether it is about to get requests.
        timeout_seconds: how long to wait. Default: 15 minutes.

    Raises:
        FailedError: ECS gave up, or the time is over; with the causes that ECS and the load balancer report.
        StoppedError: Ctrl-C; ECS goes on.
    """
    context, label = side.context, f"{side.context.service} {side.colour}"
    pace, service = context.pace, side.ecs
    state = service.describe()
    # First: scaling would take the tasks of an idle colour again.
    hold(side, count, serves=serves, seconds=timeout_seconds)
    if state.desired != count:
        service.scale(count)
        context.reporter.say(f"{label}: {state.desired} → {counted(count, 'task')}")
    task_definition = state.task_definition
    needed = count if healthy is None else min(healthy, count)
    end = pace.clock() + timeout_seconds
    try:
        while True:
            state, health = service.describe(), side.health()
            if state.failure or state.task_definition != task_definition:
                # With a circuit breaker that rolls back, the service runs its old revision again.
                raise FailedError(
                    f"ECS gave up the deployment of {label}: no request was sent to it.\n"
                    + diagnose(service, state, health)
                )
            if state.desired < count:
                service.scale(count)  # scaling had begun to take tasks before it was held
            is_complete = state.is_steady and state.running >= count
            if health.healthy >= needed and (is_complete or needed < count):
                return
            left = end - pace.clock()
            if left <= 0:
                raise FailedError(
                    f"{label} is not ready after {round(timeout_seconds)} s: "
                    f"{health.summary}, {needed} are needed. No request was sent to it.\n"
                    + diagnose(service, state, health)
                )
            line = f"{label}: {state.running} of {count} tasks run, {health.summary}"
            context.reporter.wait(line, rest=f"{round(left)} s left")
            pace.sleep(min(pace.poll_seconds, left))
    except KeyboardInterrupt:
        raise StoppedError(
            f"Stopped waiting for {label}; ECS goes on starting it. The same command waits again."
        ) from None
    finally:
        context.reporter.done_waiting()
