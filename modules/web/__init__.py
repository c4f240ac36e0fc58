"""The sample web service: its container, and the colour that is live."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aws.colour import COLOURS, colour_expression, colour_weight_expression
from modules.web.container import WebContainerInputs, web_container, web_volumes

if TYPE_CHECKING:
    from modules.web.image_parameter import ImageParameter, ImageParameterInputs, ImageParameterOutputs
    from modules.web.live_colour import LiveColour, LiveColourInputs, LiveColourOutputs

__all__ = [
    "COLOURS",
    "ImageParameter",
    "ImageParameterInputs",
    "ImageParameterOutputs",
    "LiveColour",
    "LiveColourInputs",
    "LiveColourOutputs",
    "WebContainerInputs",
    "colour_expression",
    "colour_weight_expression",
    "web_container",
    "web_volumes",
]


def __getattr__(name: str) -> Any:
    """Load a construct when it is first asked for, so that the pure parts need no cdktf."""
    if name in __all__:
        file = "image_parameter" if name.startswith("ImageParameter") else "live_colour"
        return getattr(import_module(f"{__name__}.{file}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
