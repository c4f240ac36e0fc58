"""The local data plane: containers of applied task definitions as processes, behind a real proxy."""

from local.dataplane.control import DataPlane, DataPlaneError, NotSteadyError
from local.dataplane.news import Report
from local.dataplane.settings import Settings
from local.dataplane.status import DataPlaneStatus, ServiceStatus

__all__ = [
    "DataPlane",
    "DataPlaneError",
    "DataPlaneStatus",
    "NotSteadyError",
    "Report",
    "ServiceStatus",
    "Settings",
]
