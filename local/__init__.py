"""The embedded AWS: moto's server with the few answers that the real AWS provider needs, on this machine only."""

from local.embedded import EmbeddedAws, EmbeddedAwsError, EmbeddedAwsStatus, environment_variables

__all__ = ["EmbeddedAws", "EmbeddedAwsError", "EmbeddedAwsStatus", "environment_variables"]
