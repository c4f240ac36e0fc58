"""State in local files, for trying things out alone."""

from dataclasses import dataclass
from typing import Any

from cdktf import LocalBackend, TerraformStack

from backend.state import StateBackend


@dataclass(frozen=True, kw_only=True)
class LocalFiles(StateBackend):
    """State in `<folder>/<project>/<environment>/<layer>/terraform.tfstate`. No one else sees it or its lock."""

    folder: str
    """Folder of the files: absolute, or relative to the folder that Terraform runs in."""

    def configure(self, stack: TerraformStack, layer: str) -> None:
        """Keep the state of `stack` in a file."""
        LocalBackend(stack, path=self._path(layer))

    def data_source(self, layer: str) -> dict[str, Any]:
        """Read the same file."""
        return {"backend": "local", "config": {"path": self._path(layer)}}

    def _path(self, layer: str) -> str:
        return f"{self.folder}/{self.key(layer)}"
