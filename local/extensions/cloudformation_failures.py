"""CloudFormation: a resource that fails leaves a stack that was rolled back.

Symptom: moto answers CreateStack with the resource's error and leaves a half-made stack: the next CreateStack is
refused with AlreadyExists, and DescribeStacks fails with status 500. AWS accepts the call, deletes what it created, and
says why in the stack's events, where the provider reads it. After a failed update the stack is as it was before.
"""

import contextlib
from typing import Any

from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from local.extensions.patching import wrap_method

Failure = (ServiceException, HTTPException)
"""Errors of an AWS service; anything else is a fault of ours or of moto's, and is answered as such."""


@wrap_method(Stack, "create_resources")
def roll_back(original: Any, stack: Any) -> None:
    """Create the resources of a stack; after an error, delete those that exist."""
    try:
        original(stack)
    except Failure as error:
        _explain(stack, "CREATE_FAILED", error)
        stack._add_stack_event("ROLLBACK_IN_PROGRESS", resource_status_reason="A resource failed to create")
        resources = stack.resource_map
        with contextlib.suppress(*Failure):
            resources.delete()
        # moto creates a resource when somebody looks at it.
        for name in resources._resource_json_map:
            resources._parsed_resources.pop(name, None)
        resources._resource_json_map, stack.output_map._output_json_map = {}, {}
        _end(stack, "ROLLBACK_COMPLETE")


@wrap_method(Stack, "update")
def roll_back_update(original: Any, stack: Any, *args: Any, **kwargs: Any) -> None:
    """Change the resources of a stack; after an error, change them back."""
    before = {name: getattr(stack, name) for name in ("template", "template_dict", "parameters", "role_arn", "tags")}
    resources = stack.resource_map
    parameters = resources.input_parameters
    try:
        original(stack, *args, **kwargs)
    except Failure as error:
        _explain(stack, "UPDATE_FAILED", error)
        stack._add_stack_event("UPDATE_ROLLBACK_IN_PROGRESS", resource_status_reason="A resource failed to update")
        for name, value in before.items():
            setattr(stack, name, value)
        try:
            resources.update(stack.template_dict, parameters)
        except Failure as second:
            _explain(stack, "UPDATE_ROLLBACK_FAILED", second)
            stack.status = "UPDATE_ROLLBACK_FAILED"
        else:
            _end(stack, "UPDATE_ROLLBACK_COMPLETE")


@wrap_method(CloudFormationBackend, "create_stack")
def leave_nothing(original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
    """CreateStack. What AWS refuses at once, such as a template that cannot be read, leaves no stack."""
    before = set(backend.stacks)
    try:
        return original(backend, *args, **kwargs)
    except Exception:
        for stack_id in backend.stacks.keys() - before:
            del backend.stacks[stack_id]
        raise


def _explain(stack: Any, status: str, error: Any) -> None:
    reason = getattr(error, "message", None) or getattr(error, "description", None) or str(error)
    stack._add_stack_event(status, resource_status_reason=str(reason))


def _end(stack: Any, status: str) -> None:
    stack._add_stack_event(status)
    stack.status = status
