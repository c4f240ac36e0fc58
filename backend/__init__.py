"""Where Terraform state is stored: S3, Terraform Cloud or files; and the bootstrap that creates the S3 resources."""

from backend.bootstrap import StateBootstrap, StateBootstrapInputs, StateBootstrapOutputs
from backend.files import LocalFiles
from backend.s3 import S3
from backend.selection import state_key_alias, state_of
from backend.state import RemoteState, StateBackend
from backend.terraform_cloud import TerraformCloud

__all__ = [
    "S3",
    "LocalFiles",
    "RemoteState",
    "StateBackend",
    "StateBootstrap",
    "StateBootstrapInputs",
    "StateBootstrapOutputs",
    "TerraformCloud",
    "state_key_alias",
    "state_of",
]
