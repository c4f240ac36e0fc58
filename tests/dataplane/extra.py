"""A service beside the two colours, for what goes wrong."""

from collections.abc import Sequence
from typing import Any

import pytest

from local.dataplane import NotSteadyError, ServiceStatus, news
from tests.dataplane.running_platform import Platform
from tests.support.waiting import wait_for


class Extra:
    """A service `extra` of one task without a load balancer."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self._ecs = platform, platform.account.ecs
        self._definition = ""

    def create(
        self,
        image: str = "web",
        *,
        roles: dict[str, str] | None = None,
        volumes: Sequence[dict[str, Any]] = (),
        **container: Any,
    ) -> None:
        definition = {"name": "main", "image": image, "essential": True, "memory": 128, **container}
        definition.setdefault("command", ["sleep", "600"])
        roles = self.platform.account.roles if roles is None else roles
        answer = self._ecs.register_task_definition(
            family="extra", containerDefinitions=[definition], volumes=list(volumes), **roles
        )
        self._definition = answer["taskDefinition"]["taskDefinitionArn"]
        self._ecs.create_service(
            cluster="test",
            serviceName="extra",
            taskDefinition=self._definition,
            desiredCount=1,
            deploymentConfiguration={"maximumPercent": 100, "minimumHealthyPercent": 0},
        )

    def delete(self) -> None:
        self._ecs.delete_service(cluster="test", service="extra", force=True)
        wait_for("its end", lambda: all(each.name != "extra" for each in self.platform.data_plane.status().services))

    @property
    def status(self) -> ServiceStatus:
        (status,) = [each for each in self.platform.data_plane.status().services if each.name == "extra"]
        return status

    @property
    def problem(self) -> str:
        """Empty until the data plane knows the service."""
        return "".join(each.problem for each in self.platform.data_plane.status().services if each.name == "extra")

    @property
    def is_steady(self) -> bool:
        """False until the data plane knows the service."""
        return any(each.steady for each in self.platform.data_plane.status().services if each.name == "extra")

    def events(self) -> list[str]:
        """Of the service, the newest first."""
        (service,) = self._ecs.describe_services(cluster="test", services=["extra"])["services"]
        return [each["message"] for each in service["events"]]

    def ended_tasks(self) -> list[dict[str, Any]]:
        arns = self._ecs.list_tasks(cluster="test", family="extra", desiredStatus="STOPPED")["taskArns"]
        tasks = self._ecs.describe_tasks(cluster="test", tasks=arns)["tasks"] if arns else []
        return [each for each in tasks if each["taskDefinitionArn"] == self._definition]

    def rollout(self) -> dict[str, Any]:
        (service,) = self._ecs.describe_services(cluster="test", services=["extra"])["services"]
        return dict(service["deployments"][0])

    def refused(self, seconds: float, report: Any = news.ignore) -> NotSteadyError:
        with pytest.raises(NotSteadyError) as caught:
            self.platform.data_plane.wait_until_steady(seconds, report)
        assert [each.name for each in caught.value.services] == ["extra"]
        return caught.value
