"""State, locks and optionally runs in Terraform Cloud (HCP Terraform), one workspace per layer."""

from dataclasses import dataclass
from typing import Any

from cdktf import CloudBackend, NamedCloudWorkspace, TerraformStack

from backend.state import StateBackend


@dataclass(frozen=True, kw_only=True)
class TerraformCloud(StateBackend):
    """State in workspaces `<project>-<environment>-<layer>`.

    The token comes from `terraform login` or `TF_TOKEN_<host>`, never from here. A workspace must share its state with
    those that read it ("Remote state sharing" in its settings).
    """

    organization: str
    """Organization that holds the workspaces."""

    hostname: str = "app.terraform.io"
    """Host of Terraform Cloud or Terraform Enterprise."""

    cloud_project: str | None = None
    """Terraform Cloud project for workspaces that `terraform init` creates. Default: the organization's default."""

    def configure(self, stack: TerraformStack, layer: str) -> None:
        """Keep the state of `stack` in the layer's workspace."""
        CloudBackend(
            stack,
            organization=self.organization,
            hostname=self.hostname,
            workspaces=NamedCloudWorkspace(self.workspace(layer), self.cloud_project),
        )

    def data_source(self, layer: str) -> dict[str, Any]:
        """In a data source the backend is called `remote`; `cloud` exists only as a block."""
        return {
            "backend": "remote",
            "config": {
                "hostname": self.hostname,
                "organization": self.organization,
                "workspaces": {"name": self.workspace(layer)},
            },
        }

    def workspace(self, layer: str) -> str:
        """Name of a layer's workspace."""
        return f"{self.project}-{self.environment}-{layer}"
