"""Roles that GitHub Actions workflows assume without an access key."""

from modules.delivery.github import GitHubRoles, GitHubRolesInputs, GitHubRolesOutputs, PipelineRole

__all__ = ["GitHubRoles", "GitHubRolesInputs", "GitHubRolesOutputs", "PipelineRole"]
