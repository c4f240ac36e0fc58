"""Roles of pipelines and people: for GitHub Actions workflows without an access key, and for named roles and users."""

from modules.delivery.github import GitHubRoles, GitHubRolesInputs, GitHubRolesOutputs, PipelineRole
from modules.delivery.people import PeopleRole, PeopleRoles

__all__ = ["GitHubRoles", "GitHubRolesInputs", "GitHubRolesOutputs", "PeopleRole", "PeopleRoles", "PipelineRole"]
