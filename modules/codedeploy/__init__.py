"""CodeDeploy for an ECS service: the application, its deployment group, and the role that CodeDeploy acts with.

The bindings load when the first name is used: an environment without such a service does not wait for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modules.codedeploy.deployment_group import (
        AccountInputs,
        CodeDeploy,
        CodeDeployInputs,
        CodeDeployOutputs,
        RollbackInputs,
        ServiceInputs,
        TrafficInputs,
    )

__all__ = [
    "AccountInputs",
    "CodeDeploy",
    "CodeDeployInputs",
    "CodeDeployOutputs",
    "RollbackInputs",
    "ServiceInputs",
    "TrafficInputs",
]


def __getattr__(name: str) -> Any:
    """Load the file that holds the public names when one of them is first used."""
    if name in __all__:
        return getattr(import_module(f"{__name__}.deployment_group"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
