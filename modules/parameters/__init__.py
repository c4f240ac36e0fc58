"""SSM parameters that tell other code where things are, so that it holds no copies (E09)."""

from modules.parameters.parameters import (
    PublishedParameters,
    PublishedParametersInputs,
    PublishedParametersOutputs,
)

__all__ = ["PublishedParameters", "PublishedParametersInputs", "PublishedParametersOutputs"]
