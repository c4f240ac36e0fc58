"""The deployment strategies of web services: the same `deploy`, `migrate` and `status`, each in its own way."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from release.context import Session
from release.errors import BadRequestError
from release.outputs import BlueGreenOutputs, RollingOutputs, parse_web_service
from release.status import ServiceStatus
from release.strategies.blue_green import BlueGreen
from release.strategies.codedeploy import CodeDeploy
from release.strategies.rolling import Rolling

__all__ = ["AnyService", "BlueGreen", "CodeDeploy", "Rolling", "open_service", "require_switchable", "statuses"]

AnyService = BlueGreen | Rolling | CodeDeploy

_PARALLEL_READS = 8


def open_service(outputs: Mapping[str, Any], name: str, session: Session) -> AnyService:
    """Return a web service of an environment, to deploy, migrate or observe it.

    Args:
        outputs: outputs of the `service` layer, name → value.
        name: of the service.
        session: the environment, and who works on it.

    Raises:
        BadRequestError: the layer was never applied, it has no such service, or another version of Windlass applied it.
    """
    environment, services = session.environment, outputs.get("services") or {}
    if not services:
        raise BadRequestError(
            f"{environment} has no applied service layer with a web service: ./windlass apply {environment}"
        )
    if name not in services:
        raise BadRequestError(f"{environment} has no web service {name!r}; there are: {', '.join(sorted(services))}.")
    try:
        published = parse_web_service(services[name])
    except ValueError as error:
        raise BadRequestError(
            f"The output services.{name} of the service layer of {environment} cannot be read ({error}): "
            f"./windlass apply {environment} writes it again."
        ) from error
    context = session.context(name, cluster_name=outputs["cluster_name"])
    if isinstance(published, BlueGreenOutputs):
        return BlueGreen(context=context, outputs=published)
    if isinstance(published, RollingOutputs):
        return Rolling(context=context, outputs=published)
    return CodeDeploy(context=context, outputs=published)


def require_switchable(service: AnyService) -> BlueGreen:
    """Return the service as one that can switch.

    Raises:
        BadRequestError: it has no colours; says how its traffic moves instead.
    """
    if isinstance(service, BlueGreen):
        return service
    context = service.context
    raise BadRequestError(
        f"{context.service} has the strategy {service.outputs.strategy}: it has no colours, so there is nothing to "
        f"switch. {service.how_traffic_moves} To go back: ./windlass deploy {context.arguments} --image PREVIOUS_IMAGE"
    )


def statuses(outputs: Mapping[str, Any], session: Session, *, service: str | None = None) -> tuple[ServiceStatus, ...]:
    """Read the status of one web service, or of all in parallel; changes nothing.

    Args:
        outputs: outputs of the `service` layer, name → value.
        session: the environment.
        service: only this one.

    Raises:
        BadRequestError: there is no such service.
    """
    names = sorted(outputs.get("services") or {}) if service is None else [service]
    services = [open_service(outputs, name, session) for name in names]
    if not services:
        return ()
    with ThreadPoolExecutor(min(_PARALLEL_READS, len(services))) as pool:
        return tuple(pool.map(lambda one: one.status(), services))
