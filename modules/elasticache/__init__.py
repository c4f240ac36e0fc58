"""Valkey on ElastiCache."""

from modules.elasticache.settings import Authentication, Engine, Maintenance, Network, Snapshots
from modules.elasticache.valkey import Valkey, ValkeyInputs, ValkeyOutputs

__all__ = [
    "Authentication",
    "Engine",
    "Maintenance",
    "Network",
    "Snapshots",
    "Valkey",
    "ValkeyInputs",
    "ValkeyOutputs",
]
