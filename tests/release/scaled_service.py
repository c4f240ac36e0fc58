"""A service with a scalable target for each colour, and what Application Auto Scaling does to it."""

from collections.abc import Callable
from typing import Any

from aws.colour import Colour
from aws.scaling import LOWER_AFTER_SWITCH
from release.strategies import BlueGreen
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import CLUSTER, Recorder, quick
from tests.support.target_tracking import DIMENSION


class Scaled:
    """A service with a scalable target for each colour, as Terraform makes them."""

    def __init__(self, web: BlueGreenTestService, *, most: int = 9) -> None:
        self.web, self._client = web, web.client("application-autoscaling")
        for colour, least in (("blue", 2), ("green", 0)):
            self.register(colour, MinCapacity=least, MaxCapacity=most)  # type: ignore[arg-type]

    def of(self, colour: Colour) -> dict[str, str]:
        name = self.web.published.colours[colour].service_name
        return {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{CLUSTER}/{name}",
            "ScalableDimension": DIMENSION,
        }

    def register(self, colour: Colour, **limits: int) -> None:
        self._client.register_scalable_target(**self.of(colour), **limits)

    def minimum(self, colour: Colour) -> int:
        of = self.of(colour)
        answer = self._client.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[of["ResourceId"]])
        return int(answer["ScalableTargets"][0]["MinCapacity"])

    def actions(self, colour: Colour) -> dict[str, dict[str, Any]]:
        answer = self._client.describe_scheduled_actions(**self.of(colour))["ScheduledActions"]
        return {one["ScheduledActionName"]: one for one in answer}

    def put(self, colour: Colour, name: str, schedule: str, **limits: int) -> None:
        self._client.put_scheduled_action(
            **self.of(colour), ScheduledActionName=name, Schedule=schedule, ScalableTargetAction=limits
        )

    def pass_time(self, colour: Colour) -> None:
        """Let the moment come that the minimum is lowered at."""
        limits = self.actions(colour)[LOWER_AFTER_SWITCH]["ScalableTargetAction"]
        self.put(colour, LOWER_AFTER_SWITCH, "at(2020-01-01T00:00:00)", **limits)

    def service(
        self, count: int | None = 2, recorder: Recorder | None = None, *, during: Callable[[], object] | None = None
    ) -> BlueGreen:
        """The service as the command of somebody sees it whose environment file has this minimum.

        Args:
            count: the minimum.
            recorder: the person.
            during: what happens while the command waits for the first time.
        """
        counts = {} if count is None else {self.web.name: count}
        session = (recorder or Recorder()).session(self.web.aws, quick(during), min_counts=counts)
        return BlueGreen(context=session.context(self.web.name, cluster_name=CLUSTER), outputs=self.web.published)
