"""What target tracking does with colours that get no request: it scales them in, down to their minimum."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

DIMENSION = "ecs:service:DesiredCount"


class TargetTracking:
    """Use as a context manager: meanwhile services whose load is gone lose tasks, one after the other.

    On AWS that takes a quarter of an hour of low metrics first, and here an eighth of a second for each task.

    Args:
        client: gives a boto3 client for a service.
        cluster: name of the ECS cluster.
        idle: names of the ECS services without load.
    """

    def __init__(self, client: Callable[[str], Any], *, cluster: str, idle: Callable[[], Sequence[str]]) -> None:
        self._ecs, self._scaling = client("ecs"), client("application-autoscaling")
        self._cluster, self._idle = cluster, idle
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> "TargetTracking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ending.wait(0.125):
            for name in self._idle():
                self.scale_in(name)

    def scale_in(self, name: str, *, by: int = 1) -> None:
        """Take so many tasks from a service, but none of its minimum."""
        resource = f"service/{self._cluster}/{name}"
        answer = self._scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])
        (target,) = answer["ScalableTargets"]
        (service,) = self._ecs.describe_services(cluster=self._cluster, services=[name])["services"]
        desired = int(service["desiredCount"])
        wanted = max(desired - by, int(target["MinCapacity"]))
        if wanted < desired and not target["SuspendedState"]["DynamicScalingInSuspended"]:
            self._ecs.update_service(cluster=self._cluster, service=name, desiredCount=wanted)
