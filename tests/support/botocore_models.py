"""botocore's models, read once for all sessions of a process.

A command of `./windlass` makes one session and ends, so it reads the models that it needs once. Tests run hundreds of
commands in one process, and reading models again took a tenth of their processor time.
"""

from functools import cache
from typing import Any

import botocore.session
from botocore.loaders import create_loader


class _SearchPaths(list[str]):
    """boto3 adds its own folder with each session."""

    def append(self, path: str) -> None:
        if path not in self:
            super().append(path)


@cache
def _loader(search_path: str | None = None) -> Any:
    loader = create_loader(search_path)
    loader._search_paths = _SearchPaths(loader.search_paths)
    return loader


def share_models() -> None:
    """Give all sessions that are made from now on one loader, which keeps what it read."""
    botocore.session.create_loader = _loader
