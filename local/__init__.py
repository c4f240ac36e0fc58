"""The embedded AWS: moto's server, extended by what the AWS provider needs; it listens on loopback only."""

from local.embedded import EmbeddedAws, EmbeddedAwsError, EmbeddedAwsStatus, environment_variables

__all__ = ["EmbeddedAws", "EmbeddedAwsError", "EmbeddedAwsStatus", "environment_variables"]
