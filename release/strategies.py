"""Which strategy a service has, by the outputs of the `service` layer, and what that means for a release. Pure."""

from collections.abc import Mapping
from typing import Any, Literal

from release.errors import BadRequestError
from release.outputs import WebServiceOutputs, parse_web_service

Strategy = Literal["blue-green", "rolling", "codedeploy"]


def services(outputs: Mapping[str, Any]) -> dict[str, Strategy]:
    """Name → strategy of all web services, by name."""
    return {name: value["strategy"] for name, value in sorted((outputs.get("services") or {}).items())}


def service_outputs(outputs: Mapping[str, Any], service: str, *, environment: str) -> WebServiceOutputs:
    """What the service layer published of a service.

    Raises:
        BadRequestError: the layer was never applied, or it has no such service, or another version applied it.
    """
    strategy_of(outputs, service, environment=environment)
    try:
        return parse_web_service(outputs["services"][service])
    except ValueError as error:
        raise BadRequestError(
            f"The output services.{service} of {environment}'s service layer cannot be read ({error}): "
            f"./windlass apply {environment} writes it again."
        ) from error


def strategy_of(outputs: Mapping[str, Any], service: str, *, environment: str) -> Strategy:
    """The strategy of a service.

    Raises:
        BadRequestError: the layer was never applied, or it has no such service.
    """
    known = services(outputs)
    if not known:
        raise BadRequestError(
            f"{environment} has no applied service layer with a web service: ./windlass apply {environment}"
        )
    if service not in known:
        raise BadRequestError(f"{environment} has no web service {service!r}; there are: {', '.join(known)}.")
    return known[service]


def previous_image_hint(strategy: Strategy, environment: str, service: str) -> str:
    """How requests move, and how to go back."""
    back = f"To go back: ./windlass deploy {environment} {service} --image PREVIOUS_IMAGE"
    if strategy == "rolling":
        return f"ECS replaces the tasks in a deployment, and takes it back by itself when it goes wrong. {back}"
    return f"CodeDeploy shifts the requests in a deployment, and takes it back by itself when it goes wrong. {back}"
