"""Where the agent of ECS Exec writes in a container."""

from collections.abc import Mapping
from typing import Final

WRITTEN_PATHS: Final[Mapping[str, str]] = {"session-data": "/var/lib/amazon", "session-logs": "/var/log/amazon"}
"""Folders that the agent writes to, by a word for each. With a read-only root file system and no volume there, ECS Exec
answers that the agent does not run (ECS Developer Guide, ECS Exec)."""
