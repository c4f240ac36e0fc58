"""Rules on what verifies the connections to database and cache (D07)."""

from collections.abc import Iterator

from aws.root_certificates import regions
from config.aws import Aws
from config.errors import Problem
from config.rule import Rule, problem


def the_roots_of_the_region_are_known(aws: Aws) -> Iterator[Problem]:
    """Without the roots of its region no container could verify the database, and none would connect."""
    known = regions()
    if aws.region not in known:
        message = (
            "has databases whose certificates Windlass cannot verify yet, because it lacks the root certificates of "
            "RDS there (D07); get the region's bundle from AWS's trust store, as scripts/certificates.py says, and run "
            f"`python -m scripts.certificates BUNDLE`; allowed without that: {', '.join(sorted(known))}"
        )
        yield problem("aws/region", aws.region, message)


RULES: tuple[Rule, ...] = (the_roots_of_the_region_are_known,)
