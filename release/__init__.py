"""Deploys, migrates, switches and rolls back web services at run time; Terraform leaves what it changes alone (E07).

    service = release.open(outputs, "web", session)
    service.deploy(DeployRequest(image="…/web:1.4.2"), terraform)
    service.status()

`open` gives a `BlueGreen`, a `Rolling` or a `CodeDeploy`, by what the service layer published. Only a `BlueGreen` has
`switch`; `release.strategies.require_switchable` refuses the others.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from release.context import Session
    from release.strategies import AnyService

__all__ = ["open"]


def open(outputs: Mapping[str, Any], name: str, session: "Session") -> "AnyService":  # noqa: A001
    """Return a web service of an environment; see `release.strategies.open_service`."""
    # Here, because layers read `release.outputs`, and a synth needs nothing else of this package.
    from release.strategies import open_service

    return open_service(outputs, name, session)
