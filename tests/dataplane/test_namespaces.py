"""What a container sees: names, addresses, files, identity; and how it ends."""

import socket
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from local import processes
from local.dataplane.containers.addresses import Addresses
from local.dataplane.containers.images import Program
from local.dataplane.containers.namespaces import processes_of
from tests.dataplane.tasks import ADDRESS, HOST_NAME, SLEEP, advanced, log_of, output_of, shell
from tests.support.waiting import wait_for


def test_localhost_and_its_own_name_are_the_address_of_the_task(run):
    task = run({"name": "main", "command": shell("getent ahostsv4 localhost; hostname; getent ahostsv4 $(hostname)")})
    lines = output_of(task).splitlines()
    assert HOST_NAME in lines
    assert {line.split()[0] for line in lines if line != HOST_NAME} == {ADDRESS}


def test_names_change_for_a_running_container_and_for_no_other_process(run):
    task = run({"name": "main", "command": shell("while ! getent ahostsv4 db.test; do sleep 0.05; done; sleep 60")})
    wait_for("the start", lambda: advanced(task).status == "RUNNING")
    assert log_of(task) == ""
    task.update_names({"db.test": ("127.4.5.6",)})
    wait_for("the name", lambda: "127.4.5.6" in log_of(advanced(task)))
    task.update_names({})
    assert "db.test" not in run.names.path.read_text()
    with pytest.raises(socket.gaierror):
        socket.gethostbyname("db.test")


def test_a_server_on_all_addresses_listens_on_the_address_of_the_task(run):
    server = """
import asyncio, socket
async def main():
    http = await asyncio.start_server(lambda r, w: w.close(), None, 18793)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(('', 18125))
    both = socket.create_server(('', 18080), family=socket.AF_INET6, dualstack_ipv6=True)
    print([s.getsockname()[0] for s in http.sockets], udp.getsockname()[0], both.getsockname()[0], flush=True)
    socket.create_connection(('127.0.0.1', 18793)).close()
    print('reached', flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    task = run({"name": "main", "command": [sys.executable, "-c", server]})
    wait_for("the server and itself", lambda: "reached" in log_of(advanced(task)))
    assert log_of(task).count(ADDRESS) == 3
    for port in (18793, 18080):
        assert processes.port_is_taken(ADDRESS, port)
        assert not processes.port_is_taken("127.0.0.1", port)


def test_volumes_below_folders_of_the_system_are_writable_as_ecs_exec_needs_them(run, tmp_path):
    mounts = [
        {"sourceVolume": "main-session-data", "containerPath": "/var/lib/amazon"},
        {"sourceVolume": "main-session-logs", "containerPath": "/var/log/amazon"},
    ]
    writes = shell("mkdir /var/lib/amazon/ssm && touch /var/log/amazon/ssm.log && ls /var/lib && touch /var/lib/other")
    task = run({"name": "main", "command": writes, "mountPoints": mounts, "readonlyRootFilesystem": True})
    wait_for("the end", lambda: advanced(task).status == "STOPPED")
    assert (tmp_path / "volumes" / "main-session-data" / "ssm").is_dir()
    assert (tmp_path / "volumes" / "main-session-logs" / "ssm.log").is_file()
    assert "dpkg" in log_of(task)


def test_volumes_are_shared_and_writable_only_where_the_task_definition_says_so(run, tmp_path):
    at = {"sourceVolume": "dags", "containerPath": "/opt/airflow/dags"}
    writer = {"name": "main", "command": shell("echo text > /opt/airflow/dags/a; sleep 60"), "mountPoints": [at]}
    script = "while ! grep text /somewhere/else/a; do sleep 0.05; done; echo more > /somewhere/else/a; ls /opt; sleep 9"
    at = {"sourceVolume": "dags", "containerPath": "/somewhere/else", "readOnly": True}
    task = run(writer, {"name": "reader", "command": shell(script), "mountPoints": [at]})
    wait_for("the answer", lambda: "Read-only file system" in log_of(advanced(task), "reader"))
    assert "text\n" in log_of(task, "reader")
    assert (tmp_path / "volumes" / "dags" / "a").read_text() == "text\n"


def test_a_container_has_its_own_temporary_folder_and_cannot_write_elsewhere(run, tmp_path):
    own_files = {entry.name for entry in Path("/tmp").iterdir()}
    run.program = replace(run.program, writable=("/home/somebody",))
    script = "touch /tmp/mine && ls /tmp; touch ~/mine && echo home; touch /usr/x || touch /x || echo refused"
    output = output_of(run({"name": "main", "command": shell(script)})).split()
    # If the project itself is in this machine's /tmp, its parent folders are visible too.
    assert "mine" in output
    assert not Path("/tmp/mine").exists()
    assert len(set(output) & own_files) <= 1
    text = output_of(run({"name": "other", "command": shell(script), "readonlyRootFilesystem": True}), "other")
    assert "home" not in text.splitlines()
    assert "refused" in text


def test_a_container_is_the_user_of_its_image_or_of_its_task_definition(run):
    script = "id -u; id -g; whoami; cd; pwd"
    run.program = replace(run.program, writable=("/home/somebody",))
    assert output_of(run({"name": "main", "command": shell(script)})).split() == [
        "1234",
        "1234",
        "somebody",
        "/home/somebody",
    ]
    as_root = run({"name": "root", "command": shell("id -u; id -g; whoami"), "user": "0:0"})
    assert output_of(as_root, "root").split() == ["0", "0", "root"]


def test_health_checks_run_inside(run):
    check = {"command": ["CMD-SHELL", "test -e /tmp/ready && getent hosts localhost | grep -q 127.99"], "interval": 5}
    task = run({"name": "main", "command": shell("sleep 0.7; touch /tmp/ready; sleep 60"), "healthCheck": check})
    wait_for("health", lambda: advanced(task).health == "HEALTHY")


def test_the_end_of_the_main_process_ends_its_children_even_in_another_session(run, tmp_path):
    task = run({"name": "main", "command": shell("setsid sleep 61 & sleep 0.3; echo started; exit 4")})
    wait_for("the start", lambda: "started" in log_of(advanced(task)) or task.status == "STOPPED")
    wait_for("the end", lambda: advanced(task).status == "STOPPED")
    assert task.containers["main"].exit_code == 4
    assert list(processes_of(tmp_path)) == []


def test_a_restart_policy_starts_a_container_again_within_its_task(run):
    policy = {"enabled": True, "ignoredExitCodes": [7], "restartAttemptPeriod": 2}
    once = "sleep 0.2; test -e /tmp/again && exit 7; touch /tmp/again; exit 1"
    sidecar = {"name": "sidecar", "essential": False, "command": shell(once), "restartPolicy": policy}
    task = run({"name": "main", "command": SLEEP}, sidecar)
    wait_for("the second end", lambda: advanced(task).containers["sidecar"].exit_code == 7)
    assert task.containers["sidecar"].restarts == 1
    assert task.status == "RUNNING"


def test_a_sidecar_that_cannot_run_does_not_stop_its_task(run):
    task = run({"name": "main", "command": SLEEP}, {"name": "x", "essential": False, "command": ["no-such-program"]})
    wait_for("the failure", lambda: advanced(task).containers["x"].reason)
    assert task.containers["x"].reason == "CannotStartContainerError: no-such-program: No such file or directory"
    assert task.status == "RUNNING"


def test_a_data_plane_always_gets_the_same_addresses_and_never_those_of_another(tmp_path):
    first = Addresses(tmp_path)
    second = Addresses(tmp_path)  # its preferred block is taken
    assert first.own != second.own
    taken = [first.take() for _ in range(3)]
    first.give_back(taken[0])
    assert first.take() not in taken
    block = first.own
    first.claim.close()
    third = Addresses(tmp_path)
    assert third.own == block
    second.claim.close()
    third.claim.close()


def test_a_program_reads_the_content_of_its_image(run, tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "file").write_text("from the image")
    run.program = Program(command=("cat", "file"), working_folder="/app", content={"/app": tmp_path / "content"})
    started = time.monotonic()
    assert output_of(run({"name": "main"})) == "from the image"
    print(f"\na container that runs one command takes {time.monotonic() - started:.2f} s")
