"""The web services of an environment: one file for each strategy, and one for what the strategies share."""

from constructs import Construct

from config.services import AnyWebService, BlueGreenService, RollingService
from layers.context import ServiceContext
from layers.web.blue_green import BlueGreen
from layers.web.codedeploy import CodeDeployed
from layers.web.rolling import Rolling
from release.outputs import WebServiceOutputs

__all__ = ["web_service"]


def web_service(scope: Construct, name: str, settings: AnyWebService, context: ServiceContext) -> WebServiceOutputs:
    """Make a web service as its strategy says, and return what a release needs of it."""
    if isinstance(settings, BlueGreenService):
        return BlueGreen(scope, name, settings, context).outputs
    if isinstance(settings, RollingService):
        return Rolling(scope, name, settings, context).outputs
    return CodeDeployed(scope, name, settings, context).outputs
