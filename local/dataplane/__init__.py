"""The local data plane: containers of applied task definitions as processes, behind a real proxy."""

from local.dataplane.control import DataPlane, DataPlaneError, DataPlaneStatus, ServiceStatus
from local.dataplane.settings import Settings

__all__ = ["DataPlane", "DataPlaneError", "DataPlaneStatus", "ServiceStatus", "Settings"]
