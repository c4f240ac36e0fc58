"""Roles that pipelines on GitHub assume without a key of their own."""

from modules.delivery.github import GitHubRoles, GitHubRolesInputs, GitHubRolesOutputs, PipelineRole

__all__ = ["GitHubRoles", "GitHubRolesInputs", "GitHubRolesOutputs", "PipelineRole"]
