"""The guard for zones that people delegate, and for the certificates that wait for that (N09)."""

import json
from collections.abc import Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard
from terraform.document import blocks, layer_of


@guard(
    "N09",
    key="dns",
    fix="publish the zone's name servers, and wait for certificates in a layer that is applied after them",
)
def people_can_delegate_before_certificates_are_waited_for(stacks: CheckedStacks) -> Iterator[Finding]:
    """The name servers of a new zone are an output, and no layer requests a certificate and waits for it too."""
    for address, body in stacks.resources("aws_route53_zone"):
        if any(blocks(body, "vpc")):
            continue
        name_servers = f"aws_route53_zone.{address.rpartition('.')[2]}.name_servers"
        if name_servers not in json.dumps(stacks.documents[layer_of(address)].get("output", {})):
            yield address, "its name servers are no output, so nobody knows what to delegate to"
    for address, body in stacks.resources("aws_acm_certificate_validation"):
        for certificate in stacks.resolve(address, body.get("certificate_arn", "")):
            if layer_of(certificate) == layer_of(address):
                yield address, f"it waits for {certificate} before people can delegate the zone"


GUARDS: tuple[Guard, ...] = (people_can_delegate_before_certificates_are_waited_for,)
