"""Secrets Manager: a version without a staging label is deprecated, and DescribeSecret leaves it out.

Symptom: after each rotation of a password DescribeSecret lists one version more, with an empty list of labels.
"""

from typing import Any

from moto.secretsmanager.models import FakeSecret

from local.extensions.patching import wrap_method


@wrap_method(FakeSecret, "_form_version_ids_to_stages")
def without_deprecated(original: Any, secret: Any) -> dict[str, Any]:
    """Version → its labels, for versions that have one."""
    return {version: labels for version, labels in original(secret).items() if labels}
