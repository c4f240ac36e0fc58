"""Scales a colour and waits until as many of its targets are healthy."""

from aws.colour import Colour
from release.context import Context
from release.errors import FailedError, StoppedError
from release.why import why_not_ready

TIMEOUT_SECONDS = 900
"""A cold start with an image of a few GiB takes minutes; ECS gives up a deployment by itself long before this."""


def bring_up(context: Context, colour: Colour, count: int, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    """Ask for `count` tasks, and wait for one completed deployment with that many healthy targets.

    Raises:
        FailedError: ECS gave up, or the time is over; with the reasons of ECS and of the load balancer.
    """
    service, pace, name = context.service(colour), context.pace, context.target.service
    running = service.look()
    if running.desired != count:
        service.scale(count)
        context.reporter.say(f"{name} {colour}: {running.desired} → {count} tasks")
    wanted = running.task_definition
    end = pace.clock() + timeout_seconds
    try:
        while True:
            running, health = service.look(), context.health(colour)
            if running.failed or running.task_definition != wanted:
                # With a circuit breaker that rolls back, the service runs its old revision again.
                raise FailedError(
                    f"ECS gave up the deployment of {name} {colour}: no request was sent to it.\n"
                    + why_not_ready(context, colour, health, running)
                )
            if running.steady and running.running >= count and health.healthy >= count:
                return
            left = end - pace.clock()
            if left <= 0:
                raise FailedError(
                    f"{name} {colour} is not ready after {round(timeout_seconds)} s: "
                    f"{health.in_words}, {count} are needed. No request was sent to it.\n"
                    + why_not_ready(context, colour, health, running)
                )
            line = f"{name} {colour}: {running.running} of {count} tasks run, {health.in_words}"
            context.reporter.wait(line, rest=f"{round(left)} s left")
            pace.sleep(min(pace.poll_seconds, left))
    except KeyboardInterrupt:
        raise StoppedError(
            f"Stopped waiting for {name} {colour}; ECS goes on starting it. The same command waits again."
        ) from None
    finally:
        context.reporter.done_waiting()
