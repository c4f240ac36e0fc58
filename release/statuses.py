"""How the web services of an environment stand, whatever their strategy."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rich.console import Console

from release.aws import Aws
from release.one_sided import OneSidedTarget
from release.one_sided_status import OneSidedStatus, one_sided_status
from release.reporter import Reporter
from release.status import ServiceStatus, service_status
from release.strategies import services, strategy_of
from release.target import ReleaseTarget

AnyStatus = ServiceStatus | OneSidedStatus


def service_statuses(
    aws: Aws, outputs: Mapping[str, Any], *, environment: str, service: str | None = None
) -> tuple[AnyStatus, ...]:
    """Look at one service, or at all of them at once; changes nothing.

    Args:
        aws: the account.
        outputs: of the `service` layer, output name → value.
        environment: name of the environment, for hints.
        service: only this one.

    Raises:
        BadRequestError: there is no such service.
    """
    if service is not None:
        names = {service: strategy_of(outputs, service, environment=environment)}
    else:
        names = services(outputs)
    if not names:
        return ()

    def status(name: str) -> AnyStatus:
        if names[name] == "blue-green":
            return service_status(aws, ReleaseTarget.from_outputs(outputs, name, environment=environment))
        target = OneSidedTarget.from_outputs(outputs, name, environment=environment)
        return one_sided_status(aws, target, Reporter(Console(quiet=True)))

    with ThreadPoolExecutor(min(8, len(names))) as pool:
        return tuple(pool.map(status, names))
