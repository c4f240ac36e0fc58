"""One embedded AWS for the folder, and a web service of its own for each test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aws.colour import Colour
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator
from tests.release.shared_resources import SharedResources, tasks_run_until_stopped
from tests.support.embedded import embedded_aws


@pytest.fixture(scope="package")
def shared() -> Iterator[SharedResources]:
    with embedded_aws("release-tests") as endpoint_url, tasks_run_until_stopped():
        yield SharedResources.create(endpoint_url)


@pytest.fixture
def web(shared: SharedResources) -> BlueGreenTestService:
    return BlueGreenTestService(shared)


@pytest.fixture
def sick(web: BlueGreenTestService, monkeypatch: pytest.MonkeyPatch) -> Callable[[Colour, int], None]:
    """Lets so many targets of a colour fail their checks."""
    from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup

    ill: set[str] = set()
    healthy = FakeTargetGroup.health_for

    def health_for(group: Any, target: Any, backend: Any) -> Any:
        if f"{group.arn} {target['Id']}" not in ill:
            return healthy(group, target, backend)
        return FakeHealthStatus(target["Id"], "8000", "8000", "unhealthy", "Target.Timeout", "Request timed out")

    def make_sick(colour: Colour, count: int) -> None:
        arn = web.published.colours[colour].target_group_arn
        second = 3 if colour == "blue" else 4
        ill.update(f"{arn} 10.9.{second}.{number + 1}" for number in range(count))

    monkeypatch.setattr(FakeTargetGroup, "health_for", health_for)
    return make_sick


@pytest.fixture
def operator(web: BlueGreenTestService) -> Operator:
    return Operator(web)


@pytest.fixture
def new_operator(web: BlueGreenTestService) -> Callable[[str], Operator]:
    return lambda who: Operator(web, who)
