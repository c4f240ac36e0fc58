"""botocore's models, read once for all sessions of a process.

A command of `./windlass` makes one session and ends, so it reads the models that it needs once. Tests run hundreds of
commands in one process, and reading models again took a tenth of their processor time.
"""

import os
from functools import cache
from typing import Any

import botocore.session
from botocore.hooks import EventAliaser
from botocore.loaders import Loader

_event_names: dict[str, str] = {}
"""Name of an event → its name today: each new session would compare 150 of them with each old name."""


class _SearchPaths(list[str]):
    """boto3 adds its own folder with each session."""

    def append(self, path: str) -> None:
        if path not in self:
            super().append(path)


class _SharedLoader(Loader):  # type: ignore[misc]
    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        read = super().load_service_model(service_name, type_name, api_version)
        return _with_own_paths(read) if (service_name, type_name) == ("s3", "service-2") else read


def _with_own_paths(model: dict[str, Any]) -> dict[str, Any]:
    """A copy for one client: that of S3 takes the bucket out of the path of each operation that it calls, in the model.

    A copy of everything took 20 ms for each client.
    """
    operations = {name: {**operation, "http": {**operation["http"]}} for name, operation in model["operations"].items()}
    return {**model, "operations": operations}


@cache
def _loader(search_path: str | None = None) -> Any:
    loader = _SharedLoader(extra_search_paths=search_path.split(os.pathsep) if search_path else None)
    loader._search_paths = _SearchPaths(loader.search_paths)
    return loader


def share_models() -> None:
    """Give all sessions made from now on one loader, which keeps what it read, and one table of event names."""
    botocore.session.create_loader = _loader
    original = EventAliaser.__init__

    def init(self: Any, *arguments: Any) -> None:
        original(self, *arguments)
        self._alias_name_cache = _event_names

    EventAliaser.__init__ = init
