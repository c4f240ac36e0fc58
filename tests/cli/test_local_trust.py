"""Whether browsers trust the certificate of the local platform."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.browser_trust import BrowserTrust
from tests.cli.fake_project import FakeProject
from tests.cli.fake_terraform import FakeTerraform
from tests.cli.test_local import local
from tests.cli.test_local_access import platform

__all__ = ["local", "platform"]


def test_trust_is_for_environments_on_this_machine(windlass: Callable[..., Any], project: FakeProject) -> None:
    ended = windlass("local", "trust", "--environment", "dev")
    assert ended.code == 1
    assert ended.err == "dev is on the real AWS; trust is for the certificate of a platform on this machine.\n"


@pytest.mark.skipif(shutil.which("certutil") is None, reason="certutil is missing: apt-get install libnss3-tools")
def test_clean_removes_the_trust_and_deletes_the_key(
    windlass: Callable[..., Any], terraform: FakeTerraform, platform: FakeProject
) -> None:
    assert windlass("local", "trust", on=platform).code == 0
    store = BrowserTrust(platform.workspace.authority_folder / "authority.pem", Path.home())
    nickname = store.nickname
    assert store.is_trusted()
    assert windlass("local", "clean", "--yes", on=platform).code == 0
    assert not platform.workspace.authority_folder.exists()
    database = f"sql:{Path.home()}/.pki/nssdb"
    listed = subprocess.run(["certutil", "-d", database, "-L"], capture_output=True, text=True, check=True)
    assert nickname not in listed.stdout


def test_removing_trust_that_never_was_changes_nothing(windlass: Callable[..., Any], platform: FakeProject) -> None:
    ended = windlass("local", "trust", "--remove", on=platform)
    assert ended.code == 0
    assert "Nothing to remove" in ended.out
    assert not platform.workspace.authority_folder.exists()
