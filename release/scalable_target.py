"""The limits between which Application Auto Scaling keeps the number of tasks of an ECS service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws.scaling import LOWER_AFTER_SWITCH, WORKING_HOURS_START
from release.context import Context
from times import for_scripts

_NAMESPACE, _DIMENSION = "ecs", "ecs:service:DesiredCount"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one ECS service."""

    minimum: int
    maximum: int


@dataclass(frozen=True, kw_only=True)
class Lowering:
    """What lowers the minimum once, later."""

    moment: datetime
    minimum: int


class ScalableTarget:
    """The scalable target of one ECS service, which may have none: a service need not scale.

    Args:
        context: the web service.
        service_name: of the ECS service.
    """

    def __init__(self, context: Context, service_name: str) -> None:
        self._aws = context.aws
        self._of = {
            "ServiceNamespace": _NAMESPACE,
            "ResourceId": f"service/{context.cluster_name}/{service_name}",
            "ScalableDimension": _DIMENSION,
        }

    def limits(self) -> Limits | None:
        """Read them; None where nothing scales the service."""
        answer = self._client.describe_scalable_targets(
            ServiceNamespace=_NAMESPACE, ResourceIds=[self._of["ResourceId"]], ScalableDimension=_DIMENSION
        )
        for target in answer["ScalableTargets"]:
            return Limits(minimum=target["MinCapacity"], maximum=target["MaxCapacity"])
        return None

    def set_minimum(self, count: int) -> None:
        """Set the minimum, but no more than the maximum is: outside working hours that is zero.

        Nothing is written where it has that value: each registration sets the number of tasks to one inside the limits.
        """
        limits = self.limits()
        if limits is not None and limits.minimum != (wanted := min(count, limits.maximum)):
            self._client.register_scalable_target(**self._of, MinCapacity=wanted)

    def set_morning_minimum(self, count: int) -> None:
        """Set the minimum with which working hours start, where the service keeps some."""
        action = self._actions().get(WORKING_HOURS_START)
        if action is None:
            return
        limits = action["ScalableTargetAction"]
        wanted = min(count, limits.get("MaxCapacity", count))
        if limits.get("MinCapacity") != wanted:
            kept = {key: action[key] for key in ("Schedule", "Timezone", "StartTime", "EndTime") if action.get(key)}
            self._put(WORKING_HOURS_START, {**limits, "MinCapacity": wanted}, **kept)

    def lower_at(self, moment: datetime, minimum: int) -> None:
        """Let Application Auto Scaling set the minimum at that moment, even if no command runs then."""
        at = f"at({for_scripts(moment).removesuffix('Z')})"
        self._put(LOWER_AFTER_SWITCH, {"MinCapacity": minimum}, Schedule=at, Timezone="UTC")

    def to_be_lowered(self) -> Lowering | None:
        """What is still to happen of that."""
        action = self._actions().get(LOWER_AFTER_SWITCH)
        if action is None or (moment := _moment(action["Schedule"])) <= datetime.now(UTC):
            return None
        return Lowering(moment=moment, minimum=action["ScalableTargetAction"]["MinCapacity"])

    def keeps_working_hours(self) -> bool:
        """Whether a schedule sets both limits to zero in the evening."""
        return WORKING_HOURS_START in self._actions()

    def keep(self) -> None:
        """Let nothing lower the minimum: the colour gets requests again."""
        if LOWER_AFTER_SWITCH not in self._actions():
            return
        try:
            self._client.delete_scheduled_action(**self._of, ScheduledActionName=LOWER_AFTER_SWITCH)
        except self._client.exceptions.ObjectNotFoundException:
            return  # it ran just now

    @property
    def _client(self) -> Any:
        return self._aws.client("application-autoscaling")

    def _actions(self) -> dict[str, dict[str, Any]]:
        actions = self._aws.pages(
            "application-autoscaling",
            "describe_scheduled_actions",
            "ScheduledActions",
            **self._of,
        )
        return {one["ScheduledActionName"]: one for one in actions}

    def _put(self, name: str, limits: dict[str, int], **schedule: Any) -> None:
        self._client.put_scheduled_action(**self._of, ScheduledActionName=name, ScalableTargetAction=limits, **schedule)


def _moment(schedule: str) -> datetime:
    return datetime.strptime(schedule, "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
