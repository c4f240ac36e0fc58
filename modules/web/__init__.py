"""A web service: its container, the live colour, and the image that each colour runs."""

from modules.web.container import WebContainerInputs, web_container, web_containers, web_volumes
from modules.web.image_parameter import ImageParameter, ImageParameterInputs, ImageParameterOutputs
from modules.web.live_colour import LiveColour, LiveColourInputs, LiveColourOutputs

__all__ = [
    "ImageParameter",
    "ImageParameterInputs",
    "ImageParameterOutputs",
    "LiveColour",
    "LiveColourInputs",
    "LiveColourOutputs",
    "WebContainerInputs",
    "web_container",
    "web_containers",
    "web_volumes",
]
