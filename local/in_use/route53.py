"""Route 53: zones with records. moto refuses them in other words than AWS."""

from typing import Any

from moto.route53.exceptions import HostedZoneNotEmpty, Route53ClientError

from local.extensions.patching import wrap_method


@wrap_method(HostedZoneNotEmpty, "__init__")
def say_it_as_aws_does(_original: Any, error: Any) -> None:
    """DeleteHostedZone."""
    words = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
    Route53ClientError.__init__(error, "HostedZoneNotEmpty", words)
