"""The roots of authorities that sign the certificates of databases and caches on AWS.

An RDS instance shows a certificate of one of its region's own authorities, `rds-ca-rsa2048-g1` by default ("Using
SSL/TLS to encrypt a connection to a DB instance", RDS User Guide). RDS Proxy and ElastiCache show certificates of ACM,
whose roots are those of Amazon Trust Services ("Using TLS/SSL with RDS Proxy", RDS User Guide; "In-transit encryption",
ElastiCache User Guide). `scripts/certificates.py` writes the files.

Containers get only what their region needs: the bundle of all regions has 165 KB, and a task definition at most 64 KiB.
"""

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("certificates")
MANIFEST = FOLDER / "manifest.json"
"""Source, day and SHA-256 of each file."""

AMAZON = "amazon"
"""Name of the file with the roots of Amazon Trust Services."""


@cache
def regions() -> frozenset[str]:
    """The regions whose roots are known."""
    return frozenset(json.loads(MANIFEST.read_text(encoding="utf-8"))) - {AMAZON}


@cache
def root_certificates(region: str) -> str:
    """Return the roots that databases, their proxies and caches of a region are verified with, in PEM.

    Raises:
        LookupError: the roots of the region are not known.
    """
    if region not in regions():
        raise LookupError(f"the root certificates of RDS in {region} are not in {FOLDER.name}/")
    return "".join((FOLDER / f"{name}.pem").read_text(encoding="utf-8") for name in (region, AMAZON))
