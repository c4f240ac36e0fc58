"""Start and stop: no process is left behind, data is kept, passwords follow the secret."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from local import processes
from local.background import BackgroundProcess, ProcessRecord
from local.dataplane import DataPlane, DataPlaneError, Settings
from local.dataplane.containers.namespaces import processes_of
from local.dataplane.process_registry import ProcessRegistry
from tests.dataplane.account import variables_of
from tests.dataplane.running_platform import Platform
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow


def _processes_of(platform: Platform) -> set[int]:
    """Ids of all processes in containers, and of those whose command line or environment names the folder."""
    own = platform.data_plane.settings.folder
    # For root the data of the database may be elsewhere, beside that of other data planes.
    marks = [str(own).encode(), *(note.read_bytes() for note in (own / "stores").glob("*/elsewhere"))]
    pids = set(processes_of(platform.data_plane.settings.folder))
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if any(mark in text for mark in marks) and not processes.has_ended(int(folder.name)):
            pids.add(int(folder.name))
    return pids - {os.getpid()}


def test_the_database_refuses_plain_text(platform: Platform):
    url = platform.database_url("first-password").replace("sslmode=require", "sslmode=disable")
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(url, connect_timeout=2)


def test_stop_leaves_no_process_and_start_keeps_the_data(platform: Platform):
    status, item = platform.request("POST", "/items", {"name": "kept"})
    assert status == 201
    assert len(_processes_of(platform)) > 8

    started = time.monotonic()
    platform.data_plane.stop()
    print(f"\nstopped after {time.monotonic() - started:.1f} s")

    assert _processes_of(platform) == set()
    assert platform.data_plane.status().running is False
    assert platform.account.service("blue")["runningCount"] == 2, "without a data plane moto assumes that all tasks run"
    platform.data_plane.start()
    platform.ensure_steady(blue=2, green=1)
    assert platform.request("GET", f"/items/{item['id']}") == (200, item)


def test_a_rotated_password_works_and_the_old_one_does_not(platform: Platform):
    platform.account.rotate("second-password")

    def connects(password: str) -> bool:
        try:
            psycopg.connect(platform.database_url(password), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    wait_for("the new password to work", lambda: connects("second-password"))
    assert not connects("first-password")

    # Tasks keep the secret of their start; those of a new deployment get its current value.
    account, old = platform.account, platform.account.pids("blue")
    assert {password_of(pid) for pid in old.values()} == {"first-password"}
    account.ecs.update_service(cluster="test", service="web-blue", forceNewDeployment=True)
    wait_for("new tasks", lambda: not set(account.pids("blue")) & set(old))
    wait_for("the rollout", lambda: len(account.service("blue")["deployments"]) == 1)
    assert {password_of(pid) for pid in account.pids("blue").values()} == {"second-password"}
    assert platform.request("POST", "/items", {"name": "by the new one"})[0] == 201


def test_steady_refers_to_the_last_request_and_not_to_the_last_observation(platform: Platform):
    # As on a busy machine, where the data plane has not read the change yet: the old tasks are healthy.
    plane, account, old = platform.data_plane, platform.account, set(platform.account.pids("blue").values())
    pid = plane.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        account.ecs.update_service(cluster="test", service="web-blue", forceNewDeployment=True)
        assert all(each.steady for each in plane.status().services)
        with pytest.raises(DataPlaneError, match=r"the data plane to read what changed in the embedded AWS \(ecs\)"):
            plane.wait_until_steady(0.2)
    finally:
        os.kill(pid, signal.SIGCONT)
    plane.wait_until_steady(30)
    assert not old & set(account.pids("blue").values())


def password_of(pid: int) -> str | None:
    """The password in a container's URL of the database."""
    return urlsplit(variables_of(pid)["DATABASE_URL"]).password


def test_stop_ends_what_a_killed_data_plane_left(platform: Platform):
    pid = platform.data_plane.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for("its end", lambda: processes.has_ended(pid))
    assert len(_processes_of(platform)) > 5

    platform.data_plane.stop()

    assert _processes_of(platform) == set()
    platform.data_plane.start()


def test_start_refuses_a_taken_port(platform: Platform, tmp_path: Path):
    settings = replace(platform.data_plane.settings, folder=tmp_path / "another")
    with pytest.raises(DataPlaneError, match=f"Port {platform.account.https_port} is taken"):
        DataPlane(settings).start()


def test_the_state_of_a_data_plane_of_older_code_is_read_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    record = ProcessRecord(pid=1, instance="a", started_at="2026-01-01T00:00:00+00:00")
    monkeypatch.setattr(BackgroundProcess, "find_running", lambda _: record)
    old = {"ready": True, "ports": {"443": 8443}, "services": [{"name": "web", "logs": []}]}
    (tmp_path / "state.json").write_text(json.dumps(old))
    settings = Settings(
        endpoint_url="http://127.0.0.1:1", region="eu-west-1", folder=tmp_path, windlass_folder=tmp_path
    )
    status = DataPlane(settings).status()
    assert status.running
    assert not status.ready
    assert status.problems == ("The data plane runs other code than this: ./windlass local up",)


def test_remove_leaves_no_data(tmp_path: Path):
    data, elsewhere = tmp_path / "plane" / "stores" / "test", tmp_path / "windlass-postgres-1"
    data.mkdir(parents=True)
    elsewhere.mkdir()
    (data / "elsewhere").write_text(str(elsewhere))
    settings = Settings(
        endpoint_url="http://127.0.0.1:1",
        region="eu-west-1",
        folder=tmp_path / "plane",
        windlass_folder=tmp_path,
    )
    DataPlane(settings).remove()
    assert list(tmp_path.iterdir()) == []


def test_the_process_registry_does_not_end_another_process_with_the_same_id(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        (tmp_path / "processes.json").write_text(f'{{"{process.pid}": "another start time"}}')
        assert ProcessRegistry(tmp_path / "processes.json").end_leftovers() == 0
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
