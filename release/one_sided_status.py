"""How a service without colours stands: image wanted and running, tasks, targets, alarms, and who deployed."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from release.alarms import named_alarms
from release.aws import Aws
from release.codedeploy import going_on, look
from release.context import Pace
from release.ecs import Running
from release.identity import Author
from release.one_sided import OneSidedContext, OneSidedTarget
from release.parameter import Log
from release.reporter import Reporter
from release.standing import Standing
from release.status import HISTORY, Change, change

State = Literal["live", "deploying", "deployment not finished"]


@dataclass(frozen=True, kw_only=True)
class OneSidedStatus(Standing):
    """One rolling service, or one deployed by CodeDeploy."""

    environment: str
    service: str
    strategy: str
    url: str | None
    state: State
    notes: tuple[str, ...]
    """What is not as it should be, and what to do about it; empty where all is well."""
    wanted_image: str
    """What its parameter says."""
    history: tuple[Change, ...]
    """The newest deployments, newest first."""

    def json(self) -> dict[str, Any]:
        """For scripts."""
        return asdict(self)


def one_sided_status(aws: Aws, target: OneSidedTarget, reporter: Reporter) -> OneSidedStatus:
    """Look at one service; changes nothing."""
    context = OneSidedContext(aws=aws, target=target, author=Author(name=""), reporter=reporter, pace=Pace())
    log, running = context.image.read(), context.ecs.look()
    deployments = going_on(context) if target.strategy == "codedeploy" else ()
    health = context.health(running)
    state: State = "live"
    if deployments or not running.steady:
        state = "deploying"
    elif log.latest.value != running.image:
        state = "deployment not finished"
    return OneSidedStatus(
        environment=target.environment,
        service=target.service,
        strategy=target.strategy,
        url=target.url,
        state=state,
        notes=tuple(_notes(context, log, running, state, deployments, healthy=health.healthy)),
        wanted_image=log.latest.value,
        running_image=running.image,
        desired_count=running.desired,
        running_count=running.running,
        pending_count=running.pending,
        healthy_targets=health.healthy,
        targets=health.total,
        target_problems=health.reasons,
        alarms=named_alarms(aws, _alarm_names(aws, target, running)).ringing,
        history=tuple(change(version) for version in reversed(log.counted[-HISTORY:])),
    )


def _notes(
    context: OneSidedContext, log: Log, running: Running, state: State, deployments: tuple[str, ...], *, healthy: int
) -> list[str]:
    notes = []
    for deployment in deployments:
        found = look(context, deployment)
        notes.append(
            f"CodeDeploy deployment {deployment} is {found.status}{f' ({found.step})' if found.step else ''}: "
            f"{found.share:g} % of the requests go to its tasks."
        )
    if running.failed:
        notes.append(f"ECS gave up the deployment: {running.failed}")
    if state == "deployment not finished":
        notes.append(
            f"{log.latest.who} deployed {log.latest.value} at {log.latest.when}, but {running.image} runs. Try again: "
            f"./windlass deploy {context.target.arguments} --image {log.latest.value}; give it up: ./windlass deploy "
            f"{context.target.arguments} --image {running.image}"
        )
    if running.desired and not healthy:
        notes.append(f"{context.target.service} has no healthy target.")
    return notes


def _alarm_names(aws: Aws, target: OneSidedTarget, running: Running) -> tuple[str, ...]:
    """Those that can take a deployment back."""
    if target.strategy == "rolling":
        return running.alarm_names
    answer = aws.client("codedeploy").get_deployment_group(
        applicationName=target.application_name, deploymentGroupName=target.deployment_group_name
    )
    configuration = answer["deploymentGroupInfo"].get("alarmConfiguration") or {}
    return tuple(one["name"] for one in configuration.get("alarms") or [])
