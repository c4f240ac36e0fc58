"""The web services of an environment, one file for each strategy and one for what they share."""

from constructs import Construct

from config.services import AnyWebService, BlueGreenService, RollingService
from layers.web.blue_green import BlueGreen
from layers.web.codedeploy import CodeDeployed
from layers.web.rolling import Rolling
from layers.web.shared import Surroundings
from release.outputs import WebServiceOutputs

__all__ = ["Surroundings", "web_service"]


def web_service(scope: Construct, name: str, settings: AnyWebService, surroundings: Surroundings) -> WebServiceOutputs:
    """Wire a web service the way that its strategy says, and return what a release needs of it."""
    if isinstance(settings, BlueGreenService):
        return BlueGreen(scope, name, settings, surroundings).outputs
    if isinstance(settings, RollingService):
        return Rolling(scope, name, settings, surroundings).outputs
    return CodeDeployed(scope, name, settings, surroundings).outputs
