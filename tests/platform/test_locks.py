"""Two applies at once: one gets the lock, the other reports who holds it, and nothing is lost."""

import subprocess
import time

import pytest

from tests.platform.queries import outputs
from tests.support.held_lock import HOLDER, LOCK_ID, locked
from tests.support.platform import Platform

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]


def test_of_two_applies_at_once_one_says_who_holds_the_lock_and_nothing_is_lost(platform: Platform) -> None:
    before = outputs(platform, "network")
    with locked(platform, "network"):
        refused = platform.windlass("apply", "local", "--layer", "network", "--yes")
    text = refused.stdout + refused.stderr
    assert refused.returncode == 1
    assert HOLDER in text
    assert LOCK_ID in text
    assert "force-unlock" in text
    assert outputs(platform, "network") == before


def test_two_real_applies_at_once_do_not_both_run(platform: Platform) -> None:
    def apply() -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["./windlass", "apply", "local", "--layer", "network", "--yes"],
            cwd=platform.root,
            env=platform.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    first = apply()
    time.sleep(0.3)
    second = apply()
    printed = [process.communicate(timeout=300)[0] for process in (first, second)]
    codes = sorted([first.returncode, second.returncode])
    assert codes[0] == 0, printed
    if codes[1] != 0:
        assert any("Another ./windlass command is working on local" in text for text in printed)
    assert platform.windlass("plan", "local", "--layer", "network", "--detailed-exitcode").returncode == 0
