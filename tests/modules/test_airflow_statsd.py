"""The StatsD sidecar as a real process: packets in, lines that CloudWatch makes metrics of out."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "modules" / "airflow" / "scripts" / "statsd_metrics.py"
METRICS = "scheduler_heartbeat:c,executor.open_slots:g,scheduler.scheduler_loop_duration:ms"


class Sidecar:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def send(self, *packets: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in packets:
                sender.sendto(packet.encode(), ("127.0.0.1", self.port))

    def next_report(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def end(self) -> list[dict[str, Any]]:
        self.process.terminate()
        shown, _ = self.process.communicate(timeout=10)
        return [json.loads(line) for line in shown.splitlines()]


def start(seconds: float) -> Sidecar:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.read_text()],
        env={
            **os.environ,
            "WINDLASS_METRICS": METRICS,
            "WINDLASS_METRICS_NAMESPACE": "Windlass/Airflow",
            "WINDLASS_DEPLOYMENT": "acme-prod",
            "WINDLASS_COMPONENT": "scheduler",
            "WINDLASS_METRICS_SECONDS": str(seconds),
            "WINDLASS_STATSD_PORT": "0",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    listening = re.search(r":(\d+)$", process.stderr.readline().strip())
    assert listening
    return Sidecar(process, int(listening[1]))


@pytest.fixture
def sidecar() -> Iterator[Sidecar]:
    """One that reports only when it ends."""
    result = start(600)
    try:
        yield result
    finally:
        result.process.kill()
        result.process.communicate()


def after_a_pause(sidecar: Sidecar) -> list[dict[str, Any]]:
    time.sleep(0.2)
    return sidecar.end()


def test_a_report_is_in_the_embedded_metric_format(sidecar: Sidecar) -> None:
    sidecar.send("airflow.scheduler_heartbeat:1|c", "airflow.executor.open_slots:32|g")
    (report,) = after_a_pause(sidecar)
    (about,) = report["_aws"]["CloudWatchMetrics"]
    assert (about["Namespace"], about["Dimensions"]) == ("Windlass/Airflow", [["Deployment", "Component"]])
    assert (report["Deployment"], report["Component"]) == ("acme-prod", "scheduler")
    assert about["Metrics"] == [
        {"Name": "scheduler_heartbeat", "Unit": "Count"},
        {"Name": "executor.open_slots", "Unit": "None"},
    ]
    assert abs(report["_aws"]["Timestamp"] / 1000 - time.time()) < 60


def test_counters_are_added_gauges_replaced_and_times_kept(sidecar: Sidecar) -> None:
    sidecar.send(
        *["airflow.scheduler_heartbeat:1|c"] * 3,
        "airflow.scheduler_heartbeat:1|c|@0.5",
        "airflow.executor.open_slots:32|g\nairflow.executor.open_slots:30|g",
        "airflow.executor.open_slots:-4|g",
        "airflow.scheduler.scheduler_loop_duration:12.5|ms",
        "airflow.scheduler.scheduler_loop_duration:20|ms",
    )
    (report,) = after_a_pause(sidecar)
    assert report["scheduler_heartbeat"] == 5
    assert report["executor.open_slots"] == 26
    assert report["scheduler.scheduler_loop_duration"] == [12.5, 20]


def test_unknown_metrics_and_invalid_packets_are_dropped(sidecar: Sidecar) -> None:
    sidecar.send(
        "airflow.dagrun.duration.success.some_dag:5|ms",
        "airflow.scheduler_heartbeat:1|g",
        "airflow.scheduler_heartbeat:many|c",
        "\x00\xff nonsense",
        ":|",
    )
    (report,) = after_a_pause(sidecar)
    assert {name for name in report if name != "_aws"} == {"Deployment", "Component", "scheduler_heartbeat"}
    assert report["scheduler_heartbeat"] == 0


def test_a_metric_with_many_values_fits_into_what_a_line_may_hold(sidecar: Sidecar) -> None:
    for _ in range(25):
        sidecar.send(*["airflow.scheduler.scheduler_loop_duration:1|ms"] * 10)
        time.sleep(0.005)
    counts = [len(report.get("scheduler.scheduler_loop_duration", [])) for report in after_a_pause(sidecar)]
    assert sum(counts) == 250
    assert max(counts) == 100


def test_silence_of_airflow_is_reported_as_zero_again_and_again() -> None:
    sidecar = start(0.2)
    try:
        sidecar.send("airflow.scheduler_heartbeat:1|c")
        reports = [sidecar.next_report()["scheduler_heartbeat"] for _ in range(4)]
    finally:
        sidecar.end()
    assert sum(reports) == 1
    assert reports[-1] == 0
