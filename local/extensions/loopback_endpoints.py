"""RDS: an instance answers with the address where the data plane listens.

Symptom: `NAME.aaaaaaaaaa.REGION.rds.amazonaws.com` resolves to nothing, so no URL made of it can be used. The port is
the one that was asked for.
"""

from moto.rds.models import DBInstance

from local.extensions import rds
from local.extensions.patching import OutdatedExtensionError

__all__ = ["ADDRESS", "rds"]

ADDRESS = "localhost"
"""A name, not an IP literal (A06)."""

if not isinstance(getattr(DBInstance, "address", None), property):
    raise OutdatedExtensionError("moto's DBInstance has no property address to replace")

DBInstance.address = property(lambda _instance: ADDRESS)
