"""The roots that databases and caches are verified with: whole, from a named source, and those of every region."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from aws.root_certificates import AMAZON, FOLDER, MANIFEST, regions, root_certificates
from scripts import certificates as script

ENTRIES: dict[str, dict[str, str]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
WITHOUT_ROOTS = frozenset(
    ("ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "cn-north-1", "cn-northwest-1")
) | {"il-central-1", "mx-central-1", "us-gov-east-1", "us-gov-west-1"}
"""Regions of `offers.json` that the npm package lacks; `check` refuses them and says how to add their roots."""


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_a_file_is_what_its_entry_says(name: str) -> None:
    text = (FOLDER / f"{name}.pem").read_text(encoding="utf-8")
    entry = ENTRIES[name]
    assert hashlib.sha256(text.encode()).hexdigest() == entry["sha256"]
    assert entry["source"]
    assert date(2024, 1, 1) < date.fromisoformat(entry["as_of"]) <= datetime.now(UTC).date()
    roots = script.certificates(text)
    prefix = "Amazon Root CA" if name == AMAZON else f"Amazon RDS {name} Root CA"
    assert len(roots) == (4 if name == AMAZON else 3)
    for root in roots:
        root.verify_directly_issued_by(root)
        assert script.common_name(root).startswith(prefix)
        assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert root.not_valid_after_utc > datetime.now(UTC) + timedelta(days=5 * 365)


def test_every_file_has_an_entry() -> None:
    assert {path.stem for path in FOLDER.glob("*.pem")} == set(ENTRIES)


def test_every_region_that_offers_databases_has_its_roots_or_is_known_to_lack_them() -> None:
    offers = json.loads((FOLDER.parent / "offers.json").read_text(encoding="utf-8"))
    assert set(offers["database"]["regions"]) - regions() == WITHOUT_ROOTS


def test_a_region_gets_its_own_roots_and_amazons_in_a_seventh_of_a_task_definition() -> None:
    text = root_certificates("eu-west-1")
    names = sorted(map(script.common_name, script.certificates(text)))
    assert names == [
        *(f"Amazon RDS eu-west-1 Root CA {kind} G1" for kind in ("ECC384", "RSA2048", "RSA4096")),
        *(f"Amazon Root CA {number}" for number in (1, 2, 3, 4)),
    ]
    assert max(len(root_certificates(region)) for region in regions()) < 64 * 1024 / 7
    with pytest.raises(LookupError, match="il-central-1"):
        root_certificates("il-central-1")


def test_a_bundle_of_awss_trust_store_adds_its_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    monkeypatch.setattr(script, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(script, "WINDLASS_FOLDER", tmp_path)
    bundle = tmp_path / "bundle"
    roots = script.certificates(root_certificates("eu-west-3"))
    bundle.write_text("".join(map(script.pem, ([each] for each in reversed(roots)))), encoding="utf-8")
    assert script.main([bundle]) == 0
    assert capsys.readouterr().out == "written: eu-west-3.pem\n"
    assert (tmp_path / "eu-west-3.pem").read_text() == (FOLDER / "eu-west-3.pem").read_text()
    written = json.loads((tmp_path / "manifest.json").read_text())
    assert written["eu-west-3"]["sha256"] == ENTRIES["eu-west-3"]["sha256"]
    assert script.main([bundle]) == 0
    assert capsys.readouterr().out == ""
    bundle.write_text("nothing", encoding="utf-8")
    with pytest.raises(SystemExit, match="has no root of RDS"):
        script.main([bundle])
