"""IAM: the execution role and the task role of a service."""

from modules.iam.task_roles import ExecuteCommandAccess, Statement, TaskRoles, TaskRolesInputs, TaskRolesOutputs

__all__ = ["ExecuteCommandAccess", "Statement", "TaskRoles", "TaskRolesInputs", "TaskRolesOutputs"]
