"""The tag that says which part of an environment a role belongs to, and how a policy reads it."""

from typing import Final

OWNER_TAG: Final = "WindlassOwner"
"""Tag of a role: the web service, `airflow` or `workflow` that it belongs to. Roles of AWS's own services have none."""

OWNER: Final = f"${{aws:PrincipalTag/{OWNER_TAG}, '_'}}"
"""The caller's owner, as a policy variable inside a resource.

Without the default, which no owner is called, a role without the tag would make the statement match nothing, and a
statement that denies would then deny nothing.
"""
