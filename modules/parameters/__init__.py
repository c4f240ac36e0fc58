"""SSM parameters that publish facts about a deployment to other code (E09)."""

from modules.parameters.parameters import (
    PublishedParameters,
    PublishedParametersInputs,
    PublishedParametersOutputs,
)

__all__ = ["PublishedParameters", "PublishedParametersInputs", "PublishedParametersOutputs"]
