"""What `aws/` knows is written nowhere else: ARNs, trust policies, domains of partitions."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backend", "cli", "config", "cost", "guards", "layers", "modules", "release", "scripts", "terraform")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

FORBIDDEN = {
    "an ARN made by hand; use aws.account.Account": re.compile(r'f"arn:\{'),
    "a service's trust policy made by hand; use aws.trust.service_trust": re.compile(r'"sts:AssumeRole"'),
    "the domain of a partition; use Account.endpoint": re.compile(r"amazonaws\.com\.cn"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_fact_about_aws_is_in_its_package_alone(what: str) -> None:
    assert len(FILES) > 150
    result = [path.relative_to(ROOT).as_posix() for path in FILES if FORBIDDEN[what].search(path.read_text())]
    assert result == [], f"{what}: {result}"
