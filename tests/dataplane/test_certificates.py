"""Two authorities: one that people may trust, for names that belong to no one, and one for all other names."""

import stat
import subprocess
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from local.dataplane.proxy import authority
from local.dataplane.proxy.authority import kept_authority, new_authority
from local.dataplane.proxy.certificates import Certificates

LOCAL, FOREIGN = "app.windlass.localhost", "app.example.com"


def verified(chain: Path, trusted: bytes, folder: Path, host_name: str) -> str:
    """What openssl says about a server's certificate for a host name."""
    authority = folder / "trusted-by-the-client.pem"
    authority.write_bytes(trusted)
    command = ["openssl", "verify", "-CAfile", str(authority), "-verify_hostname", host_name, str(chain)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def test_the_authority_is_the_same_after_a_restart_and_its_key_is_its_owners_alone(tmp_path: Path) -> None:
    first = kept_authority(tmp_path)
    assert kept_authority(tmp_path).pem == first.pem
    assert stat.S_IMODE((tmp_path / "authority.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("file_name", ["authority.key", "authority.pem"])
def test_an_unreadable_authority_is_replaced(tmp_path: Path, file_name: str) -> None:
    first = kept_authority(tmp_path)
    (tmp_path / file_name).write_text("half")
    second = kept_authority(tmp_path)
    assert second.pem != first.pem
    assert kept_authority(tmp_path).pem == second.pem


class Clock(datetime):
    """A clock that is wrong by `off`."""

    off = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.off


@pytest.mark.parametrize(("days", "is_kept"), [(-30, True), (30, True), (-60, False), (5 * 365, False)])
def test_a_clock_that_jumps_leaves_no_certificate_that_is_not_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, is_kept: bool
) -> None:
    first = kept_authority(tmp_path)
    monkeypatch.setattr(Clock, "off", timedelta(days=days))
    monkeypatch.setattr(authority, "datetime", Clock)
    second = kept_authority(tmp_path)
    assert (second.pem == first.pem) is is_kept
    assert second.certificate.not_valid_before_utc < Clock.now(UTC) < second.certificate.not_valid_after_utc


def test_browsers_accept_a_servers_certificate_for_397_days_in_all(tmp_path: Path) -> None:
    chain, _ = Certificates(tmp_path / "certificates", tmp_path / "authority").for_names("listener", [LOCAL])
    certificate = x509.load_pem_x509_certificate(chain.read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=397)


def test_a_certificate_of_another_key_is_replaced(tmp_path: Path) -> None:
    kept_authority(tmp_path)
    (tmp_path / "authority.pem").write_bytes(new_authority(only_reserved=True).pem)
    assert kept_authority(tmp_path).certificate.public_key() == _public_key_of(tmp_path)


def test_the_trusted_authority_signs_for_names_below_localhost(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "certificates", tmp_path / "authority")
    chain, _ = certificates.for_names("listener", [LOCAL])
    trusted = kept_authority(tmp_path / "authority").pem
    assert verified(chain, trusted, tmp_path, LOCAL).endswith("OK")
    assert verified(chain, trusted, tmp_path, "localhost").endswith("OK")


def test_other_names_are_signed_by_an_authority_that_nobody_needs_to_trust(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "certificates", tmp_path / "authority")
    chain, _ = certificates.for_names("store", [FOREIGN])
    assert "error" in verified(chain, kept_authority(tmp_path / "authority").pem, tmp_path, FOREIGN)
    assert verified(chain, certificates.authority_path.read_bytes(), tmp_path, FOREIGN).endswith("OK")


def test_a_client_refuses_what_the_trusted_authority_would_sign_for_somebody_elses_name(tmp_path: Path) -> None:
    authority = kept_authority(tmp_path / "authority")
    key = x509.load_pem_x509_certificate(new_authority(only_reserved=True).pem).public_key()
    chain = tmp_path / "forged.pem"
    chain.write_bytes(authority.sign(key, [FOREIGN]).public_bytes(Encoding.PEM))
    assert "permitted subtree violation" in verified(chain, authority.pem, tmp_path, FOREIGN)


def _public_key_of(folder: Path) -> object:
    return load_pem_private_key((folder / "authority.key").read_bytes(), password=None).public_key()
