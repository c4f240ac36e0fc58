"""`local trust`: browsers trust the authority of the local platform, and forget it again."""

import shutil
import subprocess
from pathlib import Path

import pytest

from local.browser_trust import BrowserTrust, TrustError
from local.dataplane.proxy.authority import kept_authority

needs_certutil = pytest.mark.skipif(
    shutil.which("certutil") is None, reason="certutil is missing: apt-get install libnss3-tools"
)


def trust_of(folder: Path) -> BrowserTrust:
    kept_authority(folder / "authority")
    (folder / "home").mkdir(exist_ok=True)
    return BrowserTrust(folder / "authority" / "authority.pem", folder / "home")


def database(folder: Path) -> None:
    folder.mkdir(parents=True)
    subprocess.run(["certutil", "-d", f"sql:{folder}", "-N", "--empty-password"], check=True)


def flags(folder: Path, nickname: str) -> str:
    """The trust of a certificate in a database, as certutil lists it; empty where it is not there."""
    listed = subprocess.run(["certutil", "-d", f"sql:{folder}", "-L"], capture_output=True, text=True, check=True)
    return next((line.split()[-1] for line in listed.stdout.splitlines() if line.startswith(nickname)), "")


@needs_certutil
def test_the_database_of_chromium_is_created_and_trusts_the_authority_for_servers_only(tmp_path: Path) -> None:
    trust = trust_of(tmp_path)
    assert not trust.is_trusted()
    assert [store.folder for store in trust.add()] == [tmp_path / "home" / ".pki" / "nssdb"]
    assert flags(tmp_path / "home" / ".pki" / "nssdb", trust.nickname) == "C,,"
    assert trust.is_trusted()


@needs_certutil
def test_adding_twice_and_removing_leaves_nothing(tmp_path: Path) -> None:
    trust = trust_of(tmp_path)
    trust.add()
    trust.add()
    assert len(trust.remove()) == 1
    assert flags(tmp_path / "home" / ".pki" / "nssdb", trust.nickname) == ""
    assert trust.remove() == ()


@needs_certutil
def test_a_database_in_the_new_place_is_used_and_no_other_hides_it(tmp_path: Path) -> None:
    trust = trust_of(tmp_path)
    database(tmp_path / "home" / ".local" / "share" / "pki" / "nssdb")
    trust.add()
    assert not (tmp_path / "home" / ".pki").exists()
    assert flags(tmp_path / "home" / ".local" / "share" / "pki" / "nssdb", trust.nickname) == "C,,"


@needs_certutil
def test_every_profile_of_firefox_trusts_it_too(tmp_path: Path) -> None:
    trust = trust_of(tmp_path)
    profiles = [tmp_path / "home" / ".mozilla" / "firefox" / name for name in ("a.default", "b.work")]
    for profile in profiles:
        database(profile)
    assert [store.browser for store in trust.add()[1:]] == ["Firefox (a.default)", "Firefox (b.work)"]
    assert {flags(profile, trust.nickname) for profile in profiles} == {"C,,"}


def test_without_certutil_it_says_what_to_install_and_what_to_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    trust = trust_of(tmp_path)
    assert not trust.is_trusted()
    with pytest.raises(TrustError, match=r"libnss3-tools.*authority\.pem by hand"):
        trust.add()
