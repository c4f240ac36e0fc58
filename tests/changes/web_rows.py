"""Changes of web services."""

from tests.changes.environment_file import Data
from tests.changes.load import WEB, web
from tests.changes.row import Row, Step

SHOP = "shop.windlass.localhost"
API = "api.windlass.localhost"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web:0.1.0"


def host_name_added(data: Data) -> None:
    data["services"]["web"]["host_names"] = [WEB, SHOP]


def host_name_removed(data: Data) -> None:
    data["services"]["web"]["host_names"] = [WEB]


def service_added(data: Data) -> None:
    data["services"]["api"] = _service(priority=200)


def added_beside(data: Data) -> None:
    data["services"]["rest"] = _service(priority=201)


def given_the_requests(data: Data) -> None:
    data["services"]["rest"]["priority"] = 199


def former_removed(data: Data) -> None:
    del data["services"]["api"]


def _service(*, priority: int) -> Data:
    return {
        "host_names": [API],
        "priority": priority,
        "desired_count": 1,
        "min_count": 1,
        "max_count": 2,
        "blue": {"image": IMAGE},
        "green": {"image": IMAGE},
    }


def more_tasks(data: Data) -> None:
    data["services"]["web"] |= {"min_count": 3, "desired_count": 3}


QUICK = (
    Row(
        id="host-name-added",
        title="A host name is added to a service",
        steps=(Step(edit=host_name_added, begins=web(SHOP)),),
        keys=("services.*.host_names",),
    ),
    Row(
        id="host-name-removed",
        title="A host name is removed from a service",
        steps=(Step(edit=host_name_removed, leaves=SHOP),),
        keys=("services.*.host_names",),
    ),
    Row(
        id="service-added",
        title="A service is added",
        steps=(Step(edit=service_added, begins=web(API)),),
        keys=("services",),
    ),
    Row(
        id="service-renamed",
        title="A service is renamed: the new one is added beside it, gets the requests, and the former one is removed",
        steps=(Step(edit=added_beside), Step(edit=given_the_requests), Step(edit=former_removed)),
        keys=("services", "services.*.priority"),
    ),
    Row(
        id="count",
        title="The lower limit of tasks is raised",
        steps=(Step(edit=more_tasks),),
        keys=("services.*.min_count", "services.*.desired_count"),
        note="`plan` does not show it: releases own the limit of a blue/green service, and `apply` sets it itself.",
    ),
)
"""In every run of the tests, on a running platform and in this order: each begins with what the former one left."""
