"""Deploys a rolling service: ECS replaces its tasks during the apply, and takes them back if they are no good (E01).

The migration comes before (A07). It needs a task definition with the new image while the service still runs the old
one, so Terraform applies twice: first the task definition alone, then the rest.
"""

from collections.abc import Callable

from release.deploy import DeployRequest
from release.ecs import Running
from release.errors import FailedError
from release.one_sided import OneSidedContext, is_done, migrate_first, require_registered, want


def deploy_rolling(
    context: OneSidedContext, request: DeployRequest, *, register: Callable[[], None], apply: Callable[[], None]
) -> bool:
    """Carry out a request; returns whether anything had to be done.

    Args:
        context: the service.
        request: which image.
        register: lets Terraform apply the task definition alone; raises where that fails.
        apply: lets Terraform apply the service layer, which ends when ECS has replaced the tasks; raises if it fails.

    Raises:
        RefusedError: ECR has no such image; nothing was changed.
        LostError: somebody else deployed at the same moment.
        FailedError: the migration failed, or the image does not run in the end.
    """
    name, say = context.target.service, context.reporter.say
    before = context.ecs.look()
    if is_done(context, request, before):
        say(f"{name} runs {request.image} already, with {before.running} tasks; nothing to deploy.")
        return False
    want(context, request)
    if request.migration and before.image != request.image:
        register()
        migrate_first(context, request, require_registered(context, request))
    try:
        apply()
    except BaseException:
        _tell_why(context, request)
        raise
    running = context.ecs.look()
    if running.image != request.image:
        raise FailedError(
            f"Terraform has applied, and {name} still runs {running.image}: ECS took the deployment back, or somebody "
            f"else has deployed.\n{_why(context, running)}"
        )
    say(f"{name} runs {request.image} with {running.running} tasks, {context.health(running).in_words}.", style="green")
    return True


def _tell_why(context: OneSidedContext, request: DeployRequest) -> None:
    """What ECS and the load balancer know; Terraform tells the rest with its error."""
    running = context.ecs.look()
    if running.image == request.image and running.steady:
        return
    name, arguments = context.target.service, context.target.arguments
    context.reporter.say(
        f"{name} still answers with {running.image}.\n{_why(context, running)}\n"
        f"Mend it and deploy again. Until then every apply tries {request.image} once more; to give it up: "
        f"./windlass deploy {arguments} --image {running.image}",
        style="yellow",
    )


def _why(context: OneSidedContext, running: Running) -> str:
    lines = [f"tasks: {running.running} running, {running.pending} starting, {running.desired} wanted"]
    if running.failed:
        lines.append(f"deployment: {running.failed}")
    lines += [f"load balancer: {reason}" for reason in context.health(running).reasons]
    lines += [f"stopped: {reason}" for reason in context.ecs.stopped_reasons()]
    lines += [f"ECS: {event}" for event in running.events]
    return "\n".join(f"  {line}" for line in lines)
